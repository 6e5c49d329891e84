/** Transactions against a real ovsdb-server: every operation, typed results, every kind of error. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { isUuid, named, parseUuid, type Uuid, ZERO_UUID } from "ovsdb-jsonrpc";
import { playgroundForAllTests } from "./support/for-tests.ts";
import { ProxyServer } from "./support/proxy.ts";
import { Folder, PLAYGROUND, run, startPlayground } from "./support/server.ts";
import { EVERYTHING, failure, op, openSynced, type PlaygroundSession, value } from "./support/session.ts";

const server = playgroundForAllTests();
let session: PlaygroundSession;

beforeAll(async () => {
  session = await openSynced(server.remote);
});

afterAll(() => session.close());

function randomUuid(): Uuid {
  const uuid = parseUuid(randomUUID());
  if (uuid === null) throw new Error("a random UUID is one");
  return uuid;
}

describe("operations", () => {
  test("insert answers the row's UUID, and the row is in the replica when the promise settles", async () => {
    const [inserted] = value(await session.transact([op.insert("Thing", { name: "insert", color: "red" })]));
    expect(isUuid(inserted.uuid)).toBe(true);
    expect(session.replica.table("Thing").rows.get(inserted.uuid)).toEqual({
      _uuid: inserted.uuid,
      name: "insert",
      count: 0,
      ratio: 0,
      enabled: false,
      color: "red",
      limit: null,
      note: null,
      numbers: new Set(),
      pair: new Set(),
      words: new Set(),
      options: new Map(),
      single: new Map(),
      levels: new Map(),
      part: null,
      parts: new Set(),
      seen: new Set(),
      scratch: "",
    });
  });

  test("every kind of value arrives as it was written, through the replica and through select", async () => {
    const row = {
      name: 'values\u0001 "quoted" \\ \u00e9 \u{1f600}',
      count: -1000,
      ratio: -2.5e-300,
      enabled: true,
      color: "blue",
      limit: 9007199254740991,
      note: "",
      numbers: new Set([3, -1, 2]),
      pair: new Set([7]),
      words: new Set(["", "a,b", "[]"]),
      options: new Map([
        ["__proto__", "x"],
        ["", ""],
      ]),
      single: new Map([["k", 1]]),
      levels: new Map([[-5, 0.5]]),
      scratch: "s",
    } as const;
    const [{ uuid }] = value(await session.transact([op.insert("Thing", row)]));
    expect(session.replica.table("Thing").rows.get(uuid)).toMatchObject(row);
    const [selected] = value(await session.transact([op.select("Thing", [["_uuid", "==", uuid]])]));
    expect(selected.rows).toEqual([{ ...row, _uuid: uuid, part: null, parts: new Set(), seen: new Set() }]);
  });

  test("a named UUID refers to a row of the same transaction", async () => {
    const [part, thing] = value(
      await session.transact([
        op.insert("Part", { serial: 1 }, "p"),
        op.insert("Thing", {
          name: "named",
          color: "red",
          part: named("p"),
          parts: [named("p")],
          seen: new Set([named("p")]),
        }),
      ]),
    );
    expect(session.replica.table("Thing").rows.get(thing.uuid)).toMatchObject({
      part: part.uuid,
      parts: new Set([part.uuid]),
      seen: new Set([part.uuid]),
    });
  });

  test("an insert may choose its row's UUID, and give it a name as well", async () => {
    const [chosen, other] = [randomUuid(), randomUuid()];
    const results = value(
      await session.transact([
        op.insert("Part", { serial: 5 }, { uuid: other, uuidName: "part" }),
        op.insert("Thing", { name: "chosen", color: "red", part: named("part") }, { uuid: chosen }),
      ]),
    );
    expect(results).toEqual([{ uuid: other }, { uuid: chosen }]);
    expect(session.replica.table("Thing").rows.get(chosen)).toMatchObject({ name: "chosen", part: other });
    expect(
      failure(
        await session.transact([op.insert("Thing", { name: "again", color: "red" }, { uuid: chosen })]),
      ),
    ).toMatchObject({ code: "duplicate uuid", operation: 0 });
  });

  test("update and delete answer how many rows they touched", async () => {
    value(
      await session.transact([
        op.insert("Thing", { name: "u1", color: "red" }),
        op.insert("Thing", { name: "u2", color: "red" }),
      ]),
    );
    const results = value(
      await session.transact([
        op.update("Thing", [["name", "==", "u1"]], { count: 5, note: "n" }),
        op.update("Thing", [["name", "==", "nobody"]], { count: 5 }),
        op.delete("Thing", [["name", "==", "u2"]]),
      ]),
    );
    expect(results).toEqual([{ count: 1 }, { count: 0 }, { count: 1 }]);
  });

  test("mutate does arithmetic, and inserts into and deletes from sets and maps", async () => {
    const [{ uuid }] = value(
      await session.transact([
        op.insert("Thing", {
          name: "mutate",
          color: "red",
          count: 10,
          numbers: [1, 2],
          options: new Map([
            ["a", "1"],
            ["b", "2"],
            ["c", "3"],
          ]),
        }),
      ]),
    );
    const where = [["_uuid", "==", uuid]] as const;
    value(
      await session.transact([
        op.mutate("Thing", where, [
          ["count", "*=", 3],
          ["count", "-=", 1],
          ["numbers", "insert", [3]],
          ["numbers", "delete", new Set([1])],
          ["options", "delete", ["a"]],
          ["options", "delete", new Map([["b", "other"]])],
          ["options", "insert", new Map([["d", "4"]])],
        ]),
      ]),
    );
    expect(session.replica.table("Thing").rows.get(uuid)).toMatchObject({
      count: 29,
      numbers: new Set([2, 3]),
      options: new Map([
        ["b", "2"],
        ["c", "3"],
        ["d", "4"],
      ]),
    });
  });

  test("one element stands for a set, a key for a map's pair, and an optional value is a set", async () => {
    const [part, { uuid }] = value(
      await session.transact([
        op.insert("Part", { serial: 9 }, "part"),
        op.insert("Thing", {
          name: "elements",
          color: "red",
          words: "w",
          parts: named("part"),
          limit: 3,
          options: new Map([["a", "1"]]),
        }),
      ]),
    );
    const inserted = session.replica.table("Thing").rows.get(uuid);
    expect(inserted).toMatchObject({ words: new Set(["w"]), parts: new Set([part.uuid]) });
    value(
      await session.transact([
        op.mutate(
          "Thing",
          [["_uuid", "==", uuid]],
          [
            ["words", "insert", "x"],
            ["options", "delete", "a"],
            ["note", "insert", "n"],
            ["limit", "delete", 3],
            ["part", "insert", part.uuid],
          ],
        ),
      ]),
    );
    const mutated = session.replica.table("Thing").rows.get(uuid);
    expect(mutated).toMatchObject({ words: new Set(["w", "x"]), options: new Map(), note: "n", limit: null });
    expect(mutated?.part).toBe(part.uuid);
  });

  test("select answers the columns that were asked for, and the UUID", async () => {
    const [, selected] = value(
      await session.transact([
        op.insert("Thing", { name: "select", color: "green", count: 77 }),
        op.select("Thing", [["count", "==", 77]], ["name", "color"]),
      ]),
    );
    expect(selected.rows).toMatchObject([{ name: "select", color: "green" }]);
    expect(Object.keys(selected.rows[0] ?? {}).sort()).toEqual(["_uuid", "color", "name"]);
  });

  test("the clauses of an operation are all to hold", async () => {
    const results = value(
      await session.transact([
        op.insert("Thing", { name: "clauses", color: "red", count: 3, words: ["x", "y"] }),
        op.select(
          "Thing",
          [
            ["name", "==", "clauses"],
            ["words", "includes", "x"],
            ["count", "<", 4],
          ],
          [],
        ),
        op.select(
          "Thing",
          [
            ["name", "==", "clauses"],
            ["words", "excludes", new Set(["x"])],
          ],
          [],
        ),
        op.select(
          "Thing",
          [
            ["name", "==", "clauses"],
            ["limit", "==", null],
          ],
          [],
        ),
      ]),
    );
    expect([results[1].rows.length, results[2].rows.length, results[3].rows.length]).toEqual([1, 0, 1]);
  });

  test("a wait whose rows are as expected lets the transaction through", async () => {
    const results = value(
      await session.transact([
        op.insert("Thing", { name: "wait", color: "red", count: 1 }),
        op.wait("Thing", [["name", "==", "wait"]], ["count", "limit"], "==", [{ count: 1, limit: null }], 0),
        op.wait("Thing", [["name", "==", "wait"]], ["count"], "!=", [{ count: 2 }], 0),
        op.comment("why it was done"),
        op.commit(true),
      ]),
    );
    expect(results.length).toBe(5);
  });

  test("a transaction of no operations is carried out", async () => {
    expect(await session.transact([])).toEqual({ ok: true, value: [] });
  });
});

/** The playground with columns left out (null) or of another type. */
async function startOther(columns: { readonly [column: string]: object | string | null }) {
  const schema = await Bun.file(PLAYGROUND).json();
  for (const [column, type] of Object.entries(columns)) {
    if (type === null) delete schema.tables.Thing.columns[column];
    else schema.tables.Thing.columns[column].type = type;
  }
  const folder = new Folder();
  await Bun.write(folder.at("other.ovsschema"), JSON.stringify(schema));
  const other = await startPlayground({}, folder.at("other.ovsschema"));
  folder.remove();
  return other;
}

