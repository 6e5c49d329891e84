/** Mutations, results and errors of operations (RFC 7047 sections 5.1 and 5.2), against the real server. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { named, type Operation, type ZERO_UUID } from "ovsdb-jsonrpc";
import type { Mutator } from "../../../src/ovsdb-jsonrpc/operations/operation.ts";
import type { WriteValue } from "../../../src/ovsdb-jsonrpc/schema/value.ts";
import { shown, VectorServer } from "./support.ts";

let vectors: VectorServer;
beforeAll(async () => {
  vectors = await VectorServer.start();
});
afterAll(() => vectors.stop());
beforeEach(() => vectors.clear());

const map = (...pairs: readonly (readonly [string, string | number])[]) => new Map(pairs);

/** Column, value before, mutator and argument, and the value after: the JSON of the server, or the error's code. */
const MUTATIONS: readonly (readonly [string, WriteValue, Mutator, WriteValue, string])[] = [
  ["integer", 7, "+=", 3, "10"],
  ["integer", 7, "+=", -10, "-3"],
  ["integer", 7, "-=", 3, "4"],
  ["integer", 7, "*=", 3, "21"],
  ["integer", 7, "*=", 0, "0"],
  ["integer", 7, "/=", 2, "3"],
  ["integer", -7, "/=", 2, "-3"],
  ["integer", 7, "%=", 4, "3"],
  ["integer", -7, "%=", 4, "-3"],
  ["integer", 7, "/=", 0, "domain error"],
  ["integer", 7, "%=", 0, "domain error"],
  ["integer", 2n ** 63n - 1n, "+=", 1, "range error"],
  ["integer", -(2n ** 63n), "-=", 1, "range error"],
  ["integer", 2n ** 62n, "*=", 2, "range error"],
  ["integer", 1, "+=", "1", "syntax error"],
  ["integer", 1, "insert", 2, "syntax error"],
  ["real", 1.5, "+=", 0.25, "1.75"],
  ["real", 1.5, "-=", 2, "-0.5"],
  ["real", 1.5, "*=", 2, "3"],
  ["real", 3, "/=", 2, "1.5"],
  ["real", 3, "/=", 0, "domain error"],
  ["real", 3, "%=", 2, "syntax error"],
  ["integer_or_none", 5, "+=", 1, "6"],
  ["integer_or_none", null, "+=", 1, '["set",[]]'],
  ["integer_set", [1, 2], "+=", 10, '["set",[11,12]]'],
  ["integer_set", [1, 2], "*=", 2, '["set",[2,4]]'],
  ["integer_set", [], "+=", 10, '["set",[]]'],
  ["integer_set", [2, 3], "/=", 2, "constraint violation"],
  ["integer_set", [1], "insert", 2, '["set",[1,2]]'],
  ["integer_set", [1], "insert", [1, 2, 3], '["set",[1,2,3]]'],
  ["integer_set", [1], "insert", 1, "1"],
  ["integer_set", [], "insert", [], '["set",[]]'],
  ["integer_set", [1, 2], "delete", 1, "2"],
  ["integer_set", [1, 2], "delete", [2, 3], "1"],
  ["integer_set", [1], "delete", 5, "1"],
  ["integer_set", [1], "delete", [1], '["set",[]]'],
  ["string_set", ["a"], "insert", "b", '["set",["a","b"]]'],
  ["string_set", ["a", "b"], "delete", ["a", "b"], '["set",[]]'],
  ["string_set", ["a"], "+=", "b", "syntax error"],
  ["string_map", map(["k", "v"]), "insert", map(["l", "w"]), '["map",[["k","v"],["l","w"]]]'],
  ["string_map", map(["k", "v"]), "insert", map(["k", "w"]), '["map",[["k","v"]]]'],
  ["string_map", map(["k", "v"], ["l", "w"]), "delete", ["k"], '["map",[["l","w"]]]'],
  ["string_map", map(["k", "v"], ["l", "w"]), "delete", ["k", "l", "m"], '["map",[]]'],
  ["string_map", map(["k", "v"]), "delete", map(["k", "v"]), '["map",[]]'],
  ["string_map", map(["k", "v"]), "delete", map(["k", "w"]), '["map",[["k","v"]]]'],
  ["string_map", map(), "insert", map(), '["map",[]]'],
  ["pair", [1, 2], "insert", 3, "constraint violation"],
  ["pair", [1], "insert", 2, '["set",[1,2]]'],
  ["some", [1], "delete", 1, "constraint violation"],
  ["some", [1, 2], "delete", 1, "2"],
  ["percent", 99, "+=", 1, "100"],
  ["percent", 100, "+=", 1, "constraint violation"],
  ["percent", 0, "-=", 1, "constraint violation"],
  ["boolean", true, "+=", 1, "syntax error"],
  ["string", "a", "+=", "b", "syntax error"],
  ["fixed", "a", "insert", "b", "constraint violation"],
];

