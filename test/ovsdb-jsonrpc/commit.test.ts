/** Reading, writing and carrying out, against a real ovsdb-server and others who write at the same time. */
import { beforeEach, describe, expect, test } from "bun:test";
import { allColumns, Session, type Uuid } from "ovsdb-jsonrpc";
import { closingAfterEach, playgroundForAllTests } from "./support/for-tests.ts";
import { playground } from "./support/playground.gen.ts";
import { type Message, ProxyServer } from "./support/proxy.ts";
import { Folder, PLAYGROUND, startCluster, startPlayground } from "./support/server.ts";
import { failure, op, open, openSynced, type PlaygroundSession, reach, value } from "./support/session.ts";

const server = playgroundForAllTests();
let session: PlaygroundSession;
let uuid: Uuid;
const closeLater = closingAfterEach();

beforeEach(async () => {
  session = closeLater(await openSynced(server.remote));
  const [, made] = value(
    await session.transact([
      op.delete("Thing", []),
      op.insert("Thing", { name: "t", color: "red", options: new Map([["a", "1"]]) }),
    ]),
  );
  uuid = made.uuid;
});

const row = (of = session) => [...of.replica.table("Thing").rows.values()][0];

describe("a commit", () => {
  test("reads, writes, and reads what it has written", async () => {
    const read: unknown[] = [];
    const results = await session.commit((draft) => {
      const before = draft.read("Thing", uuid, ["count", "words", "options"]);
      read.push(before);
      draft.update("Thing", uuid, { count: (before?.count ?? 0) + 1, words: ["x"] });
      draft.setKey("Thing", uuid, "options", "b", "2");
      draft.deleteKey("Thing", uuid, "options", "a");
      read.push(draft.read("Thing", uuid, ["count", "words", "options"]));
    });
    expect(value(results).length).toBe(3);
    expect(read).toEqual([
      { _uuid: uuid, count: 0, words: new Set(), options: new Map([["a", "1"]]) },
      { _uuid: uuid, count: 1, words: new Set(["x"]), options: new Map([["b", "2"]]) },
    ]);
    expect(row()).toMatchObject({ count: 1, words: new Set(["x"]), options: new Map([["b", "2"]]) });
  });

  test("verifies of what it reads only what the server has: the default of any other column stays", async () => {
    const folder = new Folder();
    const schema = await Bun.file(PLAYGROUND).json();
    delete schema.tables.Thing.columns.note;
    delete schema.tables.Only;
    await Bun.write(folder.at("older.ovsschema"), JSON.stringify(schema));
    await using older = await startPlayground({}, folder.at("older.ovsschema"));
    folder.remove();
    const other = closeLater(await openSynced(older.remote));
    const [made] = value(await other.transact([op.insert("Thing", { name: "t", color: "red" })]));
    const read: unknown[] = [];
    value(
      await other.commit((draft) => {
        read.push(
          draft.read("Thing", made.uuid, ["note", "count"]),
          draft.read("Only", made.uuid, ["value"]),
        );
        draft.update("Thing", made.uuid, { count: 5 });
      }),
    );
    expect(read).toEqual([{ _uuid: made.uuid, note: null, count: 0 }, null]);
    expect(row(other)?.count).toBe(5);
  });

  test("sets a key of a map and leaves the others, of whoever they are", async () => {
    const other = closeLater(await openSynced(server.remote));
    value(
      await other.transact([op.mutate("Thing", [], [["options", "insert", new Map([["theirs", "x"]])]])]),
    );
    value(await session.commit((draft) => draft.setKey("Thing", uuid, "options", "a", "9")));
    expect(row()?.options).toEqual(
      new Map([
        ["theirs", "x"],
        ["a", "9"],
      ]),
    );
  });

  test("of many at once loses no update: whoever lost the race begins anew from fresh rows", async () => {
    const others = await Promise.all(
      Array.from({ length: 4 }, async () => closeLater(await openSynced(server.remote))),
    );
    let built = 0;
    const count = async (of: PlaygroundSession) => {
      for (let n = 0; n < 10; n++) {
        const result = await of.commit(
          (draft) => {
            built++;
            const read = draft.read("Thing", uuid, ["count"]);
            draft.update("Thing", uuid, { count: (read?.count ?? 0) + 1 });
          },
          { attempts: 200 },
        );
        value(result);
      }
    };
    await Promise.all(others.map(count));
    const [result] = value(await session.transact([op.select("Thing", [], ["count"])]));
    expect(result.rows[0]?.count).toBe(40);
    expect(built).toBeGreaterThan(40);
  });

  test("is given up after so many attempts, with the server's word", async () => {
    await using proxy = await ProxyServer.start(server.socket, {
      fromServer: ({ method, params }: Message) =>
        method === "update3" && String(params?.[0]).startsWith("Playground") ? "drop" : "pass",
    });
    const blind = closeLater(await openSynced(proxy.remote));
    value(await session.transact([op.update("Thing", [], { count: 5 })]));
    let built = 0;
    const result = await blind.commit(
      (draft) => {
        built++;
        draft.read("Thing", uuid, ["count"]);
        draft.update("Thing", uuid, { limit: 1 });
      },
      { attempts: 3 },
    );
    expect([built, failure(result).code]).toEqual([3, "timed out"]);
    expect(row()?.limit).toBeNull();
  });

  test("verifies that a row is not there, and that one that it read is", async () => {
    const absent = "00000000-0000-4000-8000-000000000000" as Uuid;
    value(
      await session.commit((draft) => {
        expect(draft.read("Thing", absent, ["name"])).toBeNull();
        draft.update("Thing", uuid, { count: 2 });
      }),
    );
    const other = closeLater(await openSynced(server.remote));
    const reads: unknown[] = [];
    const gone = other.transact([op.delete("Thing", [])]);
    const result = session.commit((draft) => {
      reads.push(draft.read("Thing", uuid, ["count"])?.count);
      draft.insert("Thing", { name: "after", color: "blue" });
    });
    await gone;
    value(await result);
    expect(reads.at(-1)).toBeOneOf([2, undefined]);
  });

  test("that writes nothing sends nothing, and another error is the caller's at once", async () => {
    expect(value(await session.commit((draft) => void draft.read("Thing", uuid, ["count"])))).toEqual([]);
    let built = 0;
    const result = await session.commit((draft) => {
      built++;
      draft.update("Thing", uuid, { count: 5000 });
    });
    expect([built, failure(result).code]).toEqual([1, "constraint violation"]);
    expect(
      session.commit(() => {
        throw new Error("mine");
      }),
    ).rejects.toThrow("mine");
  });

  test("refers to rows that it inserts, and knows a row that it deleted as gone", async () => {
    value(
      await session.commit((draft) => {
        const part = draft.insert("Part", { serial: 1 });
        draft.update("Thing", uuid, { part });
        draft.add(op.comment("made"));
      }),
    );
    expect(session.replica.table("Part").rows.get(row()?.part ?? uuid)?.serial).toBe(1);
    value(
      await session.commit((draft) => {
        draft.delete("Thing", uuid);
        expect(draft.read("Thing", uuid, ["name"])).toBeNull();
      }),
    );
    expect(session.replica.table("Thing").rows.size).toBe(0);
  });
});

