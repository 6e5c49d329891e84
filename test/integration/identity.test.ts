/**
 * State that may outlive what it belonged to, on a real chassis: a lock, a database at its server, a schema, a certificate, a
 * pid file and a control socket, a folder, a device, a port of the bridge, a program. What is plugged stays as it is.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Chassis } from "../../tools/chassis/chassis.ts";
import type { DatabaseName } from "../../tools/chassis/databases.ts";
import type { Program } from "../../tools/chassis/program.ts";
import { databases } from "../../tools/chassis/programs.ts";
import { Agent, BROKEN } from "../chaos/agent.ts";
import { type Identity, makeCa, makeCertificate } from "../ovsdb-jsonrpc/support/pki.ts";
import { Folder } from "../ovsdb-jsonrpc/support/server.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

const debug = { log: { level: "debug" } };

/** Returns when the log has it, from now on. */
function next(program: Program, pattern: RegExp): Promise<string> {
  return program.waitLog(pattern, 30_000, program.lines.length);
}

/** Returns when `explain` says so, of which nothing tells while nobody is asked and nothing is written. */
async function explained({ chassis }: Hypervisor, lport: string, words: RegExp): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const text = await chassis.appctl("vifplugd", "plug/explain", lport).catch(String);
    if (words.test(text)) return;
    if (Date.now() > deadline) throw new Error(`${lport} is not explained by ${words}: ${text}`);
  }
}

test("the lock is stolen: nothing is written until the thief is gone, and then what has become due", async () => {
  await using hv = await startHypervisor({ config: debug });
  const { chassis, daemon } = hv;
  const kept = await hv.addPlugged("kept");
  await hv.addPlugged("deleted");
  const steal = ["ovsdb-client", "steal", `unix:${chassis.ovsSock}`, "vifplugd_hv1"];
  const thief = chassis.spawn("thief", steal);
  await daemon.waitLog(/ not holding the lock vifplugd_hv1 any more$/);
  const before = (await hv.writes()).length;
  await hv.addLport("new");
  await hv.deleteLport("deleted");
  await explained(hv, "new", /yes\s+its port binding is in view/);
  await explained(hv, "deleted", /no\s+its port binding is in view/);
  expect(await hv.writes()).toHaveLength(before);
  await thief.stop();
  await hv.installed("new");
  await hv.gone("deleted");
  await hv.settle();
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
  expect(await hv.writesTo("kept")).toHaveLength(1);
});

