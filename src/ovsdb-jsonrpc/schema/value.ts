/** What a column holds, as JavaScript has it, and what may be written to one. */
import type { NamedUuid } from "./uuid.ts";

/** One value: an integer (a `bigint` where exact ones were asked for), a real number, a boolean, a text or a UUID. */
export type Atom = string | number | bigint | boolean;
/** The value of a column in a row: one value, a set, a map, or null for an optional column that is empty. */
export type Value = Atom | null | ReadonlySet<Atom> | ReadonlyMap<Atom, Atom>;

/** One value as a caller may write one: also a reference to a row of the same transaction. */
export type WriteAtom = Atom | NamedUuid;
/** The value of a column as a caller may write one: also an array in the place of a set. */
export type WriteValue =
  | WriteAtom
  | null
  | ReadonlySet<WriteAtom>
  | readonly WriteAtom[]
  | ReadonlyMap<WriteAtom, WriteAtom>;

export const EMPTY_SET: ReadonlySet<Atom> = new Set();
export const EMPTY_MAP: ReadonlyMap<Atom, Atom> = new Map();

/** True if two values of one column are equal; the order of sets and maps does not count. */
export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a instanceof Set) return b instanceof Set && a.size === b.size && everyIn(a, b);
  if (a instanceof Map) return b instanceof Map && a.size === b.size && everyPairIn(a, b);
  return false;
}

function everyIn(a: ReadonlySet<Atom>, b: ReadonlySet<Atom>): boolean {
  for (const element of a) if (!b.has(element)) return false;
  return true;
}

function everyPairIn(a: ReadonlyMap<Atom, Atom>, b: ReadonlyMap<Atom, Atom>): boolean {
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
