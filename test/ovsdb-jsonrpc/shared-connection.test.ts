/** Several sessions over one connection: each as it would be alone, and all of them with the same server. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import {
  Connection,
  type ConnectionOptions,
  type DatabaseSchema,
  operations,
  Session,
  withBigints,
} from "ovsdb-jsonrpc";
import { closingAfterEach } from "./support/for-tests.ts";
import { type PlaygroundTables, playground } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { Folder, OvsdbServer, PLAYGROUND, run } from "./support/server.ts";
import { names, next, op, value } from "./support/session.ts";

const closeLater = closingAfterEach();

/** The same tables in a database of another name. */
const second: DatabaseSchema<PlaygroundTables> = { ...playground, name: "Second" };
const opSecond = operations(second);

let folder: Folder;
let server: OvsdbServer;

beforeEach(async () => {
  folder = new Folder();
  const schema = { ...JSON.parse(readFileSync(PLAYGROUND, "utf8")), name: "Second" };
  await Bun.write(folder.at("second.ovsschema"), JSON.stringify(schema));
  run("ovsdb-tool", "create", folder.at("first.db"), PLAYGROUND);
  run("ovsdb-tool", "create", folder.at("second.db"), folder.at("second.ovsschema"));
  server = new OvsdbServer(folder, "server", { databases: [folder.at("first.db"), folder.at("second.db")] });
  await server.start();
});

afterEach(async () => {
  await server.stop();
  folder.remove();
});

function connect(options: Partial<ConnectionOptions> = {}): Connection {
  const backoff = { minMs: 5, maxMs: 20 };
  return closeLater(new Connection({ remotes: server.remote, backoff, ...options }));
}

const monitor = { Thing: ["name", "numbers"] } as const;

function over<T extends typeof playground>(connection: Connection, database: T) {
  return new Session({ connection, database, monitor });
}

test("two databases are followed over one connection, each for itself", async () => {
  const connection = connect();
  const [one, two] = [over(connection, playground), over(connection, second)];
  expect(await Promise.all([one.synced(), two.synced()])).toEqual([true, true]);
  value(await one.transact([op.insert("Thing", { name: "in one", color: "red" })]));
  value(await two.transact([opSecond.insert("Thing", { name: "in two", color: "red" })]));
  expect([names(one), names(two)]).toEqual([["in one"], ["in two"]]);
  expect(connection.counters.connections).toBe(1);
});

test("a session that joins when the connection is there gets in sync, also with the same database", async () => {
  const connection = connect();
  const one = over(connection, playground);
  await one.synced();
  value(await one.transact([op.insert("Thing", { name: "a", color: "red" })]));
  const again = new Session({ connection, database: playground, monitor: { Thing: ["name"] } });
  await again.synced();
  const told = next(again.onBatch.bind(again), ({ tables }) =>
    tables.Thing.some(({ new: row }) => row?.name === "b"),
  );
  value(await one.transact([op.insert("Thing", { name: "b", color: "red" })]));
  await told;
  expect([names(one), again.replica.table("Thing").rows.size]).toEqual([["a", "b"], 2]);
  expect(connection.counters.connections).toBe(1);
});

test("all of them come back when the connection was lost", async () => {
  await using proxy = await ProxyServer.start(server.socket);
  const connection = connect({ remotes: proxy.remote });
  const sessions = [over(connection, playground), over(connection, second)];
  await Promise.all(sessions.map((session) => session.synced()));
  const kinds = sessions.map((session) => {
    const seen: string[] = [];
    const back = next(session.onState.bind(session), ({ kind }) => {
      seen.push(kind);
      return kind === "synced";
    });
    return back.then(() => seen);
  });
  proxy.cut();
  for (const seen of await Promise.all(kinds))
    expect(seen).toEqual(["disconnected", "connecting", "connected", "synced"]);
  expect(connection.counters.connections).toBe(2);
});

test("what one of them asks of the connection, all of them see", async () => {
  const connection = connect();
  const [one, two] = [over(connection, playground), over(connection, second)];
  await Promise.all([one.synced(), two.synced()]);
  const left = next(two.onState.bind(two), ({ kind }) => kind === "disconnected");
  one.reconnect();
  await left;
  expect(await Promise.all([one.synced(), two.synced()])).toEqual([true, true]);
});

