/** The replica of a real server: batches, conditions and their acknowledgement, indexes, and the older monitors. */
import { describe, expect, test } from "bun:test";
import { type Condition, named, Session, type Uuid } from "ovsdb-jsonrpc";
import { closingAfterEach, playgroundForEachTest } from "./support/for-tests.ts";
import { playground, type Thing } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { EVERYTHING, names, next, op, openSynced, reach, value, whileOffline } from "./support/session.ts";

const server = playgroundForEachTest();
const closeLater = closingAfterEach();

async function writer() {
  return closeLater(await openSynced(server.remote, { where: { Thing: [], Part: [], Only: [] } }));
}

const thing = (name: string, fields: Partial<Thing> = {}) =>
  op.insert("Thing", { name, color: "red", ...fields });

describe("batches", () => {
  test("the first batch of an empty database is empty, and is delivered", async () => {
    const session = closeLater(
      new Session({ database: playground, remotes: server.remote, monitor: EVERYTHING }),
    );
    const batch = await next(session.onBatch.bind(session));
    expect(batch).toEqual({ initial: true, tables: { Thing: [], Part: [], Only: [] } });
  });

  test("one transaction is one batch over all its tables", async () => {
    const session = closeLater(await openSynced(server.remote));
    const batch = next(session.onBatch.bind(session));
    const [part, inserted] = value(
      await session.transact([
        op.insert("Part", { serial: 7 }, "p"),
        thing("one"),
        op.mutate("Thing", [], [["parts", "insert", [named("p")]]]),
      ]),
    );
    const { initial, tables } = await batch;
    expect(initial).toBe(false);
    expect(tables.Part).toMatchObject([{ uuid: part.uuid, old: null, new: { serial: 7 } }]);
    expect(tables.Thing).toMatchObject([{ uuid: inserted.uuid, old: null, new: { name: "one" } }]);
  });

  test("a change carries the old row and the new one, which share what did not change", async () => {
    const session = closeLater(await openSynced(server.remote));
    const [{ uuid }] = value(
      await session.transact([thing("shared", { words: new Set(["a"]), numbers: new Set([1]) })]),
    );
    const before = session.replica.table("Thing").rows.get(uuid);
    const batch = next(session.onBatch.bind(session));
    value(
      await session.transact([op.mutate("Thing", [["_uuid", "==", uuid]], [["words", "insert", ["b"]]])]),
    );
    const [change] = (await batch).tables.Thing;
    expect(change?.old).toBe(before ?? null);
    expect(change?.new).toBe(session.replica.table("Thing").rows.get(uuid) ?? null);
    expect(before?.words).toEqual(new Set(["a"]));
    expect(change?.new?.words).toEqual(new Set(["a", "b"]));
    expect(change?.new?.numbers).toBe(before?.numbers ?? new Set());
  });

  test("a deleted row carries its last content", async () => {
    const session = closeLater(await openSynced(server.remote));
    value(await session.transact([thing("gone", { count: 3 })]));
    const batch = next(session.onBatch.bind(session));
    value(await session.transact([op.delete("Thing", [["name", "==", "gone"]])]));
    expect((await batch).tables.Thing).toMatchObject([{ old: { name: "gone", count: 3 }, new: null }]);
    expect(session.replica.table("Thing").rows.size).toBe(0);
  });

  test("only the monitored columns are there", async () => {
    const session = closeLater(
      new Session({ database: playground, remotes: server.remote, monitor: { Thing: ["count"] } }),
    );
    await session.synced();
    const [{ uuid }] = value(await session.transact([thing("narrow", { count: 4, note: "n" })]));
    expect(session.replica.table("Thing").rows.get(uuid)).toEqual({ _uuid: uuid, count: 4 });
  });

  test("a column that is named twice is monitored once", async () => {
    const monitor = { Thing: ["count", "name", "count"] } as const;
    const session = closeLater(new Session({ database: playground, remotes: server.remote, monitor }));
    await session.synced();
    const [{ uuid }] = value(await session.transact([thing("twice", { count: 4 })]));
    expect(session.replica.table("Thing").rows.get(uuid)).toEqual({ _uuid: uuid, count: 4, name: "twice" });
  });

  test("a listener that throws keeps neither the others nor the session from going on", async () => {
    const script = `
      import { open, op } from ${JSON.stringify(`${import.meta.dir}/support/session.ts`)};
      const session = open(${JSON.stringify(server.remote)});
      process.on("uncaughtException", (error) => console.log("reported", error.message));
      session.onBatch(() => { throw new Error("from a listener"); });
      session.onBatch(({ initial }) => console.log("batch", initial));
      await session.synced();
      await session.transact([op.insert("Thing", { name: "x", color: "red" })]);
      console.log("rows", session.replica.table("Thing").rows.size);
      session.close();`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
    const output = await child.stdout.text();
    expect(output.split("\n").sort()).toEqual(
      [
        "",
        "batch false",
        "batch true",
        "reported from a listener",
        "reported from a listener",
        "rows 1",
      ].sort(),
    );
  });
});

