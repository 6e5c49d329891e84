/** Monitors that come and go in a session's life, with a real ovsdb-server. */
import { beforeEach, describe, expect, test } from "bun:test";
import { closingAfterEach, playgroundForAllTests, unchecked } from "./support/for-tests.ts";
import { type Message, ProxyServer } from "./support/proxy.ts";
import { run, startPlayground } from "./support/server.ts";
import {
  EVERYTHING,
  failure,
  names,
  next,
  op,
  openSynced,
  type PlaygroundSession,
  reach,
  value,
} from "./support/session.ts";

const server = playgroundForAllTests();
let writer: PlaygroundSession;
const closeLater = closingAfterEach();

beforeEach(async () => {
  writer = closeLater(await openSynced(server.remote));
  value(await writer.transact([op.delete("Thing", [])]));
  value(await writer.transact([1, 2, 3, 4].map((count) => thing(`t${count}`, count))));
});

const thing = (name: string, count: number) =>
  op.insert("Thing", { name, count, color: "red", words: ["w"] });
const named = (name: string) => [["name", "==", name]] as const;
const THINGS = { Thing: EVERYTHING.Thing } as const;

/** The changes of the things that the session's listeners are told of, as text. */
function changesOf(session: PlaygroundSession): string[] {
  const told: string[] = [];
  session.onBatch(({ tables }) => {
    for (const { old, new: row } of tables.Thing)
      told.push(old === null ? `+${row?.name}` : row === null ? `-${old.name}` : `*${row.name}`);
  });
  return told;
}

/** A session that monitors t1, and a second monitor of its own of the things that are named. */
async function openWithSecond(...others: readonly string[]) {
  const session = closeLater(await openSynced(server.remote, { where: { Thing: [["name", "==", "t1"]] } }));
  const told = changesOf(session);
  const second = session.addMonitor({
    monitor: THINGS,
    where: { Thing: others.map((name) => ["name", "==", name] as const) },
  });
  await next(second.onCondition.bind(second));
  return { session, second, told };
}

test("an added monitor brings its rows into the replica, and its listeners and the session's are told", async () => {
  const session = closeLater(await openSynced(server.remote, { where: { Thing: [["name", "==", "t1"]] } }));
  const told = changesOf(session);
  const second = session.addMonitor({ monitor: THINGS, where: { Thing: [["name", "==", "t2"]] } });
  expect([second.isInSync, second.acknowledged("Thing")]).toEqual([false, null]);
  const first = await next(second.onBatch.bind(second));
  expect(first.initial).toBe(true);
  expect(first.tables.Thing.map((change) => change.new?.name)).toEqual(["t2"]);
  expect(second.isInSync).toBe(true);
  expect(second.acknowledged("Thing")).toEqual([["name", "==", "t2"]]);
  expect(session.acknowledged("Thing")).toEqual([["name", "==", "t1"]]);
  expect([names(session), told]).toEqual([["t1", "t2"], ["+t2"]]);
  expect(second.replica.table("Thing").rows).toBe(session.replica.table("Thing").rows);
  expect(session.replica.table("Thing").index).toBeFunction();
});

test("a row in two monitors is there once: each change is told once, and it goes with the last of them", async () => {
  const { session, second, told } = await openWithSecond("t1", "t2");
  expect([names(session), told]).toEqual([["t1", "t2"], ["+t2"]]);
  value(
    await session.transact([
      op.mutate("Thing", named("t1"), [
        ["words", "insert", ["x"]],
        ["words", "delete", ["w"]],
      ]),
    ]),
  );
  expect([...session.replica.table("Thing").rows.values()].find(({ name }) => name === "t1")?.words).toEqual(
    new Set(["x"]),
  );
  expect(told.splice(0)).toEqual(["+t2", "*t1"]);

  const changed = next(session.onCondition.bind(session));
  session.setCondition("Thing", [false]);
  await changed;
  expect([names(session), told.splice(0)]).toEqual([["t1", "t2"], []]);
  value(await session.transact([op.mutate("Thing", named("t1"), [["words", "insert", ["y"]]])]));
  expect(told.splice(0)).toEqual(["*t1"]);
  const left = next(second.onCondition.bind(second));
  second.setCondition("Thing", [["name", "==", "t2"]]);
  await left;
  expect([names(session), told.splice(0)]).toEqual([["t2"], ["-t1"]]);
});

test("a row that is deleted goes from both at once", async () => {
  const { session, told } = await openWithSecond("t1", "t2");
  value(await session.transact([op.delete("Thing", named("t1"))]));
  expect([names(session), told]).toEqual([["t2"], ["+t2", "-t1"]]);
});