describe("a select on a server with another schema", () => {
  test("has the default for columns that the server lacks", async () => {
    await using older = await startOther({ scratch: null, note: null });
    const other = await openSynced(older.remote);
    value(await other.transact([op.insert("Thing", { name: "old", color: "blue", count: 3 })]));
    const [{ rows }] = value(await other.transact([op.select("Thing", [])]));
    other.close();
    expect(rows).toMatchObject([{ name: "old", count: 3, scratch: "", note: null, words: new Set() }]);
    expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(["_uuid", ...EVERYTHING.Thing].toSorted());
  });

  test("reads what it answers as the descriptor's types", async () => {
    await using newer = await startOther({
      note: { key: "string", min: 0, max: "unlimited" },
      words: { key: "string", min: 0, max: 1 },
      ratio: "integer",
      enabled: "string",
    });
    const other = await openSynced(newer.remote, { where: { Thing: [] } });
    const insert = (name: string, note: readonly string[]) => ({
      op: "insert",
      table: "Thing",
      row: { name, note: ["set", note], color: "red", words: "w", ratio: 2, enabled: "yes" },
    });
    const transaction = ["Playground", insert("one", ["a"]), insert("two", ["a", "b"])];
    run("ovsdb-client", "transact", newer.remote, JSON.stringify(transaction));
    const [{ rows }] = value(
      await other.transact([op.select("Thing", [], ["name", "note", "words", "ratio", "enabled"])]),
    );
    other.close();
    const read = { words: new Set(["w"]), ratio: 2, enabled: false };
    expect(rows.toSorted((a, b) => a.name.localeCompare(b.name))).toMatchObject([
      { ...read, name: "one", note: "a" },
      { ...read, name: "two", note: null },
    ]);
  });
});