describe.each<{ lacks: readonly string[] }>([
  { lacks: [] },
  { lacks: ["monitor_cond_since"] },
  { lacks: ["monitor_cond_since", "monitor_cond"] },
])("with a server that lacks $lacks", ({ lacks }) => {
  test("a row of more than a megabyte is like any other", async () => {
    await using proxy = await ProxyServer.start(server.socket, {
      answer: ({ method = "" }) => (lacks.includes(method) ? { error: "unknown method" } : null),
    });
    const words = new Set(Array.from({ length: 40_000 }, (_, n) => `word number ${n} of many`));
    const note = "x".repeat(300_000);
    value(await (await writer()).transact([thing("long", { words, note }), thing("short")]));
    const session = closeLater(await openSynced(proxy.remote));
    expect(names(session)).toEqual(["long", "short"]);
    const long = [...session.replica.table("Thing").rows.values()].find(({ name }) => name === "long");
    expect(long?.words).toEqual(words);
    expect(long?.note).toBe(note);
    const [selected] = value(
      await session.transact([op.select("Thing", [["name", "==", "long"]], ["words", "note"])]),
    );
    expect(selected.rows).toMatchObject([{ words, note }]);
  });
});

describe("conditions", () => {
  test("only rows of the condition are in the replica, from the first batch on", async () => {
    value(
      await (await writer()).transact([
        thing("a", { count: 1 }),
        thing("b", { count: 2 }),
        thing("c", { count: 3 }),
      ]),
    );
    const session = closeLater(
      await openSynced(server.remote, {
        where: {
          Thing: [
            ["count", "==", 1],
            ["name", "==", "c"],
          ],
          Part: [],
        },
      }),
    );
    expect(names(session)).toEqual(["a", "c"]);
  });

  test("the acknowledgement comes after the rows, with the very condition that was set", async () => {
    value(await (await writer()).transact([thing("a"), thing("b")]));
    const session = closeLater(await openSynced(server.remote, { where: { Thing: [false] } }));
    expect(names(session)).toEqual([]);
    const wanted: Condition<Thing> = [["name", "==", "b"]];
    session.setCondition("Thing", wanted);
    expect(session.acknowledged("Thing")).toEqual([false]);
    const acknowledged = await next(session.onCondition.bind(session));
    expect(acknowledged.Thing).toBe(wanted);
    expect(acknowledged.Part).toEqual([true]);
    expect(session.acknowledged("Thing")).toBe(wanted);
    expect(names(session)).toEqual(["b"]);
  });

  test("rows that a new condition leaves out are delivered as deleted", async () => {
    value(await (await writer()).transact([thing("a"), thing("b")]));
    const session = closeLater(await openSynced(server.remote));
    const batch = next(session.onBatch.bind(session));
    session.setCondition("Thing", [["name", "==", "b"]]);
    expect((await batch).tables.Thing).toMatchObject([{ old: { name: "a" }, new: null }]);
  });

  test("changes while one is outstanding become one request with the last of each table", async () => {
    const requests: unknown[] = [];
    await using proxy = await ProxyServer.start(server.socket, {
      fromClient({ method, params }) {
        if (method === "monitor_cond_change") requests.push(params?.[2]);
        return "pass";
      },
    });
    value(await (await writer()).transact([thing("0"), thing("5"), thing("9")]));
    const session = closeLater(await openSynced(proxy.remote, { where: { Thing: [false] } }));
    const conditions = Array.from({ length: 10 }, (_, i): Condition<Thing> => [["name", "==", String(i)]]);
    const acknowledged: unknown[] = [];
    session.onCondition(({ Thing }) => acknowledged.push(Thing));
    for (const condition of conditions) session.setCondition("Thing", condition);
    session.setCondition("Part", [false]);
    await next(session.onCondition.bind(session), ({ Thing }) => Thing === conditions[9]);
    expect(names(session)).toEqual(["9"]);
    expect(requests).toEqual([
      { Thing: [{ where: [["name", "==", "0"]] }] },
      { Thing: [{ where: [["name", "==", "9"]] }], Part: [{ where: [false] }] },
    ]);
    expect(acknowledged).toEqual([conditions[0], conditions[9]]);
  });

  test("an empty list of clauses is no row, not every row", async () => {
    value(await (await writer()).transact([thing("a")]));
    const session = closeLater(await openSynced(server.remote, { where: { Thing: [] } }));
    expect(names(session)).toEqual([]);
    session.setCondition("Thing", [true]);
    await next(session.onCondition.bind(session));
    session.setCondition("Thing", []);
    await next(session.onCondition.bind(session));
    expect(names(session)).toEqual([]);
  });

  test("sets and maps are compared as the server does it", async () => {
    value(
      await (await writer()).transact([
        thing("a", { words: new Set(["x", "y"]), options: new Map([["k", "v"]]) }),
        thing("b", {
          words: new Set(["y"]),
          options: new Map([
            ["k", "w"],
            ["l", "v"],
          ]),
        }),
        thing("c"),
      ]),
    );
    const session = closeLater(await openSynced(server.remote, { where: { Thing: [false] } }));
    const matches = async (condition: Condition<Thing>) => {
      session.setCondition("Thing", condition);
      await next(session.onCondition.bind(session), ({ Thing }) => Thing === condition);
      return names(session);
    };
    expect(await matches([["words", "includes", "x"]])).toEqual(["a"]);
    expect(await matches([["words", "==", ["y"]]])).toEqual(["b"]);
    expect(await matches([["words", "excludes", new Set(["x"])]])).toEqual(["b", "c"]);
    expect(await matches([["options", "includes", new Map([["k", "w"]])]])).toEqual(["b"]);
    expect(
      await matches([
        ["part", "==", null],
        ["name", "==", "nobody"],
      ]),
    ).toEqual(["a", "b", "c"]);
  });

  test("a condition that is set before the connection is the one that is asked for", async () => {
    value(await (await writer()).transact([thing("a"), thing("b")]));
    const session = closeLater(
      new Session({ database: playground, remotes: server.remote, monitor: EVERYTHING }),
    );
    session.setCondition("Thing", [["name", "==", "a"]]);
    const batch = await next(session.onBatch.bind(session));
    expect(batch.tables.Thing.map((change) => change.new?.name)).toEqual(["a"]);
  });

  test("nothing is acknowledged while the session is not in sync", async () => {
    await using proxy = await ProxyServer.start(server.socket);
    const session = closeLater(await openSynced(proxy.remote));
    expect(session.acknowledged("Thing")).toEqual([true]);
    const disconnected = reach(session, "disconnected");
    proxy.cut();
    await disconnected;
    expect(session.acknowledged("Thing")).toBeNull();
  });
});

