/** Integers of 64 bits with a real ovsdb-server: exact where they are asked for, and refused where a number cannot say them. */
import { beforeEach, describe, expect, test } from "bun:test";
import { operations, Session, withBigints } from "ovsdb-jsonrpc";
import { parseExactJson } from "../../src/ovsdb-jsonrpc/wire/exact-json.ts";
import { chooseSeed, random } from "../support/random.ts";
import { closingAfterEach, playgroundForAllTests } from "./support/for-tests.ts";
import { playground } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { run } from "./support/server.ts";
import { failure, next, op, openSynced, value } from "./support/session.ts";

const exact = withBigints(playground);
const exactOp = operations(exact);
const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
const closeLater = closingAfterEach();
const server = playgroundForAllTests();

async function openExact(remotes = server.remote) {
  const session = new Session({
    database: exact,
    remotes,
    monitor: { Thing: ["name", "count", "ratio", "limit", "numbers", "single", "levels"] },
    indexes: { Thing: { number: ["numbers"], both: ["limit", "name"] } },
    backoff: { minMs: 5, maxMs: 20 },
  });
  closeLater(session);
  await session.synced();
  return session;
}

beforeEach(async () => {
  const session = await openExact();
  value(
    await session.transact([
      exactOp.delete("Thing", []),
      exactOp.insert("Thing", { name: "t", color: "red" }),
    ]),
  );
});

const row = (session: Awaited<ReturnType<typeof openExact>>) =>
  [...session.replica.table("Thing").rows.values()][0];

describe("a session with bigints", () => {
  test("reads every integer as one, and reals as numbers", async () => {
    const session = await openExact();
    expect(row(session)).toMatchObject({ count: 0n, ratio: 0, limit: null, numbers: new Set() });
    value(
      await session.transact([
        exactOp.update("Thing", [], {
          limit: MAX,
          ratio: 1.5,
          numbers: [MIN, MAX, MAX - 1n, 7n],
          single: new Map([["k", MIN]]),
          levels: new Map([[MAX, 2.5]]),
        }),
      ]),
    );
    const read = row(session);
    expect(read).toMatchObject({
      limit: MAX,
      ratio: 1.5,
      numbers: new Set([MIN, MAX, MAX - 1n, 7n]),
      single: new Map([["k", MIN]]),
      levels: new Map([[MAX, 2.5]]),
    });
    // The types follow.
    const limit: bigint | null | undefined = read?.limit;
    const ratio: number | undefined = read?.ratio;
    expect([limit, ratio]).toEqual([MAX, 1.5]);
    expect(
      session.replica
        .table("Thing")
        .index("number")
        .find(MAX - 1n),
    ).toHaveLength(1);
    expect(session.replica.table("Thing").index("both").find(MAX, "t")).toHaveLength(1);
  });

  test("finds, waits for and writes back what it read, digit by digit", async () => {
    const session = await openExact();
    const limit = 2n ** 60n + 1n;
    value(await session.transact([exactOp.update("Thing", [], { limit, numbers: [limit, limit + 1n] })]));
    const results = value(
      await session.transact([
        exactOp.select("Thing", [["limit", "==", limit]], ["limit", "numbers"]),
        exactOp.select("Thing", [["limit", "==", limit + 1n]]),
        exactOp.wait("Thing", [], ["limit", "numbers"], "==", [{ limit, numbers: [limit + 1n, limit] }], 0),
        exactOp.update("Thing", [["numbers", "includes", limit]], { limit: row(session)?.limit ?? null }),
        exactOp.mutate(
          "Thing",
          [],
          [
            ["limit", "+=", 1n],
            ["numbers", "delete", limit],
          ],
        ),
      ]),
    );
    expect(results[0].rows[0]).toMatchObject({ limit, numbers: new Set([limit, limit + 1n]) });
    expect(results[1].rows).toEqual([]);
    expect(row(session)).toMatchObject({ limit: limit + 1n, numbers: new Set([limit + 1n]) });
  });

  test("follows differences of neighbours, without a snapshot for each", async () => {
    const since: unknown[] = [];
    await using proxy = await ProxyServer.start(server.socket, {
      fromClient({ method, params }) {
        if (method === "monitor_cond_since" && params?.[0] === "Playground") since.push(params[3]);
        return "pass";
      },
    });
    const session = await openExact(proxy.remote);
    const big = 2n ** 53n;
    for (const [mutator, number] of [
      ["insert", big],
      ["insert", big + 1n],
      ["delete", big],
      ["insert", big + 2n],
    ] as const)
      value(await session.transact([exactOp.mutate("Thing", [], [["numbers", mutator, [number]]])]));
    expect(row(session)?.numbers).toEqual(new Set([big + 1n, big + 2n]));
    expect(since.length).toBe(1);
  });

  test("has conditions on them", async () => {
    const session = await openExact();
    value(await session.transact([exactOp.update("Thing", [], { limit: MAX })]));
    for (const [limit, rows] of [
      [MAX, 1],
      [MAX - 1n, 0],
    ] as const) {
      const wanted = [["limit", "==", limit]] as const;
      const settled = next(session.onCondition.bind(session), ({ Thing }) => Thing === wanted);
      session.setCondition("Thing", wanted);
      await settled;
      expect(session.replica.table("Thing").rows.size).toBe(rows);
    }
  });

  test("holds what another client wrote, whatever it is", async () => {
    const seed = chooseSeed();
    const { int } = random(seed);
    const session = await openExact();
    for (let n = 0; n < 20; n++) {
      const number = BigInt.asIntN(64, BigInt(int(2 ** 31)) * BigInt(int(2 ** 31)) * BigInt(1 + int(16)));
      const batch = next(session.onBatch.bind(session));
      const update = `{"op":"update","table":"Thing","where":[],"row":{"limit":${number},"note":"${"1".repeat(20)} ${n}"}}`;
      run("ovsdb-client", "transact", server.remote, `["Playground",${update}]`);
      await batch;
      expect([`SEED=${seed}`, row(session)?.limit]).toEqual([`SEED=${seed}`, number]);
    }
  });
});