describe("a listener that begins with the rows that are there is told of each change once,", () => {
  /** What the things are by what a listener of this monitor is told, from now on; and what it is told that does not fit. */
  const follow = (monitor: Pick<PlaygroundSession, "onBatch">) => {
    const things = new Map<string, string>();
    const misfits: string[] = [];
    const text = (row: { readonly name: string; readonly count: number } | null) =>
      row === null ? undefined : `${row.name}=${row.count}`;
    monitor.onBatch(
      ({ tables }) => {
        for (const { uuid, old, new: row } of tables.Thing) {
          if (things.get(uuid) !== text(old)) misfits.push(`${text(old)} becomes ${text(row)}`);
          if (row === null) things.delete(uuid);
          else things.set(uuid, text(row) ?? "");
        }
      },
      { existing: true },
    );
    return { misfits, things };
  };
  const followedBy = async (session: PlaygroundSession, begin: () => ReturnType<typeof follow>) => {
    const begun = Promise.withResolvers<ReturnType<typeof follow>>();
    session.onBatch(({ tables }) => {
      if (tables.Thing.some((change) => change.new?.count === 9)) begun.resolve(begin());
    });
    value(await session.transact([op.update("Thing", named("t1"), { count: 9 })]));
    const { misfits, things } = await begun.promise;
    expect(misfits).toEqual([]);
    return [...things.values()].sort();
  };

  test("also when a listener adds it for another monitor, which is told of the same message next", async () => {
    const { session, second } = await openWithSecond("t2");
    expect(await followedBy(session, () => follow(unchecked(second)))).toEqual(["t1=9", "t2=2"]);
  });

  test("also when the listener that adds it has dropped a monitor before", async () => {
    const { session, second } = await openWithSecond("t2");
    const begin = () => {
      second.drop();
      return follow(session);
    };
    expect(await followedBy(session, begin)).toEqual(["t1=9"]);
  });
});

test("what is dropped takes along what nobody else has, and the server is told", async () => {
  const requests: Message[] = [];
  await using proxy = await ProxyServer.start(server.socket, {
    fromClient: (message) => {
      requests.push(message);
      return "pass";
    },
  });
  const session = closeLater(await openSynced(proxy.remote, { where: { Thing: [["name", "==", "t1"]] } }));
  const second = session.addMonitor({ monitor: THINGS, where: { Thing: [["count", "<", 4]] } });
  await next(second.onBatch.bind(second));
  const told = changesOf(session);
  second.drop();
  expect([names(session), told.splice(0).sort()]).toEqual([["t1"], ["-t2", "-t3"]]);
  expect([second.isInSync, second.acknowledged("Thing")]).toEqual([false, null]);
  second.drop();
  value(await session.transact([op.update("Thing", named("t2"), { count: 5 })]));
  value(await session.transact([op.update("Thing", named("t1"), { count: 6 })]));
  expect(told).toEqual(["*t1"]);
  const [asked] =
    requests
      .filter(({ method }) => method === "monitor_cond_since")
      .at(-1)
      ?.params?.slice(1) ?? [];
  expect(requests.filter(({ method }) => method === "monitor_cancel").map(({ params }) => params)).toEqual([
    [asked],
  ]);
  // Another one may be added in its place.
  const third = session.addMonitor({ monitor: THINGS, where: { Thing: [["count", "==", 5]] } });
  await next(third.onBatch.bind(third));
  expect(names(session)).toEqual(["t1", "t2"]);
});

test("one that is dropped before its rows are here, or while there is no connection, leaves nothing", async () => {
  const session = closeLater(await openSynced(server.remote, { where: { Thing: [["name", "==", "t1"]] } }));
  session.addMonitor({ monitor: THINGS }).drop();
  value(await session.transact([op.comment("fence")]));
  expect(names(session)).toEqual(["t1"]);
  const second = session.addMonitor({ monitor: THINGS });
  await next(second.onBatch.bind(second));
  session.setRemotes("unix:/nonexistent/socket");
  await reach(session, "disconnected");
  second.drop();
  expect(names(session)).toEqual(["t1"]);
  session.setRemotes(server.remote);
  await session.synced();
  value(await session.transact([op.comment("fence")]));
  expect(names(session)).toEqual(["t1"]);
});