describe("a mutation", () => {
  for (const [column, before, mutator, argument, after] of MUTATIONS)
    test(`of ${column} ${shown(before)} by ${mutator} ${shown(argument)} gives ${after}`, async () => {
      const inserted = await vectors.session.transact([
        { op: "insert", table: "Any", row: { [column]: before } },
      ]);
      if (!inserted.ok) throw new Error(inserted.error.details);
      const { uuid } = inserted.value[0];
      const where = [["_uuid", "==", uuid]] as const;
      const mutated = await vectors.carryOut([
        { op: "mutate", table: "Any", where, mutations: [[column, mutator, argument]] },
      ]);
      if (typeof mutated === "string") expect<string>(mutated).toBe(after);
      else {
        expect(mutated).toEqual([{ count: 1 }]);
        const { json, selected, replica } = await vectors.read(uuid, column);
        expect(json).toBe(after);
        expect(replica).toEqual(selected);
      }
    });
});

const insert = (
  table: string,
  row: Extract<Operation, { op: "insert" }>["row"],
  uuidName?: string,
): Operation =>
  uuidName === undefined ? { op: "insert", table, row } : { op: "insert", table, row, uuidName };
const anyRow = (name: string) => insert("Any", { name });
const byName = (name: string) => [["name", "==", name]] as const;
const wait = (until: "==" | "!=", names: readonly string[]): Operation => ({
  op: "wait",
  table: "Any",
  where: [],
  columns: ["name"],
  until,
  rows: names.map((name) => ({ name })),
  timeoutMs: 0,
});
const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const GIVEN = "cccccccc-0000-4000-8000-000000000003" as typeof ZERO_UUID;