describe("indexes and references", () => {
  const indexes = {
    Thing: { name: ["name"], mode: ["options:mode"], parts: ["parts"], colorAndCount: ["color", "count"] },
  } as const;

  test("rows are found by a column, a map's key, an element of a set, and several columns", async () => {
    const session = closeLater(await openSynced(server.remote, { indexes }));
    const [part] = value(
      await session.transact([
        op.insert("Part", { serial: 1 }, "p"),
        op.insert("Thing", {
          name: "a",
          color: "red",
          count: 1,
          options: new Map([["mode", "x"]]),
          parts: [named("p")],
        }),
        op.insert("Thing", {
          name: "b",
          color: "red",
          count: 2,
          options: new Map([["mode", "x"]]),
          parts: [named("p")],
        }),
      ]),
    );
    const table = session.replica.table("Thing");
    const found = (index: string, ...values: (string | number | Uuid)[]) =>
      table
        .index(index)
        .find(...values)
        .map(({ name }) => name)
        .sort();
    expect(found("name", "a")).toEqual(["a"]);
    expect(found("mode", "x")).toEqual(["a", "b"]);
    expect(found("parts", part.uuid)).toEqual(["a", "b"]);
    expect(found("colorAndCount", "red", 2)).toEqual(["b"]);
    expect(found("colorAndCount", "red", 3)).toEqual([]);

    value(
      await session.transact([
        op.update("Thing", [["name", "==", "a"]], { options: new Map(), parts: [], count: 3 }),
      ]),
    );
    expect([found("mode", "x"), found("parts", part.uuid), found("colorAndCount", "red", 1)]).toEqual([
      ["b"],
      ["b"],
      [],
    ]);
    value(await session.transact([op.delete("Thing", [])]));
    expect([found("name", "a"), found("mode", "x"), found("colorAndCount", "red", 2)]).toEqual([[], [], []]);
  });

  test("an index that was not declared is refused by name", async () => {
    const session = closeLater(await openSynced(server.remote));
    expect(() => session.replica.table("Thing").index("nope")).toThrow("Thing has no index nope");
  });

  test.each([
    [
      { Thing: { byCount: ["count"] } },
      "index byCount of table Thing needs column count, which is not monitored",
    ],
    [{ Part: { bySerial: ["serial"] } }, "table Part, which is not monitored"],
    [{ Thing: { byOptions: ["options"] } }, "needs a key of map options"],
    [{ Thing: { byKey: ["name:key"] } }, "column name, which is no map"],
  ])("an index of what is not there, as in %p, is refused at once", (wrong, reason) => {
    const indexes: object = wrong;
    expect(
      () =>
        new Session({
          database: playground,
          remotes: server.remote,
          monitor: { Thing: ["name", "options"] },
          indexes,
        }),
    ).toThrow(reason);
  });

  test("references are resolved to the rows that the replica holds", async () => {
    const session = closeLater(await openSynced(server.remote));
    value(
      await session.transact([
        op.insert("Part", { serial: 1 }, "p"),
        op.insert("Part", { serial: 2 }, "q"),
        op.insert("Thing", { name: "a", color: "red", part: named("p"), parts: [named("p"), named("q")] }),
      ]),
    );
    const [row] = session.replica.table("Thing").rows.values();
    const parts = session.replica.table("Part");
    expect(parts.resolve(row?.part ?? null)).toMatchObject([{ serial: 1 }]);
    expect(new Set(parts.resolve(row?.parts ?? new Set()).map(({ serial }) => serial))).toEqual(
      new Set([1, 2]),
    );
    expect(parts.resolve(null)).toEqual([]);
  });
});