describe("errors", () => {
  test("a result that cannot be read is not taken for a failure of the transaction", async () => {
    await using proxy = await ProxyServer.start(server.socket, {
      answer: ({ method }) =>
        method === "transact"
          ? { result: [{ count: 1 }, { rows: [{ name: ["map", []] }] }], error: null }
          : null,
    });
    const other = await openSynced(proxy.remote);
    const error = failure(
      await other.transact([
        op.update("Thing", [["name", "==", "nobody"]], { count: 1 }),
        op.select("Thing", [], ["name"]),
      ]),
    );
    other.close();
    expect(error).toMatchObject({ code: "unreadable result", operation: 1, retryable: false });
    expect(error.details).toContain("was committed");
  });

  test("a constraint that an operation breaks names the operation", async () => {
    const error = failure(
      await session.transact([
        op.comment("fine"),
        op.insert("Thing", { name: "range", color: "red", count: 1001 }),
      ]),
    );
    expect(error).toMatchObject({ code: "constraint violation", operation: 1, retryable: false });
    expect(error.details).toContain("1001");
  });

  test("a constraint that only the commit can see comes without an operation", async () => {
    const error = failure(
      await session.transact([op.insert("Only", { value: 1 }), op.insert("Only", { value: 2 })]),
    );
    expect(error).toMatchObject({ code: "constraint violation", operation: null, retryable: false });
    expect(session.replica.table("Only").rows.size).toBe(0);
  });

  test("a second row with a unique value is a constraint violation of the commit", async () => {
    const insert = op.insert("Thing", { name: "unique", color: "red" });
    value(await session.transact([insert]));
    expect(failure(await session.transact([insert]))).toMatchObject({
      code: "constraint violation",
      operation: null,
    });
  });

  test("a reference to a row that is not there violates referential integrity", async () => {
    const error = failure(
      await session.transact([op.insert("Thing", { name: "dangling", color: "red", part: ZERO_UUID })]),
    );
    expect(error).toMatchObject({
      code: "referential integrity violation",
      operation: null,
      retryable: false,
    });
  });

  test("a wait that is not met at once times out and may be tried again", async () => {
    const error = failure(
      await session.transact([
        op.wait("Thing", [["name", "==", "nobody"]], ["count"], "!=", [], 0),
        op.insert("Thing", { name: "after the wait", color: "red" }),
      ]),
    );
    expect(error).toMatchObject({ code: "timed out", operation: 0, retryable: true });
  });

  test("abort undoes the operations before it", async () => {
    const error = failure(
      await session.transact([op.insert("Thing", { name: "aborted", color: "red" }), op.abort()]),
    );
    expect(error).toMatchObject({ code: "aborted", operation: 1, retryable: false });
    const names = [...session.replica.table("Thing").rows.values()].map(({ name }) => name);
    expect(names).not.toContain("aborted");
  });

  test("an assertion of a lock that is not held fails as not owner", async () => {
    expect(failure(await session.transact([op.assert("never_asked_for")]))).toMatchObject({
      code: "not owner",
      operation: 0,
    });
  });

  test("a column that is set by insert only cannot be updated", async () => {
    const error = failure(await session.transact([op.update("Thing", [], { name: "renamed" })]));
    expect(error).toMatchObject({ code: "constraint violation", operation: 0 });
  });

  test("a transaction that waits can be canceled", async () => {
    const abort = new AbortController();
    const waiting = session.transact([op.wait("Thing", [["name", "==", "nobody"]], ["count"], "!=", [])], {
      signal: abort.signal,
    });
    abort.abort();
    expect(failure(await waiting)).toMatchObject({ code: "canceled", operation: null, retryable: false });
  });
});

describe("order", () => {
  test("pipelined transactions are carried out and answered in the order they were sent", async () => {
    const answered: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        value(await session.transact([op.insert("Thing", { name: `pipelined ${i}`, color: "red" })]));
        answered.push(i);
        const known = [...session.replica.table("Thing").rows.values()].filter(({ name }) =>
          name.startsWith("pipelined"),
        );
        expect(known.length).toBe(i + 1);
      }),
    );
    expect(answered).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test("whoever awaits a transaction runs after its own batch and before any later one", async () => {
    const events: string[] = [];
    const remove = session.onBatch(({ tables }) => {
      for (const change of tables.Thing) events.push(`batch ${change.new?.name}`);
    });
    await Promise.all(
      ["one", "two", "three"].map(async (name) => {
        await session.transact([op.insert("Thing", { name, color: "red" })]);
        events.push(`settled ${name}`);
      }),
    );
    remove();
    expect(events).toEqual([
      "batch one",
      "settled one",
      "batch two",
      "settled two",
      "batch three",
      "settled three",
    ]);
  });
});