/** Operations, and their results or the error's code. The table `Any` has the rows a and b. */
const TRANSACTIONS: readonly (readonly [string, readonly Operation[], unknown])[] = [
  ["nothing at all", [], []],
  ["a comment", [{ op: "comment", comment: "why" }], [{}]],
  ["a durable commit", [{ op: "commit", durable: true }], [{}]],
  ["a commit that is not durable", [{ op: "commit", durable: false }], [{}]],
  ["an abort", [{ op: "abort" }], "aborted"],
  ["an abort after an insert", [anyRow("c"), { op: "abort" }], "aborted"],
  ["an insert", [anyRow("c")], [{ uuid: UUID }]],
  ["an insert of an empty row", [insert("Any", {})], [{ uuid: UUID }]],
  [
    "an insert with a UUID of one's own",
    [{ op: "insert", table: "Any", row: {}, uuid: GIVEN }],
    [{ uuid: GIVEN }],
  ],
  [
    "two inserts with the same UUID",
    [
      { op: "insert", table: "Any", row: {}, uuid: GIVEN },
      { op: "insert", table: "Target", row: {}, uuid: GIVEN },
    ],
    [{ uuid: GIVEN }, { uuid: GIVEN }],
  ],
  [
    "two inserts with the same UUID into one table",
    [
      { op: "insert", table: "Any", row: {}, uuid: GIVEN },
      { op: "insert", table: "Any", row: {}, uuid: GIVEN },
    ],
    "duplicate uuid",
  ],
  [
    "two rows of the same name for UUIDs",
    [insert("Any", {}, "x"), insert("Any", {}, "x")],
    "duplicate uuid-name",
  ],
  [
    "a reference to a row that comes later",
    [insert("Any", { strong: named("t") }), insert("Target", { label: "t" }, "t")],
    [{ uuid: UUID }, { uuid: UUID }],
  ],
  [
    "a reference to a name that nobody has",
    [insert("Any", { strong: named("nobody") })],
    "referential integrity violation",
  ],
  ["a strong reference to no row", [insert("Any", { strong: GIVEN })], "referential integrity violation"],
  ["a weak reference to no row", [insert("Any", { weak: [GIVEN] })], [{ uuid: UUID }]],
  ["an insert into no table", [insert("Nowhere", {})], "syntax error"],
  ["an insert with no such column", [insert("Any", { nothing: 1 })], "unknown column"],
  [
    "an update of every row",
    [{ op: "update", table: "Any", where: [], row: { integer: 1 } }],
    [{ count: 2 }],
  ],
  [
    "an update of one",
    [{ op: "update", table: "Any", where: byName("a"), row: { integer: 1 } }],
    [{ count: 1 }],
  ],
  [
    "an update of none",
    [{ op: "update", table: "Any", where: byName("z"), row: { integer: 1 } }],
    [{ count: 0 }],
  ],
  ["an update without columns", [{ op: "update", table: "Any", where: [], row: {} }], [{ count: 2 }]],
  [
    "an update of what is set once",
    [{ op: "update", table: "Any", where: [], row: { fixed: "x" } }],
    "constraint violation",
  ],
  ["a delete of every row", [{ op: "delete", table: "Any", where: [] }], [{ count: 2 }]],
  ["a delete of one", [{ op: "delete", table: "Any", where: byName("b") }], [{ count: 1 }]],
  ["a delete of none", [{ op: "delete", table: "Any", where: [false] }], [{ count: 0 }]],
  [
    "a select of a column",
    [{ op: "select", table: "Any", where: byName("a"), columns: ["name"] }],
    [{ rows: [{ _uuid: UUID, name: "a" }] }],
  ],
  [
    "a select of no row",
    [{ op: "select", table: "Any", where: byName("z"), columns: ["name"] }],
    [{ rows: [] }],
  ],
  [
    "a select of the UUID",
    [{ op: "select", table: "Any", where: byName("a"), columns: ["_uuid"] }],
    [{ rows: [{ _uuid: UUID }] }],
  ],
  [
    "a select of what the transaction has inserted",
    [anyRow("c"), { op: "select", table: "Any", where: byName("c"), columns: ["name"] }],
    [{ uuid: UUID }, { rows: [{ _uuid: UUID, name: "c" }] }],
  ],
  [
    "a select after a delete",
    [
      { op: "delete", table: "Any", where: [] },
      { op: "select", table: "Any", where: [], columns: ["name"] },
    ],
    [{ count: 2 }, { rows: [] }],
  ],
  ["a wait for what is so", [wait("==", ["a", "b"])], [{}]],
  ["a wait for it in another order", [wait("==", ["b", "a"])], [{}]],
  ["a wait for less than there is", [wait("==", ["a"])], "timed out"],
  ["a wait for more than there is", [wait("==", ["a", "b", "c"])], "timed out"],
  ["a wait for something else than what is so", [wait("!=", ["a", "b"])], "timed out"],
  ["a wait for something else than what is not so", [wait("!=", ["a"])], [{}]],
  [
    "a wait for what the transaction has done",
    [anyRow("c"), wait("==", ["a", "b", "c"])],
    [{ uuid: UUID }, {}],
  ],
  ["a wait that fails after an insert", [anyRow("c"), wait("==", ["a"])], "timed out"],
  ["an assertion of a lock that nobody has", [{ op: "assert", lock: "nobodys" }], "not owner"],
  [
    "a strong reference to a row that is deleted with it",
    [
      insert("Target", {}, "t"),
      insert("Any", { strong: named("t") }),
      { op: "delete", table: "Target", where: [] },
    ],
    "referential integrity violation",
  ],
  [
    "a row that nobody refers to, in a table that is no root",
    [insert("Kept", { label: "k" })],
    [{ uuid: UUID }],
  ],
  [
    "a row that somebody refers to, in such a table",
    [insert("Kept", { label: "k" }, "k"), insert("Keeper", { kept: [named("k")] })],
    [{ uuid: UUID }, { uuid: UUID }],
  ],
  [
    "two rows with an equal indexed column",
    [insert("Unique", { label: "u", a: 1 }), insert("Unique", { label: "u", a: 2 })],
    "constraint violation",
  ],
  [
    "two rows with an equal pair of indexed columns",
    [insert("Unique", { label: "u", a: 1, b: 2 }), insert("Unique", { label: "w", a: 1, b: 2 })],
    "constraint violation",
  ],
  [
    "two rows with half a pair in common",
    [insert("Unique", { label: "u", a: 1, b: 2 }), insert("Unique", { label: "w", a: 1, b: 3 })],
    [{ uuid: UUID }, { uuid: UUID }],
  ],
  [
    "a second row where one is the most",
    [insert("Single", {}), insert("Single", {})],
    "constraint violation",
  ],
  [
    "two mutations of one column, in their order",
    [
      {
        op: "mutate",
        table: "Any",
        where: byName("a"),
        mutations: [
          ["integer", "+=", 2],
          ["integer", "*=", 3],
        ],
      },
      { op: "select", table: "Any", where: byName("a"), columns: ["integer"] },
    ],
    [{ count: 1 }, { rows: [{ _uuid: UUID, integer: 6 }] }],
  ],
];