describe.each([
  { lacks: ["monitor_cond_since"], uses: "monitor_cond" },
  { lacks: ["monitor_cond_since", "monitor_cond"], uses: "monitor" },
])("a server that lacks $lacks", ({ lacks, uses }) => {
  const unknown = (methods: readonly string[]) => ({
    answer: ({ method = "" }) => (methods.includes(method) ? { error: "unknown method" } : null),
  });

  test(`is monitored with ${uses}`, async () => {
    const methods: string[] = [];
    const rules = {
      ...unknown(lacks),
      fromClient: ({ method = "" }) => {
        if (method.startsWith("monitor")) methods.push(method);
        return "pass" as const;
      },
    };
    await using proxy = await ProxyServer.start(server.socket, rules);
    const session = closeLater(await openSynced(proxy.remote));
    expect(methods.at(-1)).toBe(uses);
    const [{ uuid }] = value(
      await session.transact([thing("old", { words: new Set(["a", "b"]), limit: 4 })]),
    );
    value(
      await session.transact([
        op.mutate("Thing", [], [["words", "delete", ["a"]]]),
        op.update("Thing", [], { limit: null, options: new Map([["k", "v"]]) }),
      ]),
    );
    expect(session.replica.table("Thing").rows.get(uuid)).toMatchObject({
      words: new Set(["b"]),
      limit: null,
      options: new Map([["k", "v"]]),
    });
    value(await session.transact([op.delete("Thing", [])]));
    expect(session.replica.table("Thing").rows.size).toBe(0);
  });

  test("acknowledges a condition once its rows are there", async () => {
    value(await (await writer()).transact([thing("a"), thing("b")]));
    await using proxy = await ProxyServer.start(server.socket, unknown(lacks));
    const session = closeLater(await openSynced(proxy.remote, { where: { Thing: [false] } }));
    const wanted: Condition<Thing> = [["name", "==", "a"]];
    const acknowledged = next(session.onCondition.bind(session), ({ Thing }) => Thing === wanted);
    session.setCondition("Thing", wanted);
    await acknowledged;
    expect(names(session)).toContain("a");
  });

  test("gives the difference to what was known after a reconnect", async () => {
    const other = await writer();
    value(await other.transact([thing("stays"), thing("goes")]));
    await using proxy = await ProxyServer.start(server.socket, unknown(lacks));
    const session = closeLater(await openSynced(proxy.remote));
    const batch = await whileOffline(session, proxy.remote, async () => {
      value(await other.transact([op.delete("Thing", [["name", "==", "goes"]]), thing("comes")]));
    });
    expect(batch.initial).toBe(true);
    expect(batch.tables.Thing.map((change) => [change.old?.name, change.new?.name]).sort()).toEqual(
      [
        ["goes", undefined],
        [undefined, "comes"],
      ].sort(),
    );
  });
});
