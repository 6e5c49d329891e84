/**
 * Column values: JSON notation (RFC 7047 section 5.1) to values and back.
 *
 * A column becomes a scalar (min 1, max 1), a scalar or null (min 0, max 1), a `ReadonlySet`, or a `ReadonlyMap`.
 * Values are immutable: a changed column is a new value, and empty sets and maps are shared. Decoders are compiled
 * once per column; they throw `NotationError` for JSON that does not fit the column's type.
 */

import { exactInteger } from "../wire/exact-json.ts";
import { excerpt, isArray, type Json } from "../wire/json.ts";
import { Interner } from "./interner.ts";
import type { AtomicType, BaseType, ColumnSchema } from "./schema.ts";
import { isNamedUuid, isUuid, ZERO_UUID } from "./uuid.ts";
import { type Atom, EMPTY_MAP, EMPTY_SET, type Value, type WriteValue } from "./value.ts";

/** JSON that is not a value of the type it should have. */
export class NotationError extends Error {
  readonly code = "bad notation";
}

/** The error for a value in the place of something else. */
export function unexpected(expected: string, value: unknown): NotationError {
  return new NotationError(`expected ${expected}, not ${excerpt(value)}`);
}

const INT64_LIMIT = 2 ** 63;

/** The longest interned map: longer maps hardly ever repeat. */
const MAX_INTERNED_PAIRS = 4;

export type Decoder<T> = (json: unknown) => T;

/** Compiles the decoder of a column. */
export function columnDecoder(type: ColumnSchema): Decoder<Value> {
  const key = atomDecoder(type.key);
  if (type.value !== undefined) return mapDecoder(key, atomDecoder(type.value));
  if (type.max !== 1) return setDecoder(key);
  return type.min === 1 ? scalarDecoder(key) : optionalDecoder(key);
}

/** The value of a column that an insert does not mention (RFC 7047 section 5.2.1). */
export function defaultValue(type: ColumnSchema): Value {
  if (type.min === 0) {
    if (type.value !== undefined) return EMPTY_MAP;
    return type.max === 1 ? null : EMPTY_SET;
  }
  const key = defaultAtom(type.key);
  if (type.value !== undefined) return new Map([[key, defaultAtom(type.value)]]);
  return type.max === 1 ? key : new Set([key]);
}

function defaultAtom({ type, exact }: BaseType): Atom {
  switch (type) {
    case "integer":
      return exact === true ? 0n : 0;
    case "real":
      return 0;
    case "boolean":
      return false;
    case "string":
      return "";
    case "uuid":
      return ZERO_UUID;
  }
}

function atomDecoder({ type, exact }: BaseType): Decoder<Atom> {
  switch (type) {
    case "integer":
      return exact === true ? decodeBigint : decodeInteger;
    case "real":
      return decodeReal;
    case "boolean":
      return decodeBoolean;
    case "string":
      return decodeString;
    case "uuid":
      return referenceDecoder();
  }
}

/**
 * Integers beyond 2^53 arrive as the nearest double, because JavaScript reads JSON numbers so. difference.ts handles the
 * consequence for differences.
 */
function decodeInteger(json: unknown): number {
  if (typeof json === "number" && Number.isInteger(json) && Math.abs(json) <= INT64_LIMIT) return json;
  // Another session of the same connection may want every digit.
  const exact = exactInteger(json);
  if (exact !== null && exact === BigInt.asIntN(64, exact)) return Number(exact);
  throw unexpected("an integer", json);
}

/** From a text in which long integers are marked (wire/exact-json.ts). */
function decodeBigint(json: unknown): bigint {
  if (typeof json === "number" && Number.isSafeInteger(json)) return BigInt(json);
  const exact = exactInteger(json);
  if (exact !== null && exact === BigInt.asIntN(64, exact)) return exact;
  throw unexpected("an integer", json);
}

function decodeReal(json: unknown): number {
  if (typeof json === "number" && Number.isFinite(json)) return json;
  const exact = exactInteger(json);
  if (exact !== null && Number.isFinite(Number(exact))) return Number(exact);
  throw unexpected("a real number", json);
}

function decodeBoolean(json: unknown): boolean {
  if (typeof json === "boolean") return json;
  throw unexpected("a boolean", json);
}

function decodeString(json: unknown): string {
  if (typeof json === "string") return json;
  throw unexpected("a string", json);
}

function decodeUuid(json: unknown): string {
  if (isArray(json) && json.length === 2 && json[0] === "uuid" && isUuid(json[1])) return json[1];
  throw unexpected('["uuid", …]', json);
}

/** References repeat themselves: many rows refer to the same few. */
function referenceDecoder(): Decoder<Atom> {
  const interner = new Interner<Atom>();
  return (json) => {
    const uuid = decodeUuid(json);
    return interner.value(interner.step(interner.root, uuid), () => uuid);
  };
}

function scalarDecoder(atom: Decoder<Atom>): Decoder<Value> {
  return (json) => {
    const elements = setElements(json);
    if (elements === null) return atom(json);
    if (elements.length === 1) return atom(elements[0]);
    throw new NotationError(`expected one element, not ${elements.length}`);
  };
}

function optionalDecoder(atom: Decoder<Atom>): Decoder<Value> {
  return (json) => {
    const elements = setElements(json);
    if (elements === null) return atom(json);
    if (elements.length === 0) return null;
    if (elements.length === 1) return atom(elements[0]);
    throw new NotationError(`expected at most one element, not ${elements.length}`);
  };
}

function setDecoder(atom: Decoder<Atom>): Decoder<Value> {
  return (json) => {
    const elements = setElements(json);
    if (elements === null) return new Set([atom(json)]);
    if (elements.length === 0) return EMPTY_SET;
    const set = new Set<Atom>();
    for (const element of elements) set.add(atom(element));
    return set;
  };
}

