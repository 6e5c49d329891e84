/**
 * Values: what is written, what the server then says of the column in JSON, and what a session reads of it (RFC 7047 sections
 * 3.2 and 5.1, ovsdb(7) "Types"). A set of one element may be written as that element, and that is how the server writes it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { WriteValue } from "../../../src/ovsdb-jsonrpc/schema/value.ts";
import { shown, VectorServer } from "./support.ts";

const [A, B] = ["aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"];

let vectors: VectorServer;
beforeAll(async () => {
  vectors = await VectorServer.start();
});
afterAll(() => vectors.stop());
beforeEach(() => vectors.clear());

const map = (...pairs: readonly (readonly [string | number | boolean, string | number | boolean])[]) =>
  new Map(pairs);
const set = (...elements: readonly (string | number | boolean)[]) => new Set(elements);

/** Column, what the server says of a row that was inserted without it, and what that reads as. */
const DEFAULTS: readonly (readonly [string, string, unknown])[] = [
  ["integer", "0", 0],
  ["integer_or_none", '["set",[]]', null],
  ["integer_set", '["set",[]]', set()],
  ["integer_map", '["map",[]]', map()],
  ["string_to_integer", '["map",[]]', map()],
  ["real", "0", 0],
  ["real_or_none", '["set",[]]', null],
  ["real_set", '["set",[]]', set()],
  ["real_map", '["map",[]]', map()],
  ["boolean", "false", false],
  ["boolean_or_none", '["set",[]]', null],
  ["boolean_set", '["set",[]]', set()],
  ["boolean_map", '["map",[]]', map()],
  ["string", '""', ""],
  ["string_or_none", '["set",[]]', null],
  ["string_set", '["set",[]]', set()],
  ["string_map", '["map",[]]', map()],
  ["uuid", '["uuid","00000000-0000-0000-0000-000000000000"]', "00000000-0000-0000-0000-000000000000"],
  ["uuid_or_none", '["set",[]]', null],
  ["uuid_set", '["set",[]]', set()],
  ["uuid_map", '["map",[]]', map()],
  ["some", "0", set(0)],
];

