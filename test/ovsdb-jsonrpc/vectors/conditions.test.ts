/**
 * Conditions: which rows a clause selects (RFC 7047 section 5.1, "<condition>"; ovsdb-server(7), "Conditional Monitoring"). The
 * rows of `ROWS` are there; each vector is a clause and the names of the rows that it selects, by `select` and by a monitor.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Clause } from "ovsdb-jsonrpc";
import type { Row } from "../../../src/ovsdb-jsonrpc/schema/schema.ts";
import { shown, VectorServer } from "./support.ts";

const [U, V] = ["aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"];

const ROWS = {
  none: { integer: 0, some: [0] },
  low: {
    integer: -5,
    real: -0.5,
    boolean: false,
    string: "a",
    uuid: U,
    integer_or_none: -5,
    integer_set: [1, 2],
    string_set: ["x"],
    string_map: new Map([["k", "v"]]),
    string_to_integer: new Map([["n", 1]]),
    some: [1],
  },
  high: {
    integer: 5,
    real: 0.5,
    boolean: true,
    string: "b",
    uuid: V,
    integer_or_none: 5,
    real_or_none: 2.5,
    string_or_none: "s",
    integer_set: [2, 3],
    string_set: ["x", "y"],
    uuid_set: [U, V],
    string_map: new Map([
      ["k", "w"],
      ["l", "v"],
    ]),
    string_to_integer: new Map([
      ["n", 2],
      ["m", 1],
    ]),
    some: [1, 2],
  },
} as const;

type AnyClause = boolean | Clause<Row>;

const map = (...pairs: readonly (readonly [string, string | number])[]) => new Map(pairs);

/** A clause, and the rows that it selects. */
const SELECTED: readonly (readonly [AnyClause, string])[] = [
  [true, "high low none"],
  [false, ""],
  [["integer", "==", 5], "high"],
  [["integer", "==", 6], ""],
  [["integer", "!=", 5], "low none"],
  [["integer", "<", 0], "low"],
  [["integer", "<", -5], ""],
  [["integer", "<=", 0], "low none"],
  [["integer", ">", 0], "high"],
  [["integer", ">=", 0], "high none"],
  [["integer", ">=", 5], "high"],
  [["integer", "includes", 5], "high"],
  [["integer", "excludes", 5], "low none"],
  [["real", "==", 0.5], "high"],
  [["real", "==", 0], "none"],
  [["real", "!=", 0], "high low"],
  [["real", "<", 0], "low"],
  [["real", "<=", -0.5], "low"],
  [["real", ">", -0.5], "high none"],
  [["real", ">=", 0.25], "high"],
  [["real", "includes", -0.5], "low"],
  [["real", "excludes", -0.5], "high none"],
  [["boolean", "==", true], "high"],
  [["boolean", "==", false], "low none"],
  [["boolean", "!=", true], "low none"],
  [["boolean", "includes", true], "high"],
  [["boolean", "excludes", false], "high"],
  [["string", "==", "a"], "low"],
  [["string", "==", ""], "none"],
  [["string", "==", "A"], ""],
  [["string", "!=", "a"], "high none"],
  [["string", "includes", "b"], "high"],
  [["string", "excludes", ""], "high low"],
  [["uuid", "==", U], "low"],
  [["uuid", "!=", U], "high none"],
  [["uuid", "includes", V], "high"],
  [["uuid", "excludes", V], "low none"],
  [["integer_or_none", "==", 5], "high"],
  [["integer_or_none", "==", []], "none"],
  [["integer_or_none", "!=", 5], "low none"],
  [["integer_or_none", "!=", []], "high low"],
  [["integer_or_none", "includes", 5], "high"],
  [["integer_or_none", "includes", []], "high low none"],
  [["integer_or_none", "excludes", 5], "low none"],
  [["integer_or_none", "excludes", []], "high low none"],
  [["integer_or_none", "<", 0], "low"],
  [["integer_or_none", "<=", 5], "high low"],
  [["integer_or_none", ">", -5], "high"],
  [["integer_or_none", ">=", -5], "high low"],
  [["real_or_none", ">", 2], "high"],
  [["real_or_none", "<", 2], ""],
  [["string_or_none", "==", "s"], "high"],
  [["string_or_none", "==", []], "low none"],
  [["string_or_none", "!=", "s"], "low none"],
  [["integer_set", "==", [1, 2]], "low"],
  [["integer_set", "==", [2, 1]], "low"],
  [["integer_set", "==", 2], ""],
  [["integer_set", "==", []], "none"],
  [["integer_set", "!=", []], "high low"],
  [["integer_set", "!=", [1, 2]], "high none"],
  [["integer_set", "includes", 2], "high low"],
  [["integer_set", "includes", [2, 3]], "high"],
  [["integer_set", "includes", [1, 3]], ""],
  [["integer_set", "includes", []], "high low none"],
  [["integer_set", "excludes", 1], "high none"],
  [["integer_set", "excludes", [1, 3]], "none"],
  [["integer_set", "excludes", [4]], "high low none"],
  [["integer_set", "excludes", []], "high low none"],
  [["string_set", "==", "x"], "low"],
  [["string_set", "==", ["y", "x"]], "high"],
  [["string_set", "includes", "x"], "high low"],
  [["string_set", "excludes", "y"], "low none"],
  [["uuid_set", "==", [V, U]], "high"],
  [["uuid_set", "includes", U], "high"],
  [["uuid_set", "excludes", V], "low none"],
  [["string_map", "==", map(["k", "v"])], "low"],
  [["string_map", "==", map()], "none"],
  [["string_map", "!=", map()], "high low"],
  [["string_map", "!=", map(["k", "v"])], "high none"],
  [["string_map", "includes", map(["k", "v"])], "low"],
  [["string_map", "includes", map(["l", "v"])], "high"],
  [["string_map", "includes", map(["k", "w"], ["l", "v"])], "high"],
  [["string_map", "includes", map(["k", "x"])], ""],
  [["string_map", "includes", map()], "high low none"],
  [["string_map", "excludes", map(["k", "v"])], "high none"],
  [["string_map", "excludes", map(["k", "x"])], "high low none"],
  [["string_map", "excludes", map(["k", "v"], ["l", "v"])], "none"],
  [["string_to_integer", "includes", map(["n", 2])], "high"],
  [["string_to_integer", "==", map(["m", 1], ["n", 2])], "high"],
  [["some", "==", [1]], "low"],
  [["some", "includes", [1]], "high low"],
];

