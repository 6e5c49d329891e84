/** Equal values become one; what is remembered for that is bounded in bytes, whatever comes. */
import { expect, test } from "bun:test";
import { Interner, LONGEST_KEY } from "../../src/ovsdb-jsonrpc/schema/interner.ts";

test("equal keys give one value", () => {
  const interner = new Interner<object>();
  const first = interner.get("a", () => ({}));
  expect(interner.get("a", () => ({}))).toBe(first);
  expect(interner.get("b", () => ({}))).not.toBe(first);
});

test("a long key passes by", () => {
  const interner = new Interner<object>();
  const key = "x".repeat(LONGEST_KEY + 1);
  expect(interner.get(key, () => ({}))).not.toBe(interner.get(key, () => ({})));
});

test("keys together are bounded in their length, and the first ones stay where they are met again", () => {
  const interner = new Interner<object>();
  const key = (index: number) => String(index).padEnd(LONGEST_KEY, "-");
  const first = interner.get(key(0), () => ({}));
  for (let met = 0; met < 1000; met++) expect(interner.get(key(0), () => ({}))).toBe(first);
  const made = Array.from({ length: 2000 }, (_, index) => interner.get(key(index), () => ({})));
  const known = made.filter((value, index) => interner.get(key(index), () => ({})) === value);
  expect(known.length * LONGEST_KEY).toBeLessThanOrEqual(2 ** 18);
  expect(known.length).toBeGreaterThan(100);
});

test("a column that does not repeat itself is remembered no longer", () => {
  const interner = new Interner<object>();
  const first = interner.get("first", () => ({}));
  for (let index = 0; index < 2000; index++) interner.get(String(index).padEnd(LONGEST_KEY, "-"), () => ({}));
  expect(interner.get("first", () => ({}))).not.toBe(first);
});
