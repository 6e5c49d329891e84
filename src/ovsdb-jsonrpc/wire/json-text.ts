/**
 * Parses a complete JSON text given as UTF-8 bytes.
 *
 * A long object in the text becomes a `LargeObject`, whose members are parsed one slice at a time on demand. So the 100,000 rows of
 * a snapshot are never all in memory as JSON values, which would take several times the memory of the rows. `JSON.parse` parses
 * everything: the text with a mark in the place of each long object, and then the slices.
 */

import { isArray, isObject } from "./json.ts";
import type { LongObject, Slice } from "./json-outline.ts";

/** The beginning of the string that stands for a long object. No server sends such a string: lib/json.c refuses a NUL. */
const MARK = "\0{";

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

type Reviver = (name: string, value: unknown) => unknown;

/** A parser of JSON texts: `JSON.parse`, or a parser that keeps long integers. */
export type Parse = (text: string, reviver?: Reviver) => unknown;

/**
 * Throws `SyntaxError` for bytes that are not UTF-8 or not JSON; also for a long object that is followed by another member of the
 * same name, because nobody would check its content.
 */
export function parseJsonText(
  bytes: Uint8Array,
  long: readonly LongObject[],
  parse: Parse = JSON.parse,
): unknown {
  if (long.length === 0) return parse(decode(bytes));
  const between = long.map(({ start }, n) => decode(bytes.subarray(long[n - 1]?.end ?? 0, start)));
  const rest = decode(bytes.subarray(long.at(-1)?.end));
  const marked = between.map((text, n) => `${text}${JSON.stringify(MARK + n)}`).join("") + rest;
  let found = 0;
  const value = parse(marked, (_, item) => {
    const object =
      typeof item === "string" && item.startsWith(MARK) ? long[Number(item.slice(MARK.length))] : undefined;
    if (object === undefined) return item;
    found++;
    return new LargeObject(bytes, object.slices, parse);
  });
  if (found !== long.length) throw new SyntaxError("a long object is a name, or its name comes twice");
  return value;
}

/** The members of an object that is too long to be parsed at once. */
export class LargeObject {
  readonly #bytes: Uint8Array;
  readonly #slices: readonly Slice[];
  readonly #parse: Parse;

  constructor(bytes: Uint8Array, slices: readonly Slice[], parse: Parse) {
    this.#bytes = bytes;
    this.#slices = slices;
    this.#parse = parse;
  }

  /**
   * Parses slice after slice; throws as `parseJsonText` does. A name that occurs twice is given twice.
   *
   * A slice is parsed as an array of alternating names and values: for an object with hundreds of unique names, the runtime would
   * make a table that costs more than all its values.
   */
  readonly members: Members = (take) => {
    // One buffer for all slices, with room for the brackets: a copy of every slice would wait for the garbage collector.
    const place = new Uint8Array(
      this.#slices.reduce((most, { start, end }) => Math.max(most, end - start), 0) + 2,
    );
    place[0] = OPEN_BRACKET;
    for (const { start, end, colons } of this.#slices) {
      const length = end - start;
      place.set(this.#bytes.subarray(start, end), 1);
      for (const colon of colons) place[colon - start + 1] = COMMA;
      place[length + 1] = CLOSE_BRACKET;
      const members = this.#parse(decode(place.subarray(0, length + 2)));
      if (!isArray(members)) throw new SyntaxError("expected an array");
      for (let at = 0; at < members.length; at += 2) {
        const name = members[at];
        if (typeof name !== "string") throw new SyntaxError("a name is no string");
        take(name, members[at + 1]);
      }
    }
  };
}

/** Calls `take` for each member of an object: a call costs less than an iterator with a pair for each member. */
export type Members = (take: (name: string, value: unknown) => void) => void;

/** The members of a JSON object, parsed in either way; null: the value is no object. */
export function objectMembers(value: unknown): Members | null {
  if (value instanceof LargeObject) return value.members;
  if (!isObject(value)) return null;
  return (take) => {
    for (const name of Object.keys(value)) take(name, value[name]);
  };
}

/** The value as plain JSON, where the value or its content down to `levels` levels may be large. */
export function plainJson(value: unknown, levels: number): unknown {
  if (value instanceof LargeObject) {
    const members: (readonly [string, unknown])[] = [];
    value.members((name, item) => members.push([name, item]));
    return Object.fromEntries(members);
  }
  if (levels === 0) return value;
  if (isArray(value)) return value.map((item) => plainJson(item, levels - 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainJson(item, levels - 1)]));
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new SyntaxError("bytes that are not UTF-8");
  }
}
