/** Southbound servers of every kind that a chassis may be connected to, each real, with one database to write to. */
import { Folder, OvsdbServer, run } from "../../../ovsdb-jsonrpc/support/server.ts";

export const KINDS = ["standalone", "leader", "follower", "relay"] as const;
export type Kind = (typeof KINDS)[number];

const SCHEMA = "/usr/share/ovn/ovn-sb.ovsschema";
const DATABASE = "OVN_Southbound";

export interface Servers extends AsyncDisposable {
  /** Whom the chassis is connected to. */
  readonly server: OvsdbServer;
  /** Where the cloud writes. */
  readonly writable: string;
}

export async function startServers(kind: Kind): Promise<Servers> {
  const folder = new Folder();
  const started: OvsdbServer[] = [];
  const start = async (name: string, databases: readonly string[]) => {
    const server = new OvsdbServer(folder, name, { databases });
    started.push(server);
    await server.start();
    return server;
  };
  const servers = (server: OvsdbServer, writable = server.remote): Servers => ({
    server,
    writable,
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((one) => one.kill()));
      folder.remove();
    },
  });
  if (kind === "standalone" || kind === "relay") {
    const file = folder.at("sb.db");
    run("ovsdb-tool", "create", file, SCHEMA);
    const source = await start("source", [file]);
    if (kind === "standalone") return servers(source);
    const relay = await start("relay", [`relay:${DATABASE}:${source.remote}`]);
    run("ovsdb-client", "wait", relay.remote, DATABASE, "connected");
    return servers(relay, source.remote);
  }
  const address = (n: number) => `unix:${folder.at(`raft${n}`)}`;
  for (const n of [0, 1, 2]) {
    const file = folder.at(`${n}.db`);
    if (n === 0) run("ovsdb-tool", "--election-timer=2000", "create-cluster", file, SCHEMA, address(0));
    else run("ovsdb-tool", "join-cluster", file, DATABASE, address(n), address(0));
    const server = await start(`member${n}`, [file]);
    run("ovsdb-client", "wait", server.remote, DATABASE, "connected");
  }
  const isLeader = (server: OvsdbServer) =>
    server.appctl("cluster/status", DATABASE).includes("Role: leader");
  const chosen = started.find((server) => isLeader(server) === (kind === "leader"));
  if (chosen === undefined) throw new Error(`the cluster has no ${kind}`);
  return servers(chosen, started.map(({ remote }) => remote).join(","));
}
