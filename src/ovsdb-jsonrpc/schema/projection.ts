/**
 * A server's schema may give a column another type than the descriptor has: a set where one value was expected, a value
 * that has become optional, another atomic type. Values are decoded and changed in the type that is served, and then
 * read as the descriptor's type, which is what the rows' types promise.
 *
 * A value without a reading in the descriptor's type (two elements where one is expected, nothing where something is,
 * text where a number is) reads as the column's default, as if the server lacked the column.
 */
import { defaultValue } from "./notation.ts";
import type { BaseType, ColumnSchema } from "./schema.ts";
import { type Atom, EMPTY_SET, type Value } from "./value.ts";

export interface Reading {
  readonly value: Value;
  /** False: the value has no reading in the descriptor's type, and this is the default. */
  readonly fits: boolean;
}

export type Projection = (value: Value) => Reading;

/** How a value of type `from` reads in type `to`; null when it is the same value in both. */
export function projection(from: ColumnSchema, to: ColumnSchema): Projection | null {
  if (kindOf(from) === kindOf(to) && isSameAtom(from, to)) return null;
  const misfit: Reading = { value: defaultValue(to), fits: false };
  return (value) => {
    const read = value instanceof Map ? readPairs(value, from, to) : readElements(value, from, to);
    return read === undefined ? misfit : { value: read, fits: true };
  };
}

function kindOf({ value, min, max }: ColumnSchema): "map" | "set" | "optional" | "scalar" {
  if (value !== undefined) return "map";
  if (max !== 1) return "set";
  return min === 1 ? "scalar" : "optional";
}

function isSameAtom(from: ColumnSchema, to: ColumnSchema): boolean {
  return isSame(from.key, to.key) && isSame(from.value, to.value);
}

/** Every integer is a real number; one that is read as a `bigint` has to be made one. */
function isSame(from: BaseType | undefined, to: BaseType | undefined): boolean {
  if (from?.type === to?.type) return from?.exact === to?.exact;
  return from?.type === "integer" && to?.type === "real" && from.exact !== true;
}

/** Undefined: it has no reading. */
function readAtom(atom: Atom, from: BaseType, to: BaseType): Atom | undefined {
  if (isSame(from, to)) return atom;
  if (to.type === "real" && from.type === "integer") return Number(atom);
  if (to.type !== "integer" || typeof atom !== "number" || !Number.isInteger(atom)) return undefined;
  return to.exact === true ? BigInt(atom) : atom;
}

function readPairs(value: ReadonlyMap<Atom, Atom>, from: ColumnSchema, to: ColumnSchema): Value | undefined {
  if (value.size === 0) return nothing(to);
  if (from.value === undefined || to.value === undefined) return undefined;
  const pairs = new Map<Atom, Atom>();
  for (const [key, item] of value) {
    const [readKey, readItem] = [readAtom(key, from.key, to.key), readAtom(item, from.value, to.value)];
    if (readKey === undefined || readItem === undefined) return undefined;
    pairs.set(readKey, readItem);
  }
  return pairs;
}

function readElements(value: Value, from: ColumnSchema, to: ColumnSchema): Value | undefined {
  const elements = elementsOf(value);
  if (elements.size === 0) return nothing(to);
  if (to.value !== undefined) return undefined;
  const read = new Set<Atom>();
  for (const element of elements) {
    const atom = readAtom(element, from.key, to.key);
    if (atom === undefined) return undefined;
    read.add(atom);
  }
  if (to.max !== 1) return read;
  const [first] = read;
  return elements.size === 1 ? first : undefined;
}

function elementsOf(value: Value): ReadonlySet<Atom> {
  if (value instanceof Set) return value;
  return value === null || typeof value === "object" ? EMPTY_SET : new Set([value]);
}

/** Nothing, as an optional value, a set or a map; a scalar cannot be nothing. */
function nothing(to: ColumnSchema): Value | undefined {
  if (to.max !== 1 && to.value === undefined) return EMPTY_SET;
  return kindOf(to) === "scalar" ? undefined : defaultValue({ ...to, min: 0 });
}
