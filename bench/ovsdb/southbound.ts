/** A throwaway Southbound database with many Port_Bindings, served by a real ovsdb-server on a unix socket. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { named, operations, Session, type WriteRow } from "ovsdb-jsonrpc";
import { ovnSouthbound, type Port_Binding as PortBinding } from "../../src/schemas/ovn_southbound.gen.ts";
import { undoAtExit } from "../../tools/cleanup.ts";

export interface Southbound {
  readonly remote: string;
  readonly socket: string;
  stop(): void;
}

/** The columns that the loads of the benchmark monitor. */
export const COLUMNS = ["logical_port", "type", "options", "external_ids", "requested_chassis"] as const;

export const SCHEMA = "/usr/share/ovn/ovn-sb.ovsschema";
const PORTS_PER_TRANSACTION = 2_000;

export async function startSouthbound(ports: number): Promise<Southbound> {
  const folder = mkdtempSync(join(tmpdir(), "ovsdb-bench-"));
  const at = (name: string) => join(folder, name);
  const run = (command: string, args: readonly string[]) => {
    const { status, stderr } = spawnSync(command, args, {
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  };
  run("ovsdb-tool", ["create", at("db"), SCHEMA]);
  run("ovsdb-server", [
    "--detach",
    "--no-chdir",
    "-vconsole:off",
    `--pidfile=${at("pid")}`,
    `--unixctl=${at("ctl")}`,
    `--remote=punix:${at("sock")}`,
    at("db"),
  ]);
  const remove = () => {
    process.kill(Number(readFileSync(at("pid"), "utf8")));
    rmSync(folder, { recursive: true, force: true });
  };
  const forget = undoAtExit(remove);
  const stop = () => {
    forget();
    remove();
  };
  try {
    await fill(`unix:${at("sock")}`, ports);
  } catch (error) {
    stop();
    throw error;
  }
  return { remote: `unix:${at("sock")}`, socket: at("sock"), stop };
}

async function fill(remote: string, ports: number): Promise<void> {
  const op = operations(ovnSouthbound);
  const session = new Session({ database: ovnSouthbound, remotes: remote, monitor: {} });
  try {
    await session.synced();
    for (let from = 0; from < ports; from += PORTS_PER_TRANSACTION) {
      const count = Math.min(PORTS_PER_TRANSACTION, ports - from);
      const datapath = op.insert(
        "Datapath_Binding",
        { tunnel_key: 1 + from / PORTS_PER_TRANSACTION },
        "datapath",
      );
      const bindings = Array.from({ length: count }, (_, i) =>
        op.insert("Port_Binding", portBinding(from + i, i + 1)),
      );
      const result = await session.transact([datapath, ...bindings]);
      if (!result.ok)
        throw new Error(`cannot fill the database: ${result.error.code}: ${result.error.details}`);
    }
  } finally {
    session.close();
  }
}

function portBinding(port: number, tunnelKey: number): WriteRow<PortBinding> {
  return {
    logical_port: `ns${port % 100}_pod-${port}`,
    datapath: named("datapath"),
    tunnel_key: tunnelKey,
    mac: [
      `0a:00:00:${hex(port >> 16)}:${hex(port >> 8)}:${hex(port)} 10.${port >> 16}.${(port >> 8) & 255}.${port & 255}`,
    ],
    options: new Map([["requested-chassis", `node-${port % 500}`]]),
    external_ids: new Map([
      ["namespace", `ns${port % 100}`],
      ["pod", "true"],
    ]),
  };
}

function hex(byte: number): string {
  return (byte & 255).toString(16).padStart(2, "0");
}
