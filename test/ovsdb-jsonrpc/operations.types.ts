/**
 * What operations and conditions take, and what they refuse. Every `@ts-expect-error` here is a claim that the next line
 * does not compile; the compiler reports each one that turns out to be wrong, and each line that should. Nothing in this
 * file is ever run.
 */
import {
  type Condition,
  type DatabaseSchema,
  type DynamicTables,
  named,
  operations,
  ZERO_UUID,
} from "ovsdb-jsonrpc";
import type { Thing } from "./support/playground.gen.ts";
import { op } from "./support/session.ts";

declare const parsed: DatabaseSchema<DynamicTables>;
const dynamic = operations(parsed);
const part = named("part");

// A schema that is read when the program runs takes every value, and names within sets and maps.
dynamic.insert("Thing", { name: "a", part, parts: [part, ZERO_UUID], seen: new Set([part]), note: null });
dynamic.insert("Thing", { references: new Map([["a", part]]) });
dynamic.update("Thing", [["_uuid", "==", part]], { parts: new Set([part]) });
dynamic.mutate(
  "Thing",
  [["parts", "includes", part]],
  [
    ["parts", "insert", part],
    ["count", "+=", 1],
  ],
);
dynamic.mutate("Thing", [["count", "<", 3]], [["options", "delete", ["key"]]]);
// @ts-expect-error there is no such mutator
dynamic.mutate("Thing", [], [["count", "add", 1]]);

// One atom stands for a set, also of keys; an optional column is a set.
op.insert("Thing", { name: "a", words: "w", parts: part, numbers: 1 });
op.mutate(
  "Thing",
  [],
  [
    ["words", "insert", "w"],
    ["words", "delete", ["w", "x"]],
    ["parts", "insert", part],
    ["numbers", "delete", 1],
    ["numbers", "+=", 1],
    ["note", "insert", "n"],
    ["note", "delete", new Set(["n"])],
    ["part", "insert", part],
    ["limit", "delete", 3],
    ["limit", "*=", 3],
    ["options", "delete", "key"],
    ["options", "delete", ["key", "other"]],
    ["options", "delete", new Map([["key", "value"]])],
    ["levels", "delete", 3],
    ["levels", "insert", new Map([[3, 0.5]])],
  ],
);
// @ts-expect-error a scalar is no set
op.mutate("Thing", [], [["name", "insert", "n"]]);
// @ts-expect-error text has no sums
op.mutate("Thing", [], [["note", "+=", 1]]);
// @ts-expect-error the elements are numbers
op.mutate("Thing", [], [["numbers", "insert", "1"]]);
// @ts-expect-error a map's pair needs a value
op.mutate("Thing", [], [["options", "insert", "key"]]);
// @ts-expect-error the keys are numbers
op.mutate("Thing", [], [["levels", "delete", "key"]]);
// @ts-expect-error names are for references
op.mutate("Thing", [], [["words", "insert", part]]);

// A clause of an operation may name a row of the transaction; a monitor knows no names.
op.delete("Thing", [["parts", "includes", part]]);
op.delete("Thing", [["parts", "includes", [part, ZERO_UUID]]]);
op.delete("Thing", [["part", "==", part]]);
op.wait("Thing", [["seen", "includes", new Set([part])]], ["parts"], "==", [{ parts: part }], 0);
const byReference: Condition<Thing> = [
  ["parts", "includes", ZERO_UUID],
  ["part", "==", ZERO_UUID],
];
// @ts-expect-error a monitor knows no names
const byName: Condition<Thing> = [["part", "==", part]];
// @ts-expect-error nor in sets
const byNames: Condition<Thing> = [["parts", "includes", [part]]];
// @ts-expect-error nor of columns of which nothing is known
const byAnyName: Condition<DynamicTables[string]> = [["parts", "includes", part]];
void [byReference, byName, byNames, byAnyName];