function mapDecoder(key: Decoder<Atom>, value: Decoder<Atom>): Decoder<Value> {
  const interner = new Interner<ReadonlyMap<Atom, Atom>>();
  return (json) => {
    const pairs = isArray(json) && json.length === 2 && json[0] === "map" ? json[1] : undefined;
    if (!isArray(pairs)) throw unexpected('["map", […]]', json);
    if (pairs.length === 0) return EMPTY_MAP;
    let known = pairs.length > MAX_INTERNED_PAIRS ? null : interner.root;
    if (known !== null)
      for (const pair of pairs) {
        assertPair(pair);
        known = interner.step(interner.step(known, key(pair[0])), value(pair[1]));
      }
    return interner.value(known, () => decodePairs(pairs, key, value));
  };
}

function decodePairs(
  pairs: readonly unknown[],
  key: Decoder<Atom>,
  value: Decoder<Atom>,
): ReadonlyMap<Atom, Atom> {
  const map = new Map<Atom, Atom>();
  for (const pair of pairs) {
    assertPair(pair);
    map.set(key(pair[0]), value(pair[1]));
  }
  return map;
}

function assertPair(pair: unknown): asserts pair is readonly [unknown, unknown] {
  if (!isArray(pair) || pair.length !== 2) throw unexpected("a key-value pair", pair);
}

/** The elements of `["set", […]]`; null: the JSON is a single element. */
function setElements(json: unknown): readonly unknown[] | null {
  return isArray(json) && json.length === 2 && json[0] === "set" && isArray(json[1]) ? json[1] : null;
}

/**
 * The JSON notation of a value for a column of this type. Sets and maps may be any iterable object, of any class and realm. Throws
 * `NotationError` for a value that does not fit the type.
 */
export function encodeValue(type: ColumnSchema, value: WriteValue): Json {
  return value === null ? encodeNothing(type) : encodeContent(type, value);
}

function encodeContent(type: ColumnSchema, value: unknown): Json {
  if (typeof value !== "object" || value === null || isNamedUuid(value))
    return encodeAtom(type.key.type, value);
  if (isMapLike(value)) {
    const valueType = type.value?.type ?? type.key.type;
    return ["map", Array.from(value, (pair) => encodePair(type.key.type, valueType, pair))];
  }
  if (!isIterable(value)) throw unexpected(expected(type), value);
  return ["set", Array.from(value, (element) => encodeAtom(type.key.type, element))];
}

/** Encodes null: an empty optional column. For a set null is refused, because a mistake would delete all elements. */
function encodeNothing(type: ColumnSchema): Json {
  if (type.min === 0 && type.max === 1 && type.value === undefined) return ["set", []];
  throw new NotationError(`expected ${expected(type)}, not null`);
}

function expected({ key, value, min, max }: ColumnSchema): string {
  if (value !== undefined) return `a map of ${key.type} to ${value.type}`;
  if (max !== 1) return `a set of ${key.type}`;
  return min === 1 ? key.type : `${key.type} or null`;
}

/** A set has no `get`, and neither has an array. */
function isMapLike(value: object): value is Iterable<unknown> {
  return "get" in value && typeof value.get === "function" && isIterable(value);
}

/** A `String` can be iterated, too, but is not the set of its characters. */
function isIterable(value: object): value is Iterable<unknown> {
  const iterate: unknown = Reflect.get(value, Symbol.iterator);
  return typeof iterate === "function" && typeof value.valueOf() === "object";
}

function encodePair(keyType: AtomicType, valueType: AtomicType, pair: unknown): Json {
  if (!isArray(pair) || pair.length !== 2) throw unexpected("pairs of key and value in a map", pair);
  return [encodeAtom(keyType, pair[0]), encodeAtom(valueType, pair[1])];
}

function encodeAtom(type: AtomicType, atom: unknown): Json {
  if (isNamedUuid(atom)) return ["named-uuid", atom.namedUuid];
  if (typeof atom === "bigint") return encodeBigint(type, atom);
  if (typeof atom !== "string" && typeof atom !== "number" && typeof atom !== "boolean")
    throw unexpected(type, atom);
  if (type === "real" && typeof atom === "number") return encodeReal(atom);
  if (type === "integer" && typeof atom === "number" && !Number.isSafeInteger(atom))
    throw new NotationError(
      Number.isInteger(atom)
        ? `expected an integer that a number says exactly: of one beyond 2^53, near ${atom}, give the bigint`
        : `expected an integer, not ${atom}`,
    );
  return type === "uuid" ? ["uuid", String(atom)] : atom;
}

function encodeBigint(type: AtomicType, atom: bigint): Json {
  const isNumber = type === "integer" || type === "real";
  if (isNumber && atom === BigInt.asIntN(64, atom)) return type === "real" ? encodeReal(Number(atom)) : atom;
  throw new NotationError(
    isNumber ? `expected an integer of 64 bits, not ${atom}` : `expected ${type}, not an integer`,
  );
}

/** The smallest number that is not subnormal: the server's reader takes none below it (lib/util.c, `str_to_double`). */
const MIN_REAL = Number.MIN_VALUE * 2 ** 52;

/**
 * A real number with 15 digits, as the server prints it, so that a written number equals the number that is read. The server would
 * round a number with more digits at the edge of the range to a number that it cannot read again.
 */
function encodeReal(real: number): Json {
  const written = Number(real.toPrecision(15));
  if (Number.isFinite(written) && (written === 0 || Math.abs(written) >= MIN_REAL)) return written;
  throw new NotationError(`expected a real number that 15 digits can say, not ${real}`);
}
