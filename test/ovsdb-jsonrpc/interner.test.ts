/** Equal values become one; what is remembered for that is bounded in bytes, whatever comes. */
import { expect, test } from "bun:test";
import { CAPACITY, Interner, LONGEST_ATOM } from "../../src/ovsdb-jsonrpc/schema/interner.ts";
import type { Atom } from "../../src/ovsdb-jsonrpc/schema/value.ts";

function get(interner: Interner<object>, atoms: readonly Atom[]): object {
  let known = interner.root;
  for (const atom of atoms) known = interner.step(known, atom);
  return interner.value(known, () => ({}));
}

test("equal atoms give one value", () => {
  const interner = new Interner<object>();
  const first = get(interner, ["a", "b"]);
  expect(get(interner, ["a", "b"])).toBe(first);
  for (const others of [["a"], ["b", "a"], ["a", "b", "a", "b"], ["ab"], ["a", 0], []])
    expect(get(interner, others)).not.toBe(first);
});

test("atoms of different types are different", () => {
  const interner = new Interner<object>();
  const made = [1, 1n, "1", true].map((atom) => get(interner, [atom]));
  expect(new Set(made).size).toBe(4);
});

test("a long atom passes by", () => {
  const interner = new Interner<object>();
  const atoms = ["a", "x".repeat(LONGEST_ATOM + 1)];
  expect(get(interner, atoms)).not.toBe(get(interner, atoms));
});

const padded = (index: number) => [String(index).padEnd(LONGEST_ATOM, "-")];

test("atoms together are bounded in their length, and the first ones stay where they are met again", () => {
  const interner = new Interner<object>();
  const first = get(interner, padded(0));
  for (let met = 0; met < 5000; met++) expect(get(interner, padded(0))).toBe(first);
  const made = Array.from({ length: 2000 }, (_, index) => get(interner, padded(index)));
  const known = made.filter((value, index) => get(interner, padded(index)) === value);
  expect(known.length * LONGEST_ATOM).toBeLessThanOrEqual(CAPACITY);
  expect(known.length).toBeGreaterThan(100);
});

test("atoms without a text are bounded in their number", () => {
  const interner = new Interner<object>();
  for (let met = 0; met < 5000; met++) get(interner, [0]);
  const made = Array.from({ length: 20_000 }, (_, index) => get(interner, [index + 1]));
  const known = made.filter((value, index) => get(interner, [index + 1]) === value);
  expect(known.length).toBeGreaterThan(100);
  expect(known.length).toBeLessThanOrEqual(2 ** 13);
});

test("a column that does not repeat itself is remembered no longer", () => {
  const interner = new Interner<object>();
  const first = get(interner, ["first"]);
  for (let index = 0; index < 2000; index++) get(interner, padded(index));
  expect(get(interner, ["first"])).not.toBe(first);
});
