/**
 * A server whose schema gives columns other types than the descriptor: the rows are of the descriptor's types, whatever
 * the server's values become, and the session stays.
 */
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { parseDatabaseSchema, type SessionState, ZERO_UUID } from "ovsdb-jsonrpc";
import { Replica } from "../../src/ovsdb-jsonrpc/replica/replica.ts";
import { playgroundForEachTest } from "./support/for-tests.ts";
import { playground } from "./support/playground.gen.ts";
import { Folder, PLAYGROUND, run } from "./support/server.ts";
import { failure, next, op, openSynced, type PlaygroundSession, value } from "./support/session.ts";

const folder = new Folder();
const OTHER_TYPES = {
  note: { key: "string", min: 0, max: "unlimited" },
  words: { key: "string", min: 0, max: 1 },
  limit: "integer",
  scratch: { key: "string", min: 0, max: 1 },
  numbers: "integer",
  count: { key: "integer", min: 0, max: "unlimited" },
  ratio: "integer",
  enabled: "string",
  options: { key: "string", min: 0, max: "unlimited" },
  single: { key: "string", value: "real", min: 0, max: "unlimited" },
};

const schema = await Bun.file(PLAYGROUND).json();
for (const [column, type] of Object.entries(OTHER_TYPES)) schema.tables.Thing.columns[column].type = type;
await Bun.write(folder.at("other.ovsschema"), JSON.stringify(schema));
const server = playgroundForEachTest(folder.at("other.ovsschema"));
let session: PlaygroundSession;
let states: SessionState["kind"][];

beforeEach(async () => {
  session = await openSynced(server.remote);
  states = [];
  session.onState(({ kind }) => states.push(kind));
});

afterEach(async () => {
  expect(states).toEqual([]);
  session.close();
});

afterAll(() => folder.remove());

/** Has another client, which knows the server's types, insert a Thing. */
async function insert(row: string): Promise<void> {
  await carryOut(`{"op": "insert", "table": "Thing", "row": {"name": "n", "color": "red", ${row}}}`);
}

async function mutate(mutation: string): Promise<void> {
  await carryOut(`{"op": "mutate", "table": "Thing", "where": [], "mutations": [${mutation}]}`);
}

/** Settles when the session has seen it: whatever it sends later, the server answers later. */
async function carryOut(operation: string): Promise<void> {
  const output = run("ovsdb-client", "transact", server.remote, `["Playground", ${operation}]`);
  expect(output).not.toContain("error");
  value(await session.transact([op.comment("everything before has been delivered")]));
}

function held() {
  const [row] = session.replica.table("Thing").rows.values();
  if (row === undefined) throw new Error("there is no Thing");
  return row;
}

const misfits = () => session.replica.table("Thing").misfits(held()._uuid);

test("a set is read as an optional value while it has one element at most", async () => {
  await insert('"note": "a"');
  expect(held().note).toBe("a");
  await mutate('["note", "insert", "b"]');
  expect(held().note).toBeNull();
  expect(misfits()).toContain("note");
  await mutate('["note", "delete", "a"]');
  expect(held().note).toBe("b");
  expect(misfits()).not.toContain("note");
  await mutate('["note", "delete", "b"]');
  expect(held().note).toBeNull();
  expect(misfits()).not.toContain("note");
});

test("a set is read as a scalar while it has one element", async () => {
  await insert('"count": ["set", [1, 2]]');
  expect(held().count).toBe(0);
  expect(misfits()).toContain("count");
  await mutate('["count", "delete", 1]');
  expect(held().count).toBe(2);
});

test("an optional value is read as a set, and as a scalar while it is there", async () => {
  await insert('"words": "a", "scratch": "x"');
  expect(held()).toMatchObject({ words: new Set(["a"]), scratch: "x" });
  await carryOut(
    '{"op": "update", "table": "Thing", "where": [], "row": {"words": ["set", []], "scratch": ["set", []]}}',
  );
  expect(held()).toMatchObject({ words: new Set(), scratch: "" });
  expect(misfits()).toContain("scratch");
  expect(misfits()).not.toContain("words");
});

test("a scalar is read as an optional value and as a set, also where the server leaves out its default", async () => {
  await insert('"scratch": ""');
  expect(held()).toMatchObject({ limit: 0, numbers: new Set([0]) });
  await mutate('["limit", "+=", 3], ["numbers", "+=", 4]');
  expect(held()).toMatchObject({ limit: 3, numbers: new Set([4]) });
});

test("an integer is read as a real number; text is no truth, and a set no map", async () => {
  await insert('"count": 1, "ratio": 3, "enabled": "yes", "options": ["set", ["a", "b"]], "scratch": ""');
  expect(held()).toMatchObject({ ratio: 3, enabled: false, options: new Map() });
  expect(misfits().toSorted()).toEqual(["enabled", "options"]);
});

test("a map is read as one with other atoms while all of them fit", async () => {
  await insert('"single": ["map", [["a", 1], ["b", 2.5]]]');
  expect(held().single).toEqual(new Map());
  await mutate('["single", "delete", "b"]');
  expect(held().single).toEqual(new Map([["a", 1]]));
});

test("a change that the descriptor's types do not show is no change of the row", async () => {
  await insert('"note": ["set", ["a", "b"]], "scratch": ""');
  const before = held();
  await mutate('["note", "insert", "c"]');
  expect(held()).toBe(before);
  const batch = next(session.onBatch.bind(session));
  await mutate('["note", "delete", ["set", ["a", "b"]]]');
  expect((await batch).tables.Thing).toMatchObject([{ old: { note: null }, new: { note: "c" } }]);
});

test("what was held is still known after a reconnect to the same schema", async () => {
  await insert('"note": ["set", ["a", "b"]]');
  session.reconnect();
  await next(session.onBatch.bind(session), ({ initial }) => initial);
  states = [];
  await mutate('["note", "delete", "a"]');
  expect(held().note).toBe("b");
  await carryOut('{"op": "delete", "table": "Thing", "where": []}');
  expect(session.replica.table("Thing").rows.size).toBe(0);
});

describe("a replica that is resumed", () => {
  const replica = new Replica(playground, { Thing: ["note"] });
  const modify = (note: unknown) => ({ Thing: { [ZERO_UUID]: { modify: { note } } } });
  const note = () => replica.rows("Thing").get(ZERO_UUID)?.note;

  test("goes on where it was with a server of the same schema", async () => {
    for (const snapshot of [true, false]) {
      const other = await Bun.file(folder.at("other.ovsschema")).json();
      replica.serve(value(parseDatabaseSchema(other)));
      const whole = { Thing: { [ZERO_UUID]: { initial: { note: ["set", ["a", "b"]] } } } };
      value(replica.apply(snapshot ? whole : modify("a"), "update2", snapshot));
    }
    expect(note()).toBe("b");
  });

  test("takes nothing but a snapshot from a server of another", () => {
    replica.serve(playground);
    expect(failure(replica.apply(modify("c"), "update2", false))).toContain("no snapshot has come since");
    expect(note()).toBe("b");
    value(replica.apply({ Thing: { [ZERO_UUID]: { initial: {} } } }, "update2", true));
    value(replica.apply(modify("c"), "update2", false));
    expect(note()).toBe("c");
  });
});
