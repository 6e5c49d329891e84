/** Integers beyond 2^53: the replica holds the nearest double of what the server holds, whatever becomes of it. */
import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { parseDatabaseSchema, Session, ZERO_UUID } from "ovsdb-jsonrpc";
import { playgroundForEachTest } from "./support/for-tests.ts";
import { ProxyServer } from "./support/proxy.ts";
import { Folder, PLAYGROUND, run } from "./support/server.ts";
import { next, reach } from "./support/session.ts";

const folder = new Folder();
const schema = await Bun.file(PLAYGROUND).json();
schema.tables.Thing.columns.levels.type = { key: "string", value: "integer", min: 0, max: "unlimited" };
await Bun.write(folder.at("large.ovsschema"), JSON.stringify(schema));
const server = playgroundForEachTest(folder.at("large.ovsschema"));
let proxy: ProxyServer;
let session: Awaited<ReturnType<typeof follow>>;
let since: unknown[];

/** Follows the numbers and the levels, which are a map of strings to integers here, of the only Thing there is. */
async function follow() {
  since = [];
  proxy = await ProxyServer.start(server.socket, {
    fromClient({ method, params }) {
      if (method === "monitor_cond_since" && params?.[0] === "Playground") since.push(params[3]);
      return "pass";
    },
  });
  const parsed = parseDatabaseSchema(schema);
  if (!parsed.ok) throw new Error(parsed.error);
  const monitor = { Thing: ["numbers", "levels"] } as const;
  const followed = new Session({ database: parsed.value, remotes: proxy.remote, monitor });
  await followed.synced();
  return followed;
}

beforeEach(async () => {
  session = await follow();
});

afterEach(async () => {
  session.close();
  await proxy[Symbol.asyncDispose]();
});

afterAll(() => folder.remove());

/** Has another client carry out an operation, given as text because no number of ours is exact enough. */
async function change(operation: string): Promise<void> {
  const batch = next(session.onBatch.bind(session));
  run("ovsdb-client", "transact", server.remote, `["Playground", ${operation}]`);
  await batch;
}

const insert = (row: string) =>
  change(`{"op": "insert", "table": "Thing", "row": {"name": "n", "color": "red", ${row}}}`);
const mutate = (mutation: string) =>
  change(`{"op": "mutate", "table": "Thing", "where": [], "mutations": [${mutation}]}`);

function held() {
  const [row] = session.replica.table("Thing").rows.values();
  return row;
}

test("one of two neighbours is taken out of a set: the set is read again", async () => {
  await insert('"numbers": ["set", [1, 9007199254740992, 9007199254740993]]');
  const disconnected = reach(session, "disconnected");
  await mutate('["numbers", "delete", 9007199254740993]');
  expect((await disconnected).error.message).toContain("an integer beyond 2^53");
  expect(held()?.numbers).toEqual(new Set([1, 2 ** 53]));
  expect(since).toEqual([ZERO_UUID, ZERO_UUID]);
});

test("a map's value becomes its neighbour: the map is read again", async () => {
  await insert('"levels": ["map", [["bytes", 9007199254740992]]]');
  await change(
    '{"op": "update", "table": "Thing", "where": [], "row": {"levels": ["map", [["bytes", 9007199254740993]]]}}',
  );
  expect(held()?.levels).toEqual(new Map([["bytes", 2 ** 53]]));
  expect(since.length).toBe(2);
});

test("changes that leave nothing open are applied as they come", async () => {
  await insert('"numbers": ["set", [1, 9007199254740993]], "levels": ["map", [["bytes", 9007199254740993]]]');
  await mutate('["numbers", "delete", 1]');
  await mutate('["numbers", "insert", ["set", [2, 18014398509481985]]]');
  await change(
    '{"op": "update", "table": "Thing", "where": [], "row": {"levels": ["map", [["bytes", 18014398509481985], ["packets", 3]]]}}',
  );
  expect(held()?.numbers).toEqual(new Set([2 ** 53, 2, 2 ** 54]));
  expect(held()?.levels).toEqual(
    new Map([
      ["bytes", 2 ** 54],
      ["packets", 3],
    ]),
  );
  expect(since.length).toBe(1);
});