test("it is there again after a reconnect, and its first batch then is the difference", async () => {
  const { session, second, told } = await openWithSecond("t2", "t3");
  session.setRemotes("unix:/nonexistent/socket");
  await reach(session, "disconnected");
  expect([second.isInSync, names(session)]).toEqual([false, ["t1", "t2", "t3"]]);
  value(
    await writer.transact([op.delete("Thing", named("t2")), op.update("Thing", named("t3"), { count: 9 })]),
  );
  told.length = 0;
  const batch = next(second.onBatch.bind(second), ({ initial }) => initial);
  session.setRemotes(server.remote);
  await batch;
  expect([names(session), told.sort()]).toEqual([
    ["t1", "t3"],
    ["*t3", "-t2"],
  ]);
  expect(second.isInSync).toBe(true);
});

test("one that is added before there is a connection starts with it", async () => {
  const session = closeLater(await openSynced(server.remote, { where: { Thing: [false] } }));
  session.setRemotes("unix:/nonexistent/socket");
  await reach(session, "disconnected");
  const second = session.addMonitor({ monitor: THINGS, where: { Thing: [["name", "==", "t4"]] } });
  session.setRemotes(server.remote);
  await next(second.onBatch.bind(second));
  expect(names(session)).toEqual(["t4"]);
});

test("a table that the session does not monitor can be added, and goes with its monitor", async () => {
  const session = closeLater(await openSynced(server.remote, {}));
  const second = session.addMonitor({ monitor: { Ballast: ["atoms"] } });
  const { tables } = await next(second.onBatch.bind(second));
  expect(tables.Ballast).toEqual([]);
  const seen = next(second.onBatch.bind(second));
  value(await writer.transact([op.insert("Ballast", { atoms: [1, 2] })]));
  expect((await seen).tables.Ballast[0]?.new?.atoms).toEqual(new Set([1, 2]));
  expect(second.replica.table("Ballast").rows.size).toBe(1);
  second.drop();
  expect(second.replica.table("Ballast").rows.size).toBe(0);
});

test("a condition that the server refuses is told to the monitor that has it, and the others go on", async () => {
  const { session, second } = await openWithSecond("t2");
  const refused = next(second.onConditionRefused.bind(second));
  second.setCondition("Thing", [["count", "==", 5000]]);
  expect(await refused).toMatchObject({ table: "Thing", code: "constraint violation" });
  expect(second.acknowledged("Thing")).toEqual([["name", "==", "t2"]]);
  expect(session.state.kind).toBe("synced");
});

test("other columns of a table than the monitors have that are there are refused at once", async () => {
  const session = closeLater(await openSynced(server.remote, { where: { Thing: [false] } }));
  expect(() => session.addMonitor({ monitor: { Thing: ["name"] } })).toThrow("has the same columns");
  const second = session.addMonitor({ monitor: { Thing: [...EVERYTHING.Thing].reverse() } });
  await next(second.onBatch.bind(second));
  expect(names(session)).toEqual(["t1", "t2", "t3", "t4"]);
});

test("indexes find the rows of every monitor, each once", async () => {
  const session = closeLater(
    await openSynced(server.remote, {
      where: { Thing: [["name", "==", "t1"]] },
      indexes: { Thing: { byWord: ["words"] } },
    }),
  );
  const find = () =>
    session.replica
      .table("Thing")
      .index("byWord")
      .find("w")
      .map((row) => ("name" in row ? row.name : ""))
      .sort();
  const second = session.addMonitor({ monitor: THINGS, where: { Thing: [["count", "<=", 2]] } });
  await next(second.onBatch.bind(second));
  expect(find()).toEqual(["t1", "t2"]);
  value(await session.transact([op.update("Thing", named("t2"), { words: ["z"] })]));
  expect(find()).toEqual(["t1"]);
  second.drop();
  expect(find()).toEqual(["t1"]);
});

test("when the schema is converted every monitor starts over", async () => {
  await using own = await startPlayground();
  const session = closeLater(await openSynced(own.remote, { where: { Thing: [false] } }));
  value(await session.transact([thing("t1", 1)]));
  const second = session.addMonitor({ monitor: THINGS });
  await next(second.onBatch.bind(second));
  const again = next(second.onBatch.bind(second), ({ initial }) => initial);
  const schema = JSON.parse(run("ovsdb-client", "get-schema", own.remote, "Playground"));
  schema.version = "1.0.1";
  delete schema.cksum;
  schema.tables.Thing.columns.extra = { type: "string" };
  await Bun.write(`${own.socket}.schema`, JSON.stringify(schema));
  run("ovsdb-client", "convert", own.remote, `${own.socket}.schema`);
  await again;
  expect(names(session)).toEqual(["t1"]);
});