describe("a session with numbers", () => {
  test("takes a bigint wherever an integer is written, and the server gets every digit", async () => {
    const session = closeLater(await openSynced(server.remote));
    const limit = 2n ** 60n + 1n;
    const results = await session.transact([
      op.update("Thing", [], { limit, numbers: [limit, 5], levels: new Map([[limit, 3n]]) }),
      op.wait("Thing", [], ["limit"], "==", [{ limit }], 0),
      op.update("Thing", [["limit", "==", limit]], { count: 1n }),
    ]);
    expect(value(results)[2]).toEqual({ count: 1 });
    expect(row(await openExact())).toMatchObject({ limit, numbers: new Set([limit, 5n]) });
  });

  test.each([2 ** 60, 2 ** 53, -(2 ** 53), 1e300, 1.5, Number.MIN_VALUE])(
    "refuses %p, which does not say which integer is meant",
    async (limit) => {
      const session = closeLater(await openSynced(server.remote));
      for (const operation of [
        op.update("Thing", [], { limit }),
        op.select("Thing", [["limit", "==", limit]]),
        op.wait("Thing", [], ["limit"], "==", [{ limit }]),
        op.mutate("Thing", [], [["numbers", "insert", [limit]]]),
        op.update("Thing", [], { levels: new Map([[limit, 1]]) }),
      ]) {
        const error = failure(await session.transact([operation]));
        expect(error).toMatchObject({ code: "bad value", operation: 0, retryable: false });
        expect(error.details).toMatch(/give the bigint|expected an integer/);
      }
    },
  );

  test.each([2n ** 63n, MIN - 1n])("refuses %p, which has more than 64 bits", async (limit) => {
    const session = closeLater(await openSynced(server.remote));
    expect(failure(await session.transact([op.update("Thing", [], { limit })])).code).toBe("bad value");
  });

  test("refuses a bigint where no number belongs", async () => {
    const session = closeLater(await openSynced(server.remote));
    const note = 5n as unknown as string;
    expect(failure(await session.transact([op.update("Thing", [], { note })])).code).toBe("bad value");
  });
});

test("only integers that are long are kept from the runtime's parser, and never what is in a string", () => {
  const text = `{"a":12345678901234567,"b":"12345678901234567 \\" 1","c":[-9223372036854775808,1.12345678901234567,1e5],"d":1234567890123456e0}`;
  expect(parseExactJson(text)).toEqual({
    a: "\u000012345678901234567",
    b: '12345678901234567 " 1',
    c: ["\u0000-9223372036854775808", 1.1234567890123457, 100000],
    d: 1234567890123456,
  });
});

test.each([
  ["plain", "x"],
  ["escaped", '\\n\\"\\\\'],
  ["digits", "7"],
])("a string of 24 million %s characters does not hide the integers beside it", (_, some) => {
  const long = some.repeat(24e6 / some.length);
  const parsed = parseExactJson(
    `{"before":12345678901234567,"long":"${long}","after":[-9223372036854775808,""]}`,
  );
  expect(parsed).toMatchObject({
    before: "\u000012345678901234567",
    after: ["\u0000-9223372036854775808", ""],
  });
  const { long: read } = Object(parsed);
  expect(read === JSON.parse(`"${long}"`)).toBe(true);
});

test("a text that ends within a string is no JSON, whatever it ends with", () => {
  for (const end of ["", "\\", '\\"', "12345678901234567"])
    expect(() => parseExactJson(`{"a":12345678901234567,"b":"${end}`)).toThrow(SyntaxError);
});