describe("a session that is closed", () => {
  test("leaves the others, and the server keeps no monitor of it", async () => {
    const sent: string[] = [];
    const connection = connect({
      onMessage: (message) => {
        if (message.direction === "sent") sent.push(message.text());
      },
    });
    const [one, two] = [over(connection, playground), over(connection, second)];
    await Promise.all([one.synced(), two.synced()]);
    two.lock("a_lock");
    const states: string[] = [];
    two.onState(({ kind }) => states.push(kind));
    two.close();
    expect(states).toEqual(["closed"]);
    value(await one.transact([op.insert("Thing", { name: "after", color: "red" })]));
    expect(names(one)).toEqual(["after"]);
    expect(sent.filter((text) => text.includes('"monitor_cancel"')).length).toBe(2);
    expect(sent.filter((text) => text.includes('"unlock"')).length).toBe(1);
    expect(connection.counters.connections).toBe(1);
  });

  test.each(Array.from({ length: 10 }, (_, messages) => messages))(
    "stays closed, and asks for nothing any more, also when it gets in sync: after %p messages",
    async (messages) => {
      let received = 0;
      let closing: Session<PlaygroundTables, typeof monitor> | null = null;
      const running = new Set<string>();
      const connection = connect({
        onMessage(message) {
          if (message.direction === "received" && closing !== null && received++ === messages)
            closing.close();
          if (message.direction === "received") return;
          const { method, params } = JSON.parse(message.text(10_000));
          if (/^monitor(_cond_since)?$/.test(method)) running.add(params[1]);
          if (method === "monitor_cancel") running.delete(params[0]);
        },
      });
      const one = over(connection, playground);
      await one.synced();
      closing = over(connection, second);
      for (let round = 0; round < 10; round++) value(await one.transact([op.comment("meanwhile")]));
      expect(received).toBeGreaterThan(messages);
      expect(closing.state.kind).toBe("closed");
      expect([...running].sort()).toEqual(["Playground/0", "server-watch/0"]);
      expect(connection.counters.connections).toBe(1);
    },
  );

  test("before there is a connection leaves the start of the connection to the others", async () => {
    const connection = connect();
    const [one, two] = [over(connection, playground), over(connection, second)];
    one.close();
    expect(await two.synced()).toBe(true);
  });

  test("does not make the others leave a server that lacks its database", async () => {
    const connection = connect();
    const one = over(connection, playground);
    await one.synced();
    const two = over(connection, { ...playground, name: "Nowhere" });
    await Promise.resolve();
    two.close();
    for (let round = 0; round < 5; round++) value(await one.transact([op.comment("meanwhile")]));
    expect([one.state.kind, connection.counters.connections]).toEqual(["synced", 1]);
  });

  test("has no say in the connection any more", async () => {
    const connection = connect();
    const [one, two] = [over(connection, playground), over(connection, second)];
    await Promise.all([one.synced(), two.synced()]);
    two.close();
    two.reconnect();
    two.setRemotes("unix:/nonexistent/socket");
    two.setProbeInterval(1);
    two.setTls({});
    for (let round = 0; round < 5; round++) value(await one.transact([op.comment("meanwhile")]));
    expect([one.state.kind, connection.counters.connections]).toEqual(["synced", 1]);
  });

  test("gives its locks up for good, also when a listener asks for one that it has lost again", async () => {
    const connection = connect();
    const [one, two] = [over(connection, playground), over(connection, second)];
    await Promise.all([one.synced(), two.synced()]);
    const held = next(one.onLock.bind(one), (lock) => lock.held);
    one.lock("passed_on");
    await held;
    one.onLock((lock) => lock.held || one.lock(lock.name));
    one.close();
    const taken = next(two.onLock.bind(two), (lock) => lock.held);
    two.lock("passed_on");
    await taken;
    expect([one.holds("passed_on"), two.holds("passed_on")]).toEqual([false, true]);
  });

  test("still gets the answers to what it has asked", async () => {
    const connection = connect();
    const [one, two] = [over(connection, playground), over(connection, second)];
    await Promise.all([one.synced(), two.synced()]);
    const answer = two.transact([opSecond.insert("Thing", { name: "last", color: "red" })]);
    two.close();
    expect((await answer).ok).toBe(true);
    expect((await two.transact([opSecond.comment("no more")])).ok).toBe(false);
  });
});

test("closing the connection closes all of them", async () => {
  const connection = connect();
  const sessions = [over(connection, playground), over(connection, second)];
  await Promise.all(sessions.map((session) => session.synced()));
  connection.close();
  expect(sessions.map(({ state }) => state.kind)).toEqual(["closed", "closed"]);
  connection.close();
});

test("a session that comes to a closed connection is closed", async () => {
  const connection = connect();
  const states: string[] = [];
  connection.close();
  const late = over(connection, playground);
  late.onState(({ kind }) => states.push(kind));
  expect(await late.synced()).toBe(false);
  expect(states).toEqual(["closed"]);
});

test("a lock is wanted by one of them at most", async () => {
  const connection = connect();
  const [one, two] = [over(connection, playground), over(connection, second)];
  await Promise.all([one.synced(), two.synced()]);
  const held = next(one.onLock.bind(one), (lock) => lock.held);
  one.lock("only_one");
  await held;
  expect(() => two.lock("only_one")).toThrow("another session of the same connection");
  one.unlock("only_one");
  const taken = next(two.onLock.bind(two), (lock) => lock.held);
  two.lock("only_one");
  await taken;
  expect([one.holds("only_one"), two.holds("only_one")]).toEqual([false, true]);
});

test("one may read integers as bigints while another reads numbers", async () => {
  const connection = connect();
  const numbers = over(connection, playground);
  const exact = new Session({ connection, database: withBigints(playground), monitor });
  await Promise.all([numbers.synced(), exact.synced()]);
  const big = 2n ** 60n + 1n;
  const both = [
    next(numbers.onBatch.bind(numbers), ({ tables }) => tables.Thing.length > 0),
    next(exact.onBatch.bind(exact), ({ tables }) => tables.Thing.length > 0),
  ];
  const exactly = operations(withBigints(playground));
  value(
    await exact.transact([exactly.insert("Thing", { name: "big", color: "red", numbers: new Set([big]) })]),
  );
  await Promise.all(both);
  const [inNumbers] = numbers.replica.table("Thing").rows.values();
  const [inBigints] = exact.replica.table("Thing").rows.values();
  expect([...(inNumbers?.numbers ?? [])]).toEqual([2 ** 60]);
  expect([...(inBigints?.numbers ?? [])]).toEqual([big]);
});