describe("a transaction of", () => {
  for (const [what, operations, results] of TRANSACTIONS)
    test(`${what} is ${typeof results === "string" ? results : "carried out"}`, async () => {
      await vectors.carryOut([anyRow("a"), anyRow("b")]);
      expect<unknown>(await vectors.carryOut(operations)).toEqual(results);
      if (typeof results !== "string") return;
      const names = Array.from(vectors.session.replica.table("Any").rows.values(), ({ name }) => name);
      expect(names.sort()).toEqual(["a", "b"]);
    });
});

/** Operations on rows that `before` has made, and the changes that the session tells: table, name or label, and columns. */
const CHANGES: readonly (readonly [string, readonly Operation[], readonly Operation[], readonly string[]])[] =
  [
    ["an insert", [], [anyRow("a")], ["Any a: new"]],
    ["a delete", [anyRow("a")], [{ op: "delete", table: "Any", where: [] }], ["Any a: gone"]],
    [
      "an update",
      [anyRow("a")],
      [{ op: "update", table: "Any", where: [], row: { integer: 4, string: "s" } }],
      ["Any a: integer string"],
    ],
    [
      "an update to what is there",
      [anyRow("a")],
      [{ op: "update", table: "Any", where: [], row: { name: "a", integer: 4 } }],
      ["Any a: integer"],
    ],
    [
      "an element of a set",
      [insert("Any", { name: "a", integer_set: [1, 2] })],
      [{ op: "mutate", table: "Any", where: [], mutations: [["integer_set", "insert", 3]] }],
      ["Any a: integer_set"],
    ],
    [
      "a pair of a map",
      [insert("Any", { name: "a", string_map: map(["k", "v"], ["l", "w"]) })],
      [{ op: "mutate", table: "Any", where: [], mutations: [["string_map", "delete", ["k"]]] }],
      ["Any a: string_map"],
    ],
    [
      "another value for a map's key",
      [insert("Any", { name: "a", string_map: map(["k", "v"]) })],
      [{ op: "update", table: "Any", where: [], row: { string_map: map(["k", "w"]) } }],
      ["Any a: string_map"],
    ],
    [
      "an optional value that goes",
      [insert("Any", { name: "a", integer_or_none: 5 })],
      [{ op: "update", table: "Any", where: [], row: { integer_or_none: null } }],
      ["Any a: integer_or_none"],
    ],
    [
      "the end of the only reference to a row that is no root",
      [insert("Kept", { label: "k" }, "k"), insert("Keeper", { label: "r", kept: [named("k")] })],
      [{ op: "update", table: "Keeper", where: [], row: { kept: [] } }],
      ["Keeper r: kept", "Kept k: gone"],
    ],
    [
      "the end of a row that is referred to weakly",
      [insert("Target", { label: "t" }, "t"), insert("Any", { name: "a", weak: [named("t")] })],
      [{ op: "delete", table: "Target", where: [] }],
      ["Any a: weak", "Target t: gone"],
    ],
    [
      "a row in the place of another one",
      [insert("Unique", { label: "u", a: 1 })],
      [{ op: "delete", table: "Unique", where: [] }, insert("Unique", { label: "u", a: 1 })],
      ["Unique u: gone", "Unique u: new"],
    ],
    [
      "several tables",
      [anyRow("a")],
      [
        insert("Target", { label: "t" }),
        { op: "update", table: "Any", where: [], row: { real: 2.5 } },
        insert("Single", { label: "s" }),
      ],
      ["Any a: real", "Single s: new", "Target t: new"],
    ],
  ];

describe("a session is told of", () => {
  for (const [what, before, operations, changes] of CHANGES)
    test(`${what}: ${changes.join(", ")}`, async () => {
      expect(await vectors.carryOut(before)).toBeArray();
      const told: string[] = [];
      const remove = vectors.session.onBatch(({ tables }) => {
        for (const [table, some] of Object.entries(tables)) {
          for (const { old, new: row } of some) {
            const name = String((row ?? old)?.name ?? (row ?? old)?.label);
            const columns = Object.keys(row ?? {}).filter((column) => old?.[column] !== row?.[column]);
            told.push(
              `${table} ${name}: ${old === null ? "new" : row === null ? "gone" : columns.sort().join(" ")}`,
            );
          }
        }
      });
      expect(await vectors.carryOut(operations)).toBeArray();
      remove();
      expect(told.sort()).toEqual([...changes]);
    });
});