describe.each(["Open_vSwitch", "OVN_Southbound"] as const)("the database %s", (database) => {
  const { file, server } = databases[database];

  /** What happens to the database while `act` runs; what changes meanwhile is dealt with, and all else stays. */
  async function survives(
    act: (hv: Hypervisor, meanwhile: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    await using hv = await startHypervisor();
    const kept = await hv.addPlugged("kept");
    await hv.addPlugged("deleted");
    const requests = (await hv.writesTo("kept")).length;
    await act(hv, async () => {
      await hv.addLport("new");
      await hv.deleteLport("deleted");
    });
    hv.watchAnew();
    await hv.interface("new");
    await hv.gone("deleted");
    await hv.settle();
    expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
    expect(await hv.writesTo("kept")).toHaveLength(requests);
  }

  test("is taken off its server, which goes on, and given back", () =>
    survives(async ({ chassis, daemon }, meanwhile) => {
      const gone = next(daemon, new RegExp(`${database}: not connected`));
      await chassis.appctl(server, "ovsdb-server/remove-db", database);
      await gone;
      await meanwhile();
      const back = next(daemon, new RegExp(`${database}: in sync`));
      await chassis.appctl(server, "ovsdb-server/add-db", join(chassis.dir, file));
      await back;
    }));

  test("is converted to another schema", () =>
    survives(async ({ chassis, daemon }, meanwhile) => {
      const back = next(daemon, new RegExp(`${database}: in sync`));
      await convert(chassis, database);
      await back;
      await meanwhile();
    }));
});

interface Schema {
  readonly tables: Readonly<Record<string, { readonly columns: Readonly<Record<string, unknown>> }>>;
}

/** As after an upgrade of the package: the schema has another version, and a table and a column more. */
async function convert(chassis: Chassis, database: DatabaseName): Promise<void> {
  const { tables, ...schema }: Schema = await Bun.file(databases[database].schema).json();
  const grows = database === "Open_vSwitch" ? "Interface" : "Port_Binding";
  const columns = { what_is_new: { type: { key: "string", min: 0, max: "unlimited" } } };
  const more = {
    [grows]: { ...tables[grows], columns: { ...tables[grows]?.columns, ...columns } },
    New_Table: { columns, isRoot: true },
  };
  const file = join(chassis.dir, `${database}.newer`);
  await Bun.write(file, JSON.stringify({ ...schema, version: "99.0.0", tables: { ...tables, ...more } }));
  await chassis.convert(database, file);
}

describe("the Southbound is reached by TLS, and the certificates become others", () => {
  const folder = new Folder();
  const cas: Identity[] = [];
  const servers: Identity[] = [];
  const clients: Identity[] = [];
  beforeAll(() => {
    for (const name of ["before", "after"]) {
      const ca = makeCa(folder, `ca-${name}`);
      cas.push(ca);
      servers.push(makeCertificate(folder, ca, `server-${name}`, "127.0.0.1", 2));
      clients.push(makeCertificate(folder, ca, `client-${name}`, "hv1", 2));
    }
  });
  afterAll(() => folder.remove());

  const of = (all: readonly Identity[], turn: 0 | 1): Identity => {
    const found = all[turn];
    if (found === undefined) throw new Error("there is no such identity");
    return found;
  };

  /** A server in front of the Southbound, which whoever has a certificate of the same authority may use. */
  async function serve(
    { chassis }: Hypervisor,
    turn: 0 | 1,
    port = 0,
  ): Promise<{ relay: Program; port: number }> {
    const { key, certificate } = of(servers, turn);
    const relay = chassis.spawn("tls", [
      ...["ovsdb-server", "-vconsole:info", `--unixctl=${join(chassis.runDir, "tls.ctl")}`],
      ...[`--remote=pssl:${port}:127.0.0.1`, `--private-key=${key}`, `--certificate=${certificate}`],
      ...[`--ca-cert=${of(cas, turn).certificate}`, `relay:OVN_Southbound:unix:${chassis.sbSock}`],
    ]);
    await relay.waitLog(/\|INFO\|ovsdb-server \(/);
    // It tells of a port that it has chosen, and has done so by now.
    const chosen = relay.lines.map((line) => /listening on port (\d+)/.exec(line)?.[1]).find(Boolean);
    return { relay, port: chosen === undefined ? port : Number(chosen) };
  }

  /** Puts other files in the place of those that there are. */
  async function install(
    dir: string,
    from: Partial<Record<"key" | "certificate" | "ca", string>>,
  ): Promise<void> {
    for (const [name, file] of Object.entries(from)) {
      await Bun.write(join(dir, `${name}.new`), Bun.file(file));
      await rename(join(dir, `${name}.new`), join(dir, name));
    }
  }

  const files = (turn: 0 | 1) => ({ ...of(clients, turn), ca: of(cas, turn).certificate });

  test("in the files that the configuration names, while it is connected, and by halves while the server is away", async () => {
    await using hv = await startHypervisor({ daemon: false });
    const dir = join(hv.chassis.dir, "tls");
    await mkdir(dir);
    await install(dir, files(0));
    const { relay, port } = await serve(hv, 0);
    const daemon = await hv.startDaemon({
      southbound: {
        remote: `ssl:127.0.0.1:${port}`,
        ...{ private_key: join(dir, "key"), certificate: join(dir, "certificate"), ca_cert: join(dir, "ca") },
      },
    });
    const kept = await hv.addPlugged("kept");
    await hv.addPlugged("deleted");

    await install(dir, files(1));
    await hv.addPlugged("while-connected");
    const { key } = of(clients, 0);
    await install(dir, { key });
    const refused = next(
      daemon,
      /OVN_Southbound: not connected: .*certificate is not the certificate of the key/,
    );
    await relay.stop("SIGKILL");
    await serve(hv, 1, port);
    await hv.deleteLport("deleted");
    await refused;
    await hv.settleLocally("kept");
    expect(await hv.removals()).toEqual([]);

    await install(dir, files(1));
    await hv.gone("deleted");
    await hv.addPlugged("afterwards");
    expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
  });

  test("in the Open_vSwitch row, which names other files", async () => {
    await using hv = await startHypervisor({ daemon: false });
    const { chassis } = hv;
    const name = (turn: 0 | 1) => {
      const { key, certificate, ca } = files(turn);
      return chassis.vsctl("--no-wait", "del-ssl", "--", "set-ssl", key, certificate, ca);
    };
    await name(0);
    const { relay, port } = await serve(hv, 0);
    await hv.startDaemon({ southbound: { remote: `ssl:127.0.0.1:${port}` } });
    const kept = await hv.addPlugged("kept");
    await name(1);
    await hv.addPlugged("while-connected");
    await relay.stop("SIGKILL");
    await serve(hv, 1, port);
    await hv.addPlugged("afterwards");
    expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
    expect(await hv.writesTo("kept")).toHaveLength(1);
  });
});

test("the run directory is tidied up, and a second daemon finds room there: what it makes stays when the first one ends", async () => {
  await using hv = await startHypervisor();
  const { chassis, daemon: first } = hv;
  const kept = await hv.addPlugged("kept");
  const pidFile = join(chassis.runDir, "vifplugd.pid");
  const answering = async () => {
    await chassis.appctl("vifplugd", "version");
    return Number(await Bun.file(pidFile).text());
  };
  // It sees nothing of it until the second one has its pid file.
  first.kill("SIGSTOP");
  for (const file of [pidFile, join(chassis.runDir, `vifplugd.${first.pid}.ctl`)]) await rm(file);
  const second = await hv.launchSecond();
  await second.waitLog(/ info plug: standing by: another vifplugd holds the lock/);
  first.kill("SIGCONT");
  expect(await answering()).toBe(second.pid);
  await hv.addPlugged("by-the-first");
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  await second.waitLog(/ holding the lock vifplugd_hv1$/);
  expect(await answering()).toBe(second.pid);
  await hv.addPlugged("by-the-second");
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
  expect(await hv.writesTo("kept")).toHaveLength(1);
});

test("table: the folder of its file is renamed away, and another one is put in its place", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const folder = join(hv.chassis.dir, "etc");
  const fill = async (at: string, name: string) => {
    await mkdir(at);
    await Bun.write(
      join(at, "ports.yaml"),
      `web1: { name: ${name}, type: internal }\nkept: { name: kept0, type: internal }\n`,
    );
  };
  await fill(folder, "web1-a");
  const providers = [{ type: "dummy" }, { type: "table", file: join(folder, "ports.yaml") }];
  await hv.startDaemon({ providers });
  await hv.addLports({ web1: { "vif-plug-type": "table" }, kept: { "vif-plug-type": "table" } });
  await hv.installed("web1-a");
  const kept = await hv.installed("kept0");
  for (const [round, name] of ["web1-b", "web1-c"].entries()) {
    await fill(`${folder}.next`, name);
    await rename(folder, `${folder}.${round}`);
    await rename(`${folder}.next`, folder);
    await hv.installed(name);
  }
  expect((await hv.interface("kept0"))._uuid).toBe(kept._uuid);
  expect(await hv.writesTo("kept0")).toHaveLength(1);
});

test("a command's program is exchanged: SIGHUP starts the new one, and until it answers all stays as it is", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const agent = new Agent(join(hv.chassis.dir, "acme"));
  const generation = (wanted: string) => (row: { readonly options: ReadonlyMap<string, string> }) =>
    row.options.get("agent-generation") === wanted;
  await agent.install(0);
  const daemon = await hv.startDaemon({
    providers: [{ type: "dummy" }, { type: "acme", command: [agent.path] }],
  });
  await hv.addLport("web1", { "vif-plug-type": "acme" });
  const first = await hv.interface("web1", generation("0"));
  const requests = (await hv.writesTo("web1")).length;

  // One that does not work: what its predecessor answered holds.
  await agent.install(BROKEN);
  const down = next(daemon, / acme: the command is down: it exited with status 3/);
  daemon.kill("SIGHUP");
  await down;
  await hv.settle();
  expect(await hv.writesTo("web1")).toHaveLength(requests);

  await agent.install(2);
  daemon.kill("SIGHUP");
  const second = await hv.interface("web1", generation("2"));
  expect(second._uuid).toBe(first._uuid);
});