/** Column, what is written, what the server says, and what is read where that is not what was written. */
const VALUES: readonly (readonly [string, WriteValue, string, unknown?])[] = [
  ["integer", 1, "1"],
  ["integer", -1, "-1"],
  ["integer", 2 ** 31, "2147483648"],
  ["integer", 2 ** 53 - 1, "9007199254740991"],
  ["integer", 1 - 2 ** 53, "-9007199254740991"],
  ["integer", 5n, "5", 5],
  ["integer", 2n ** 53n, "9007199254740992", 2 ** 53],
  ["integer", 2n ** 63n - 1n, "9223372036854775807", 2 ** 63],
  ["integer", -(2n ** 63n), "-9223372036854775808", -(2 ** 63)],
  ["integer", -0, "0", 0],
  ["integer", set(7), "7", 7],
  ["integer", [7], "7", 7],
  ["integer_or_none", 0, "0"],
  ["integer_or_none", 7, "7"],
  ["integer_or_none", null, '["set",[]]'],
  ["integer_or_none", set(), '["set",[]]', null],
  ["integer_or_none", [], '["set",[]]', null],
  ["integer_or_none", set(9), "9", 9],
  ["integer_set", 3, "3", set(3)],
  ["integer_set", set(3), "3"],
  ["integer_set", set(3, 1, 2), '["set",[1,2,3]]'],
  ["integer_set", [10, 9, -1], '["set",[-1,9,10]]', set(-1, 9, 10)],
  ["integer_set", set(), '["set",[]]'],
  ["integer_set", [2n ** 60n, 1], '["set",[1,1152921504606846976]]', set(1, 2 ** 60)],
  ["integer_map", map([1, "a"]), '["map",[[1,"a"]]]'],
  ["integer_map", map([2, "b"], [1, "a"]), '["map",[[1,"a"],[2,"b"]]]'],
  ["string_to_integer", map(["b", 1], ["a", 2]), '["map",[["a",2],["b",1]]]'],
  ["string_to_integer", map(["", 0]), '["map",[["",0]]]'],
  ["real", 1, "1"],
  ["real", 1.5, "1.5"],
  ["real", -0.25, "-0.25"],
  ["real", 0.1, "0.1"],
  ["real", 1 / 3, "0.333333333333333", 0.333333333333333],
  ["real", 1e15, "1e+15"],
  ["real", 123456789012345, "123456789012345"],
  ["real", 1e308, "1e+308"],
  ["real", 1e-300, "1e-300"],
  ["real", 2 ** 53, "9.00719925474099e+15", 9.00719925474099e15],
  ["real", 7n, "7", 7],
  ["real_or_none", 0.5, "0.5"],
  ["real_or_none", null, '["set",[]]'],
  ["real_set", set(1.5, 0.5, 1), '["set",[0.5,1,1.5]]'],
  ["real_set", [2.5], "2.5", set(2.5)],
  ["real_map", map([0.5, "half"], [0.25, "quarter"]), '["map",[[0.25,"quarter"],[0.5,"half"]]]'],
  ["string_to_real", map(["pi", 3.14]), '["map",[["pi",3.14]]]'],
  ["boolean", true, "true"],
  ["boolean", false, "false"],
  ["boolean", [true], "true", true],
  ["boolean_or_none", false, "false"],
  ["boolean_or_none", true, "true"],
  ["boolean_or_none", null, '["set",[]]'],
  ["boolean_set", set(true, false), '["set",[false,true]]'],
  ["boolean_set", true, "true", set(true)],
  ["boolean_map", map([true, "yes"], [false, "no"]), '["map",[[false,"no"],[true,"yes"]]]'],
  ["string_to_boolean", map(["on", true]), '["map",[["on",true]]]'],
  ["string", "a", '"a"'],
  ["string", " two words ", '" two words "'],
  ["string", "é", '"é"'],
  ["string", "😀", '"😀"'],
  ["string", '"', String.raw`"\""`],
  ["string", "\\", String.raw`"\\"`],
  ["string", "a\nb", String.raw`"a\nb"`],
  ["string", "\t\r\b\f", String.raw`"\t\r\b\f"`],
  ["string", "\u0001\u001f", String.raw`"\u0001\u001f"`],
  ["string", "\u2028", '"\u2028"'],
  ["string", "</script>", '"</script>"'],
  ["string", "set", '"set"'],
  ["string", '["set",[]]', String.raw`"[\"set\",[]]"`],
  ["string", "uuid", '"uuid"'],
  ["string", "__proto__", '"__proto__"'],
  ["string", "0", '"0"'],
  ["string", "true", '"true"'],
  ["string", "null", '"null"'],
  ["string_or_none", "", '""'],
  ["string_or_none", "x", '"x"'],
  ["string_or_none", null, '["set",[]]'],
  ["string_or_none", ["x"], '"x"', "x"],
  ["string_set", "map", '"map"', set("map")],
  ["string_set", set("b", "a", "B"), '["set",["B","a","b"]]'],
  ["string_set", set("10", "9"), '["set",["10","9"]]'],
  ["string_set", set(""), '""'],
  ["string_set", set("uuid", A), `["set",["${A}","uuid"]]`],
  ["string_map", map(["k", "v"]), '["map",[["k","v"]]]'],
  ["string_map", map(["b", "1"], ["a", "2"], ["c", ""]), '["map",[["a","2"],["b","1"],["c",""]]]'],
  [
    "string_map",
    map(["__proto__", "x"], ["constructor", "y"]),
    '["map",[["__proto__","x"],["constructor","y"]]]',
  ],
  ["string_map", map(["", ""]), '["map",[["",""]]]'],
  ["string_map", map(["a:b", "c=d"]), '["map",[["a:b","c=d"]]]'],
  ["uuid", A, `["uuid","${A}"]`],
  ["uuid", [A], `["uuid","${A}"]`, A],
  ["uuid_or_none", A, `["uuid","${A}"]`],
  ["uuid_or_none", null, '["set",[]]'],
  ["uuid_set", A, `["uuid","${A}"]`, set(A)],
  ["uuid_set", set(B, A), `["set",[["uuid","${A}"],["uuid","${B}"]]]`],
  ["uuid_map", map([A, "a"]), `["map",[[["uuid","${A}"],"a"]]]`],
  ["string_to_uuid", map(["a", A], ["b", B]), `["map",[["a",["uuid","${A}"]],["b",["uuid","${B}"]]]]`],
  ["percent", 0, "0"],
  ["percent", 100, "100"],
  ["ratio", 0, "0"],
  ["ratio", 1, "1"],
  ["code", "ab", '"ab"'],
  ["code", "abcd", '"abcd"'],
  ["code", "éé", '"éé"'],
  ["color", "red", '"red"'],
  ["color", null, '["set",[]]'],
  ["level", set(1, 3), '["set",[1,3]]'],
  ["pair", [2, 1], '["set",[1,2]]', set(1, 2)],
  ["some", [5], "5", set(5)],
];