describe("selectByUuid", () => {
  const absent = "00000000-0000-4000-8000-000000000000";

  test("answers each row, or that there is none, wherever the monitors look", async () => {
    const session = closeLater(await openSynced(server.remote, { where: { Thing: [false] } }));
    const rows = [...writer.replica.table("Thing").rows.keys()];
    const [one, ...others] = session.selectByUuid(
      "Thing",
      [...rows, absent as (typeof rows)[number]],
      ["name"],
    );
    expect(others).toEqual([]);
    const answer = await one;
    if (answer?.kind !== "answered") throw new Error("it answers");
    expect(rows.map((uuid) => answer.rows.get(uuid)?.name).sort()).toEqual(["t1", "t2", "t3", "t4"]);
    expect([...answer.rows].at(-1)).toEqual([absent as (typeof rows)[number], null]);
    expect(answer.rows.get(rows[0] ?? (absent as (typeof rows)[number]))).toEqual({
      _uuid: rows[0] ?? (absent as (typeof rows)[number]),
      name: expect.any(String),
    });
  });

  test("asks for at most 50 in a request, all of them at once, and each answer comes in the server's order", async () => {
    const transacts: Message[] = [];
    let answered = 0;
    let asked = 0;
    await using proxy = await ProxyServer.start(server.socket, {
      fromClient: (message) => {
        if (message.method !== "transact") return "pass";
        transacts.push(message);
        asked = Math.max(asked, transacts.length - answered);
        return "pass";
      },
      fromServer: ({ method }) => {
        if (method === undefined) answered++;
        return "pass";
      },
    });
    const session = closeLater(await openSynced(proxy.remote, { where: { Thing: [false] } }));
    answered = 0;
    const uuids = Array.from(
      { length: 120 },
      (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    );
    const order: number[] = [];
    const answers = session.selectByUuid("Thing", unchecked(uuids), ["name"]);
    await Promise.all(answers.map((answer, at) => answer.then(() => order.push(at))));
    expect(transacts.map(({ params = [] }) => params.length - 1)).toEqual([50, 50, 20]);
    expect(order).toEqual([0, 1, 2]);
  });

  test("settles after the updates before it, and before any later one", async () => {
    const session = closeLater(await openSynced(server.remote));
    const [row] = session.replica.table("Thing").rows.values();
    if (row === undefined) throw new Error("there are rows");
    const told = changesOf(session);
    const first = session.transact([op.update("Thing", named(row.name), { count: 100 })]);
    const [asked] = session.selectByUuid("Thing", [row._uuid], ["count"]);
    const last = session.transact([op.update("Thing", named(row.name), { count: 101 })]);
    const answer = await asked;
    expect(told).toEqual([`*${row.name}`]);
    expect(answer).toMatchObject({ kind: "answered" });
    if (answer?.kind === "answered") expect(answer.rows.get(row._uuid)?.count).toBe(100);
    value(await first);
    value(await last);
    expect(told.length).toBe(2);
  });

  test("says when nothing is known: no connection, one that is cut, an answer that is none", async () => {
    await using proxy = await ProxyServer.start(server.socket, {
      fromServer: ({ method, id, result }) =>
        method === undefined && Array.isArray(result) && JSON.stringify(result).includes('"rows"')
          ? spoil(id)
          : "pass",
    });
    let spoil: (id: number | null) => "cut" | { readonly instead: Message } = () => "cut";
    const session = closeLater(await openSynced(proxy.remote, { where: { Thing: [false] } }));
    const [row] = writer.replica.table("Thing").rows.keys();
    if (row === undefined) throw new Error("there are rows");
    const ask = async () => (await session.selectByUuid("Thing", [row], ["name"])[0]) ?? null;
    expect(await ask()).toMatchObject({ kind: "unknown", uuids: [row], error: { code: "disconnected" } });
    expect(await ask()).toMatchObject({ kind: "unknown", error: { code: "not sent" } });
    await session.synced();
    spoil = (id) => ({ instead: { id, result: [null], error: null } });
    expect(await ask()).toMatchObject({ kind: "unknown", error: { code: "not attempted" } });
    spoil = (id) => ({ instead: { id, result: [{ rows: [{ name: 7 }] }], error: null } });
    expect(await ask()).toMatchObject({ kind: "unknown", error: { code: "unreadable result" } });
    spoil = (id) => ({ instead: { id, result: null, error: { error: "permission error", details: "no" } } });
    expect(await ask()).toMatchObject({ kind: "error", error: { code: "permission error" } });
    expect(failure(await session.transact([op.abort()])).code).toBe("aborted");
  });
});
