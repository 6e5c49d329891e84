/** Southbound servers of every kind that a chassis may be connected to, each real, with one database to write to. */
import { writeFileSync } from "node:fs";
import { Folder, OvsdbServer, run } from "../../../ovsdb-jsonrpc/support/server.ts";

export const KINDS = ["standalone", "leader", "follower", "relay"] as const;
export type Kind = (typeof KINDS)[number];

export const SCHEMA = "/usr/share/ovn/ovn-sb.ovsschema";
export const DATABASE = "OVN_Southbound";

export interface Servers extends AsyncDisposable {
  /** Whom the chassis is connected to. */
  readonly server: OvsdbServer;
  /** Where the cloud writes. */
  readonly writable: string;
  /** The server with the database's only file; null: a cluster has several. */
  readonly source: { readonly server: OvsdbServer; readonly file: string } | null;
  /** The other members of the chassis's server's cluster. */
  readonly others: readonly OvsdbServer[];
}

/** @param electionMs how long a cluster's leader stays one without the others */
export async function startServers(kind: Kind, electionMs = 2_000): Promise<Servers> {
  const folder = new Folder();
  const started: OvsdbServer[] = [];
  const start = async (name: string, databases: readonly string[]) => {
    const server = new OvsdbServer(folder, name, { databases });
    started.push(server);
    await server.start();
    return server;
  };
  const servers = (server: OvsdbServer, writable: string, source: Servers["source"]): Servers => ({
    server,
    writable,
    source,
    others: started.filter((one) => one !== server && one !== source?.server),
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((one) => one.kill()));
      folder.remove();
    },
  });
  if (kind === "standalone" || kind === "relay") {
    const file = folder.at("sb.db");
    run("ovsdb-tool", "create", file, SCHEMA);
    const server = await start("source", [file]);
    if (kind === "standalone") return servers(server, server.remote, { server, file });
    const relay = await start("relay", [`relay:${DATABASE}:${server.remote}`]);
    run("ovsdb-client", "wait", relay.remote, DATABASE, "connected");
    return servers(relay, server.remote, { server, file });
  }
  const address = (n: number) => `unix:${folder.at(`raft${n}`)}`;
  for (const n of [0, 1, 2]) {
    const file = folder.at(`${n}.db`);
    if (n === 0)
      run("ovsdb-tool", `--election-timer=${electionMs}`, "create-cluster", file, SCHEMA, address(0));
    else run("ovsdb-tool", "join-cluster", file, DATABASE, address(n), address(0));
    const server = await start(`member${n}`, [file]);
    run("ovsdb-client", "wait", server.remote, DATABASE, "connected");
  }
  const isLeader = (server: OvsdbServer) =>
    server.appctl("cluster/status", DATABASE).includes("Role: leader");
  const chosen = started.find((server) => isLeader(server) === (kind === "leader"));
  if (chosen === undefined) throw new Error(`the cluster has no ${kind}`);
  return servers(chosen, started.map(({ remote }) => remote).join(","), null);
}

let conversions = 0;

/**
 * Ends every monitor of the database at the chassis's server, which then has it again as it was: by another schema in which
 * every column is as before, or at a relay, which does not follow that (ovsdb-server 3.1), by taking the database off.
 */
export function cancelMonitors({ server, writable, source }: Servers): void {
  if (source !== null && source.server !== server) {
    server.appctl("ovsdb-server/remove-db", DATABASE);
    server.appctl("ovsdb-server/add-db", `relay:${DATABASE}:${source.server.remote}`);
    return;
  }
  const schema = JSON.parse(run("ovsdb-client", "get-schema", server.remote, DATABASE));
  const file = `${server.socket}.schema`;
  writeFileSync(file, JSON.stringify({ ...schema, version: `99.${conversions++}.0` }));
  run("ovsdb-client", "convert", writable, file);
}
