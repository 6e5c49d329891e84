/** Equal values become one; what is remembered for that is bounded in bytes, whatever comes. */
import { expect, test } from "bun:test";
import { CAPACITY, Interner, LONGEST_ATOM } from "../../src/ovsdb-jsonrpc/schema/interner.ts";

test("equal atoms give one value", () => {
  const interner = new Interner<object>();
  const first = interner.get(["a", "b"], () => ({}));
  expect(interner.get(["a", "b"], () => ({}))).toBe(first);
  for (const others of [["a"], ["b", "a"], ["a", "b", "a", "b"], ["ab"], ["a", 0], []])
    expect(interner.get(others, () => ({}))).not.toBe(first);
});

test("atoms of different types are different", () => {
  const interner = new Interner<object>();
  const made = [1, 1n, "1", true].map((atom) => interner.get([atom], () => ({})));
  expect(new Set(made).size).toBe(4);
});

test("a long atom passes by", () => {
  const interner = new Interner<object>();
  const atoms = ["a", "x".repeat(LONGEST_ATOM + 1)];
  expect(interner.get(atoms, () => ({}))).not.toBe(interner.get(atoms, () => ({})));
});

const padded = (index: number) => [String(index).padEnd(LONGEST_ATOM, "-")];

test("atoms together are bounded in their length, and the first ones stay where they are met again", () => {
  const interner = new Interner<object>();
  const first = interner.get(padded(0), () => ({}));
  for (let met = 0; met < 5000; met++) expect(interner.get(padded(0), () => ({}))).toBe(first);
  const made = Array.from({ length: 2000 }, (_, index) => interner.get(padded(index), () => ({})));
  const known = made.filter((value, index) => interner.get(padded(index), () => ({})) === value);
  expect(known.length * LONGEST_ATOM).toBeLessThanOrEqual(CAPACITY);
  expect(known.length).toBeGreaterThan(100);
});

test("a column that does not repeat itself is remembered no longer", () => {
  const interner = new Interner<object>();
  const first = interner.get(["first"], () => ({}));
  for (let index = 0; index < 2000; index++) interner.get(padded(index), () => ({}));
  expect(interner.get(["first"], () => ({}))).not.toBe(first);
});
