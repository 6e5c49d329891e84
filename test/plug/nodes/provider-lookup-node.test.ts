// Which providers' tables changed since the graph ran last.
import { expect, test } from "bun:test";
import { keyedChanges } from "../../../src/graph/index.ts";
import { lookingUp } from "../../../src/plug/nodes/provider-lookup-node.ts";
import { cause } from "../support/by-hand.ts";

/** What is noticed of these numbers when those before are known. */
function noticed(now: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>) {
  const data = new Map(Object.entries(before));
  const changes = keyedChanges<string>();
  const lookups = () => new Map(Object.entries(now));
  const providers = { forPlugType: () => undefined, refused: () => [], lookups };
  const result = lookingUp(providers)({ data, changes, cause });
  return { result, data: Object.fromEntries(data), told: Object.fromEntries(changes) };
}

test("a provider that comes, whose tables changed, or that goes is told of, and no other is", () => {
  expect(noticed({ a: 1, b: 3, c: 1 }, { a: 1, b: 2, d: 1 })).toEqual({
    result: { kind: "updated", tracked: true },
    data: { a: 1, b: 3, c: 1 },
    told: { b: cause, c: cause, d: cause },
  });
});

test("nothing is told while every number is as it was", () => {
  expect(noticed({ a: 1, b: 2 }, { a: 1, b: 2 })).toEqual({
    result: { kind: "unchanged" },
    data: { a: 1, b: 2 },
    told: {},
  });
});
