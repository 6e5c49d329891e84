/** Clustered databases and relays, with real servers on loopback. */
import { afterEach, expect, test } from "bun:test";
import { copyFileSync, rmSync } from "node:fs";
import { type Cluster, Folder, OvsdbServer, PLAYGROUND, run, startCluster } from "./support/server.ts";
import {
  names,
  next,
  op,
  open,
  openSynced,
  type PlaygroundSession,
  reach,
  value,
} from "./support/session.ts";

const cleanup: (() => void | PromiseLike<void>)[] = [];

afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

function folderForTest(): Folder {
  const folder = new Folder();
  cleanup.push(() => folder.remove());
  return folder;
}

function closeLater(session: PlaygroundSession): PlaygroundSession {
  cleanup.push(() => session.close());
  return session;
}

async function clusterForTest(size: number): Promise<Cluster> {
  const cluster = await startCluster(size);
  cleanup.push(() => cluster[Symbol.asyncDispose]());
  return cluster;
}

function serverOf(servers: readonly OvsdbServer[], session: PlaygroundSession): OvsdbServer {
  const { state } = session;
  const found = servers.find(({ remote }) => "remote" in state && state.remote === remote);
  if (found === undefined) throw new Error(`the session is ${state.kind}`);
  return found;
}

const thing = (name: string) => op.insert("Thing", { name, color: "red" });

/** Columns of all Things as ovsdb-client sees them on this server. */
function dumpNames(server: OvsdbServer): string[] {
  const [table] = [
    JSON.parse(run("ovsdb-client", "-f", "json", "dump", server.remote, "Playground", "Thing", "name")),
  ];
  return table.data.map(([name]: [string]) => name).sort();
}

test("a session that wants the leader finds it among the servers, and says so", async () => {
  const { servers, remotes } = await clusterForTest(3);
  const session = closeLater(await openSynced(remotes, { leaderOnly: true }));
  expect(session.state).toMatchObject({ kind: "synced", leader: true });
  expect(serverOf(servers, session).appctl("cluster/status", "Playground")).toContain("Role: leader");
  const follower = servers.find((server) => server !== serverOf(servers, session));
  const atFollower = closeLater(await openSynced(follower?.remote ?? ""));
  expect(atFollower.state).toMatchObject({ kind: "synced", leader: false });
});

test("a session that wants the leader refuses a follower, and says why", async () => {
  const { servers, remotes } = await clusterForTest(2);
  const leader = serverOf(servers, closeLater(await openSynced(remotes, { leaderOnly: true })));
  const follower = servers.find((server) => server !== leader);
  const session = closeLater(open(follower?.remote ?? "", { leaderOnly: true }));
  expect((await reach(session, "disconnected")).error.message).toContain("not the leader");
});

test("the leader is killed and restarted while it is written: nothing is lost or done twice, and the views are equal", async () => {
  const { servers, remotes } = await clusterForTest(3);
  const writer = closeLater(await openSynced(remotes, { leaderOnly: true }));
  const reader = closeLater(await openSynced(remotes));
  const applied = new Map<string, number>();
  reader.onBatch(({ tables }) => {
    for (const { old, new: row } of tables.Thing) {
      if (old === null && row !== null) applied.set(row.name, (applied.get(row.name) ?? 0) + 1);
    }
  });

  const committed: string[] = [];
  const uncertain: string[] = [];
  for (let n = 0; n < 240; n++) {
    const name = `thing ${n}`;
    const outcome = await writer.transact([thing(name)]);
    if (outcome.ok) committed.push(name);
    else {
      expect(outcome.error.retryable).toBe(true);
      uncertain.push(name);
      await writer.synced();
    }
    if (n % 80 === 40) {
      const leader = serverOf(servers, writer);
      await leader.kill();
      await leader.start();
    }
  }

  await writer.synced();
  value(await writer.transact([thing("the end")]));
  const present = dumpNames(serverOf(servers, writer));
  expect(present).toEqual(expect.arrayContaining(committed));
  expect(present.filter((name) => !committed.includes(name) && !uncertain.includes(name))).toEqual([
    "the end",
  ]);
  for (const session of [writer, reader]) {
    while (!names(session).includes("the end")) await next(session.onBatch.bind(session));
    expect(names(session)).toEqual(present);
  }
  expect([...applied.keys()].toSorted()).toEqual(present);
  expect([...applied.values()].filter((times) => times !== 1)).toEqual([]);
});

test("a session goes on at another server when its own loses the cluster", async () => {
  const { servers, remotes } = await clusterForTest(3);
  const session = closeLater(await openSynced(remotes));
  value(await session.transact([thing("before")]));
  const own = serverOf(servers, session);
  own.appctl("cluster/failure-test", "stop-raft-rpc");
  const lost = await reach(session, "disconnected");
  expect(lost.error.message).toContain("lost its cluster");
  while (session.state.kind !== "synced" || serverOf(servers, session) === own) {
    await next(session.onState.bind(session), ({ kind }) => kind === "synced");
  }
  value(await session.transact([thing("after")]));
  expect(names(session)).toEqual(["after", "before"]);
});

