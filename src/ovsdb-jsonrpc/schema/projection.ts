/**
 * A server's schema may give a column another type than the descriptor has: a set where one value was expected, a value
 * that has become optional, another atomic type. Values are decoded and changed in the type that is served, and then
 * read as the descriptor's type, which is what the rows' types promise.
 *
 * A value without a reading in the descriptor's type (two elements where one is expected, nothing where something is,
 * text where a number is) reads as the column's default, as if the server lacked the column.
 */
import { defaultValue } from "./notation.ts";
import type { AtomicType, ColumnSchema } from "./schema.ts";
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
  return isWithin(from.key.type, to.key.type) && isWithin(from.value?.type, to.value?.type);
}

/** Every integer is a real number. */
function isWithin(from: AtomicType | undefined, to: AtomicType | undefined): boolean {
  return from === to || (from === "integer" && to === "real");
}

function reads(atom: Atom, from: AtomicType, to: AtomicType): boolean {
  return isWithin(from, to) || (from === "real" && to === "integer" && Number.isInteger(atom));
}

function readPairs(value: ReadonlyMap<Atom, Atom>, from: ColumnSchema, to: ColumnSchema): Value | undefined {
  if (value.size === 0) return nothing(to);
  if (from.value === undefined || to.value === undefined) return undefined;
  for (const [key, item] of value) {
    if (!reads(key, from.key.type, to.key.type) || !reads(item, from.value.type, to.value.type))
      return undefined;
  }
  return value;
}

function readElements(value: Value, from: ColumnSchema, to: ColumnSchema): Value | undefined {
  const elements = elementsOf(value);
  if (elements.size === 0) return nothing(to);
  if (to.value !== undefined) return undefined;
  for (const element of elements) if (!reads(element, from.key.type, to.key.type)) return undefined;
  if (to.max !== 1) return elements;
  const [first] = elements;
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
