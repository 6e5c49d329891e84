import { expect, test } from "bun:test";
import { changedElements } from "ovsdb-jsonrpc";
import { applyDifference } from "../../src/ovsdb-jsonrpc/replica/difference.ts";

const STRINGS = { key: { type: "string" }, min: 0, max: "unlimited" } as const;

function after(before: ReadonlySet<string>, difference: ReadonlySet<string>): ReadonlySet<string> {
  const value = applyDifference(STRINGS, before, difference);
  if (!(value instanceof Set)) throw new Error("the value after a set's difference is a set");
  return value;
}

test("what differs between a column before and after a message is the difference in that message", () => {
  const before = new Set(["a", "b"]);
  expect(changedElements(before, after(before, new Set(["b", "c"])))).toEqual(["b", "c"]);
});

test("between any other two sets it is found by looking", () => {
  const first = new Set(["a", "b"]);
  const second = after(first, new Set(["c"]));
  const third = after(second, new Set(["a"]));
  expect(changedElements(first, third).toSorted()).toEqual(["a", "c"]);
  expect(changedElements(new Set(["a", "b"]), second)).toEqual(["c"]);
});

test("a set that became empty, and one that was, differ by all elements", () => {
  const before = new Set(["a", "b"]);
  const nothing = after(before, before);
  expect(changedElements(before, nothing).toSorted()).toEqual(["a", "b"]);
  expect(changedElements(nothing, after(nothing, new Set(["c"])))).toEqual(["c"]);
});