test("a late listener can have the rows that are there, before what comes", async () => {
  const told: string[] = [];
  const tell = { existing: true };
  session.onBatch(({ initial, tables }) => {
    for (const { old, new: next } of tables.Thing) told.push(`${initial} ${old?.count} ${next?.count}`);
  }, tell);
  expect(told).toEqual(["false undefined 0"]);
  value(await session.transact([op.update("Thing", [], { count: 3 })]));
  expect(told).toEqual(["false undefined 0", "false 0 3"]);
});

test("every column of a table is monitored without naming each", async () => {
  const all = closeLater(
    new Session({
      database: playground,
      remotes: server.remote,
      monitor: { Thing: allColumns(playground, "Thing") },
    }),
  );
  await all.synced();
  const [thing] = all.replica.table("Thing").rows.values();
  const options: ReadonlyMap<string, string> | undefined = thing?.options;
  expect(options).toEqual(new Map([["a", "1"]]));
  expect(Object.keys(thing ?? {}).length).toBe(18);
});

test("a cluster that is named by its id is the only one that will do", async () => {
  await using cluster = await startCluster(1);
  const first = closeLater(await openSynced(cluster.remotes));
  const { cid } = await reach(first, "synced");
  expect(closeLater(open(`cid:${cid},${cluster.remotes}`)).synced()).resolves.toBe(true);
  const other = "00000000-0000-4000-8000-000000000000";
  for (const remotes of [`${cluster.remotes},cid:${other}`, `cid:${cid},${server.remote}`]) {
    const { error } = await reach(closeLater(open(remotes)), "disconnected");
    expect(error.code).toBe("other cluster");
  }
  expect(() => open("cid:x,unix:/y")).toThrow("expected cid:UUID");
  expect(() => open(`cid:${other}`)).toThrow("no remote given");
});