/** Clauses of which all hold for a row that is selected; a monitor selects what any of its clauses holds for. */
const SEVERAL: readonly (readonly [readonly AnyClause[], string, string])[] = [
  [[], "high low none", ""],
  [[["integer", ">", -5]], "high none", "high none"],
  [
    [
      ["integer", ">", -5],
      ["integer", "<", 5],
    ],
    "none",
    "high low none",
  ],
  [
    [
      ["integer", "==", 5],
      ["string", "==", "a"],
    ],
    "",
    "high low",
  ],
  [
    [
      ["integer_set", "includes", 2],
      ["string", "!=", "a"],
    ],
    "high",
    "high low none",
  ],
  [
    [
      ["boolean", "==", true],
      ["boolean", "==", true],
    ],
    "high",
    "high",
  ],
  [[true, ["integer", "==", 5]], "high", "high low none"],
  [[false, ["integer", "==", 5]], "", "high"],
];

/** Clauses that the server, or the client before it, refuses. */
const REFUSED: readonly (readonly [AnyClause, string])[] = [
  [["string", "<", "b"], "syntax error"],
  [["boolean", ">", false], "syntax error"],
  [["uuid", "<=", U], "syntax error"],
  [["integer_set", "<", 1], "syntax error"],
  [["string_map", ">=", map(["k", "v"])], "syntax error"],
  [["integer", "==", "5"], "syntax error"],
  [["integer", "==", [1, 2]], "syntax error"],
  [["string", "==", 5], "syntax error"],
  [["integer", "==", 1.5], "bad value"],
  [["string", "==", "\u0000"], "bad value"],
  [["string_map", "includes", "k"], "syntax error"],
  [["color", "==", "blue"], "constraint violation"],
  [["percent", "<", 101], "constraint violation"],
];

let vectors: VectorServer;
beforeAll(async () => {
  vectors = await VectorServer.start();
  const result = await vectors.carryOut(
    Object.entries(ROWS).map(([name, row]) => ({ op: "insert", table: "Any", row: { name, ...row } })),
  );
  expect(result).toHaveLength(3);
});
afterAll(() => vectors.stop());

const namesOf = (rows: Iterable<{ readonly [column: string]: unknown }>) =>
  Array.from(rows, ({ name }) => String(name))
    .sort()
    .join(" ");

async function selected(where: readonly AnyClause[]): Promise<string> {
  const result = await vectors.session.transact([{ op: "select", table: "Any", where, columns: ["name"] }]);
  if (!result.ok) return result.error.code;
  return namesOf(result.value[0].rows as Iterable<{ readonly name: unknown }>);
}

/** What a monitor with these clauses alone brings. */
async function monitored(where: readonly AnyClause[]): Promise<string> {
  vectors.watcher.setCondition("Any", where);
  await new Promise<void>((resolve) => {
    const remove = vectors.watcher.onCondition((acknowledged) => {
      if (acknowledged.Any !== where) return;
      remove();
      resolve();
    });
  });
  return namesOf(vectors.watcher.replica.table("Any").rows.values());
}

describe("a clause selects its rows:", () => {
  for (const [clause, names] of SELECTED)
    test(`${shown(clause)}: ${names}`, async () => {
      expect(await selected([clause])).toBe(names);
      expect(await monitored([clause])).toBe(names);
    });
});

describe("several clauses select together:", () => {
  for (const [clauses, all, any] of SEVERAL)
    test(`${shown(clauses)}: all "${all}", any "${any}"`, async () => {
      expect(await selected(clauses)).toBe(all);
      expect(await monitored(clauses)).toBe(any);
    });
});

describe("what is no clause is refused:", () => {
  for (const [clause, code] of REFUSED)
    test(`${shown(clause)}: ${code}`, async () => {
      expect(await selected([clause])).toBe(code);
    });
});