/** Column, what is written, and the error's code; `bad value`: it is not sent. */
const REFUSED: readonly (readonly [string, WriteValue, string])[] = [
  ["integer", 1.5, "bad value"],
  ["integer", 2 ** 53, "bad value"],
  ["integer", Number.NaN, "bad value"],
  ["integer", Number.POSITIVE_INFINITY, "bad value"],
  ["integer", 2n ** 63n, "bad value"],
  ["integer", null, "bad value"],
  ["integer", "1", "syntax error"],
  ["integer", true, "syntax error"],
  ["integer", [1, 2], "syntax error"],
  ["integer", [], "syntax error"],
  ["integer_set", null, "bad value"],
  ["integer_set", [1, 1], "ovsdb error"],
  ["integer_set", ["a"], "syntax error"],
  ["integer_or_none", [1, 2], "syntax error"],
  ["real", Number.MAX_VALUE, "bad value"],
  ["real", 5e-324, "bad value"],
  ["real", Number.NaN, "bad value"],
  ["real", "1", "syntax error"],
  ["boolean", 1, "syntax error"],
  ["boolean", "true", "syntax error"],
  ["boolean", null, "bad value"],
  ["string", 1, "syntax error"],
  ["string", false, "syntax error"],
  ["string", 1n, "bad value"],
  ["string", "a\u0000b", "bad value"],
  ["string", "\ud800", "bad value"],
  ["string", null, "bad value"],
  ["string_map", map(["k", 1]), "syntax error"],
  ["string_map", "k", "syntax error"],
  ["string_map", set("k"), "syntax error"],
  ["uuid", "no uuid", "syntax error"],
  ["uuid", A.toUpperCase().slice(1), "syntax error"],
  ["percent", -1, "constraint violation"],
  ["percent", 101, "constraint violation"],
  ["ratio", 1.01, "constraint violation"],
  ["ratio", -0.01, "constraint violation"],
  ["code", "a", "constraint violation"],
  ["code", "abcde", "constraint violation"],
  ["color", "blue", "constraint violation"],
  ["color", "", "constraint violation"],
  ["level", [1, 4], "constraint violation"],
  ["pair", [1, 2, 3], "syntax error"],
  ["some", [], "syntax error"],
  ["strong", A, "referential integrity violation"],
];

describe("a row that is inserted without the column has", () => {
  for (const [column, json, read] of DEFAULTS)
    test(`${column}: ${json}`, async () => {
      expect(await vectors.insertAndRead({ name: "x" }, column)).toEqual({
        json,
        selected: read,
        replica: read,
      });
    });
});

describe("a value that is written", () => {
  for (const [column, written, json, read = written] of VALUES)
    test(`to ${column}, ${shown(written)}, is ${json}`, async () => {
      expect(await vectors.insertAndRead({ [column]: written }, column)).toEqual({
        json,
        selected: read,
        replica: read,
      });
    });
});

describe("what is no value", () => {
  for (const [column, written, code] of REFUSED)
    test(`of ${column}, ${shown(written)}, is a ${code}`, async () => {
      const answer: unknown = await vectors.insertAndRead({ [column]: written }, column);
      expect(answer).toBe(code);
    });
});