test("a server that fell behind what was seen is stale and refused, until that is forgotten", async () => {
  const folder = folderForTest();
  const file = folder.at("0.db");
  run("ovsdb-tool", "create-cluster", file, PLAYGROUND, `unix:${folder.at("raft")}`);
  const server = new OvsdbServer(folder, "server", { databases: [file] });
  cleanup.push(() => server.kill());
  await server.start();
  const session = closeLater(await openSynced(server.remote));
  value(await session.transact([thing("kept")]));
  await server.stop();
  copyFileSync(file, folder.at("backup.db"));
  await server.start();
  await session.synced();
  for (let n = 0; n < 20; n++) value(await session.transact([thing(`lost ${n}`)]));
  await server.stop();
  copyFileSync(folder.at("backup.db"), file);
  await server.start();
  const refused = await next(
    session.onState.bind(session),
    (state) => state.kind === "disconnected" && state.error.message.includes("stale"),
  );
  expect(refused.kind).toBe("disconnected");
  expect(names(session).length).toBe(21);
  session.forgetIndex();
  await session.synced();
  expect(names(session)).toEqual(["kept"]);
});

test("a cluster that was made anew is another one: its index says nothing of the one before", async () => {
  const folder = folderForTest();
  const file = folder.at("0.db");
  const create = () => run("ovsdb-tool", "create-cluster", file, PLAYGROUND, `unix:${folder.at("raft")}`);
  create();
  const server = new OvsdbServer(folder, "server", { databases: [file] });
  cleanup.push(() => server.kill());
  await server.start();
  const session = closeLater(await openSynced(server.remote));
  const { state } = session;
  for (let n = 0; n < 20; n++) value(await session.transact([thing(`old ${n}`)]));
  await server.stop();
  rmSync(file);
  create();
  await server.start();
  await next(session.onState.bind(session), ({ kind }) => kind === "synced");
  expect(session.state).not.toEqual(state);
  expect(names(session)).toEqual([]);
  value(await session.transact([thing("new")]));
  expect(names(session)).toEqual(["new"]);
});

test("a remote that lags behind the cluster's others stays stale, whichever remotes are named", async () => {
  const folder = folderForTest();
  const file = folder.at("0.db");
  run("ovsdb-tool", "create-cluster", file, PLAYGROUND, `unix:${folder.at("raft")}`);
  const server = new OvsdbServer(folder, "server", { databases: [file] });
  const lagging = new OvsdbServer(folder, "lagging", { databases: [folder.at("backup.db")] });
  cleanup.push(
    () => server.kill(),
    () => lagging.kill(),
  );
  await server.start();
  await server.stop();
  copyFileSync(file, folder.at("backup.db"));
  await server.start();
  const session = closeLater(await openSynced(server.remote));
  for (let n = 0; n < 20; n++) value(await session.transact([thing(`thing ${n}`)]));
  await server.stop();
  await lagging.start();
  session.setRemotes(lagging.remote);
  const refused = await next(
    session.onState.bind(session),
    (state) => state.kind === "disconnected" && state.error.code === "stale",
  );
  expect(refused.kind).toBe("disconnected");
  expect(names(session).length).toBe(20);
});

async function startRelay() {
  const folder = folderForTest();
  const file = folder.at("source.db");
  run("ovsdb-tool", "create", file, PLAYGROUND);
  const source = new OvsdbServer(folder, "source", { databases: [file] });
  const relay = new OvsdbServer(folder, "relay", { databases: [`relay:Playground:${source.remote}`] });
  cleanup.push(
    () => source.kill(),
    () => relay.kill(),
  );
  await source.start();
  await relay.start();
  return { source, relay };
}

test("a relay is as good as its source", async () => {
  const { source, relay } = await startRelay();
  const session = closeLater(await openSynced(relay.remote));
  const direct = closeLater(await openSynced(source.remote));
  expect(session.state).toMatchObject({ kind: "synced", leader: null });
  value(await session.transact([thing("through the relay")]));
  expect(names(session)).toEqual(["through the relay"]);
  const seen = next(session.onBatch.bind(session));
  value(await direct.transact([thing("at the source")]));
  await seen;
  expect(names(session)).toEqual(["at the source", "through the relay"]);
});

test("a relay is never the leader", async () => {
  const { relay } = await startRelay();
  closeLater(await openSynced(relay.remote));
  const session = closeLater(open(relay.remote, { leaderOnly: true }));
  expect((await reach(session, "disconnected")).error.message).toContain("a relay is never the leader");
});

// A relay waits for half a minute before it admits that its source is gone.
test.skipIf(process.env.LONG === undefined)(
  "a relay that has lost its source is left until it has found it again",
  async () => {
    const { source, relay } = await startRelay();
    const session = closeLater(await openSynced(relay.remote));
    value(await session.transact([thing("kept")]));
    await source.stop();
    expect((await reach(session, "disconnected")).error.message).toContain("lost its source");
    await source.start();
    await session.synced();
    expect(names(session)).toEqual(["kept"]);
  },
  90_000,
);
