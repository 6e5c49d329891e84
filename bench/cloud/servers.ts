/** The servers of a chassis: a standalone server, a relay of that server, or the leader of a quiet cluster. */
import { join } from "node:path";
import { run } from "../../tools/chassis/program.ts";
import type { Site } from "../plug/site.ts";

export type ServerKind = "standalone" | "relay" | "cluster";

export interface Server extends AsyncDisposable {
  readonly pid: number;
  readonly socket: string;
  /** The site, whose commits reach the server as those of a cloud do. */
  readonly site: Site;
}

const DATABASE = "OVN_Southbound";
const WITHIN_MS = 120_000;
/** The election timer: a leader sends three heartbeats in this time, and costs nothing in between. */
const ELECTION_MS = 5_000;

/** Starts a server, and makes it the Southbound of the local database. */
export async function startServer(kind: ServerKind, site: Site): Promise<Server> {
  const server = await start(kind, site);
  await pointTo(site, server.socket);
  return server;
}

async function start(kind: ServerKind, site: Site): Promise<Server> {
  const { chassis } = site;
  switch (kind) {
    case "standalone":
      return {
        pid: chassis.program("ovnsb_db").pid,
        socket: chassis.sbSock,
        site,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    case "relay": {
      const relay = await serve(site, "relay", `relay:${DATABASE}:unix:${chassis.sbSock}`);
      return {
        pid: relay.pid,
        socket: relay.socket,
        site,
        async [Symbol.asyncDispose]() {
          await relay.stop();
          await pointTo(site, chassis.sbSock);
        },
      };
    }
    case "cluster": {
      const members = await startCluster(site);
      const [leader] = members;
      const through = await site.through(leader.socket);
      return {
        pid: leader.pid,
        socket: leader.socket,
        site: through,
        async [Symbol.asyncDispose]() {
          through.southbound.close();
          await Promise.all(members.map((member) => member.stop()));
          await pointTo(site, chassis.sbSock);
        },
      };
    }
  }
}

/** Makes the socket the Southbound of the local database. */
export async function pointTo({ chassis }: Site, socket: string): Promise<void> {
  await chassis.vsctl("--no-wait", "set", "Open_vSwitch", ".", `external_ids:ovn-remote="unix:${socket}"`);
}

interface Process {
  readonly pid: number;
  readonly socket: string;
  stop(): Promise<unknown>;
}

async function serve({ chassis }: Site, name: string, database: string): Promise<Process> {
  const socket = join(chassis.runDir, `${name}.sock`);
  const program = chassis.spawn(name, [
    "ovsdb-server",
    "--no-chdir",
    "-vconsole:info",
    `--unixctl=${join(chassis.runDir, `${name}.ctl`)}`,
    `--remote=punix:${socket}`,
    database,
  ]);
  await program.waitLog(/\|INFO\|ovsdb-server \(/, WITHIN_MS);
  await run(["ovsdb-client", "wait", `unix:${socket}`, DATABASE, "connected"], chassis.env, WITHIN_MS);
  return { pid: program.pid, socket, stop: () => program.stop() };
}

/** Starts three members with the content of the standalone server. The first member leads. */
async function startCluster(site: Site): Promise<readonly [Process, ...Process[]]> {
  const { dir, env } = site.chassis;
  const file = (member: number) => join(dir, `member${member}.db`);
  const address = (member: number) => `unix:${join(dir, `member${member}.raft`)}`;
  const contents = join(dir, "ovnsb_db.db");
  const option = `--election-timer=${ELECTION_MS}`;
  await run(["ovsdb-tool", option, "create-cluster", file(0), contents, address(0)], env, WITHIN_MS);
  const leader = await serve(site, "member0", file(0));
  const others: Process[] = [];
  for (const member of [1, 2]) {
    await run(["ovsdb-tool", "join-cluster", file(member), DATABASE, address(member), address(0)], env);
    others.push(await serve(site, `member${member}`, file(member)));
  }
  return [leader, ...others];
}
