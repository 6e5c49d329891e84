/**
 * Parses a complete JSON text given as UTF-8 bytes.
 *
 * A short text is parsed whole. A long one is taken apart first: an object in it that is long and has no long member
 * becomes a `LargeObject`, whose members are parsed a slice at a time when they are asked for. The 100,000 rows of a
 * snapshot are so never all there as JSON values, which would take several times the memory of the rows themselves.
 * Every byte is looked at once to find the cuts; everything between them goes through `JSON.parse`.
 */

import { isArray, isObject } from "./json.ts";

const SLICE_BYTES = 64 * 1024;

/** Long texts up to this depth are taken apart: a message, its result, the tables, the rows of a table. */
const MAX_DEPTH = 4;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A parser of JSON texts: `JSON.parse`, or one that keeps more of them. */
export type Parse = (text: string) => unknown;

/**
 * Throws `SyntaxError` for bytes that are not UTF-8 or not JSON. Where a long value stands among members of which two
 * have the same name, it throws as well: what the lost one holds would never be looked at.
 */
export function parseJsonText(
  bytes: Uint8Array,
  sliceBytes = SLICE_BYTES,
  parse: Parse = JSON.parse,
): unknown {
  if (bytes.length <= sliceBytes * 4) return parse(decode(bytes));
  return new Scanner(bytes, sliceBytes, parse).container(0, 1).value;
}

/** The members of an object too long to be parsed at once. */
export class LargeObject {
  readonly #bytes: Uint8Array;
  readonly #slices: readonly Slice[];
  readonly #parse: Parse;

  constructor(bytes: Uint8Array, slices: readonly Slice[], parse: Parse) {
    this.#bytes = bytes;
    this.#slices = slices;
    this.#parse = parse;
  }

  /** Parses slice after slice; throws as `parseJsonText` does. A name that comes twice is given twice. */
  *members(): Generator<readonly [string, unknown]> {
    for (const slice of this.#slices) {
      const members = Object.entries(parseObject(this.#bytes, slice, this.#parse));
      if (members.length === 0 && this.#slices.length > 1) throw new SyntaxError("a member is missing");
      yield* members;
    }
  }
}

/** The members of a JSON object, whichever way it was parsed; null for any other value. */
export function objectMembers(value: unknown): Iterable<readonly [string, unknown]> | null {
  if (value instanceof LargeObject) return value.members();
  return isObject(value) ? Object.entries(value) : null;
}

/** The value as plain JSON, with every large object in it made an ordinary one. */
export function plainJson(value: unknown): unknown {
  if (value instanceof LargeObject) return Object.fromEntries(value.members());
  if (isArray(value)) return value.map(plainJson);
  if (!isObject(value) || Object.getPrototypeOf(value) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainJson(item)]));
}

/** Whole members or elements without the commas around them, or what precedes a value in its member. */
interface Slice {
  readonly start: number;
  readonly end: number;
}

/** A long value: its member's slice up to the value, which holds the name and the colon in an object. */
interface LongMember extends Slice {
  readonly value: unknown;
}

type Part = Slice | LongMember;

/** What a container turned out to be; `value` is undefined unless it is long. */
interface Scanned {
  readonly end: number;
  readonly value: unknown;
}

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #sliceBytes: number;
  readonly #parse: Parse;

  constructor(bytes: Uint8Array, sliceBytes: number, parse: Parse) {
    this.#bytes = bytes;
    this.#sliceBytes = sliceBytes;
    this.#parse = parse;
  }

  /** Scans the object or array that starts at `start`. */
  container(start: number, depth: number): Scanned {
    const bytes = this.#bytes;
    const parts: Part[] = [];
    let run = start + 1;
    let member = run;
    let afterLong = false;
    let i = run;
    for (; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) break;
      if (byte === COMMA) {
        if (!afterLong && i - run >= this.#sliceBytes) parts.push({ start: run, end: i });
        if (afterLong || i - run >= this.#sliceBytes) run = i + 1;
        afterLong = false;
        member = i + 1;
      } else if (afterLong) {
        if (!isSpace(byte)) throw new SyntaxError("expected a comma after a value");
      } else if (byte === QUOTE) i = this.#stringEnd(i);
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        const child = depth < MAX_DEPTH ? this.container(i, depth + 1) : this.#skip(i);
        if (child.value !== undefined) {
          if (run < member) parts.push({ start: run, end: member - 1 });
          parts.push({ start: member, end: i, value: child.value });
          afterLong = true;
        }
        i = child.end - 1;
      }
    }
    if (i === bytes.length) throw new SyntaxError("a bracket is not closed");
    if (i + 1 - start <= this.#sliceBytes) return { end: i + 1, value: undefined };
    if (!afterLong) parts.push({ start: run, end: i });
    const isArray = bytes[start] === OPEN_BRACKET;
    if (isArray !== (bytes[i] === CLOSE_BRACKET))
      throw new SyntaxError("a bracket is closed by one of the other kind");
    return { end: i + 1, value: isArray ? this.#array(parts) : this.#object(parts) };
  }

  #skip(start: number): Scanned {
    const bytes = this.#bytes;
    let depth = 0;
    for (let i = start; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === QUOTE) i = this.#stringEnd(i);
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth--;
        if (depth === 0) return { end: i + 1, value: undefined };
      }
    }
    throw new SyntaxError("a bracket is not closed");
  }

  /** The offset of the quote that ends the string that starts at `start`. */
  #stringEnd(start: number): number {
    const bytes = this.#bytes;
    for (let i = start + 1; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === QUOTE) return i;
      if (byte === BACKSLASH) i++;
    }
    throw new SyntaxError("a string is not closed");
  }

  #array(parts: readonly Part[]): readonly unknown[] {
    const array: unknown[] = [];
    for (const part of parts) {
      const elements = parseArray(this.#bytes, part, this.#parse);
      if (isLong(part) ? elements.length > 0 : elements.length === 0 && parts.length > 1) {
        throw new SyntaxError("an element is missing, or a comma");
      }
      if (isLong(part)) array.push(part.value);
      else for (const element of elements) array.push(element);
    }
    return array;
  }

  #object(parts: readonly Part[]): unknown {
    if (!parts.some(isLong)) return new LargeObject(this.#bytes, parts, this.#parse);
    // Without a prototype, by which `plainJson` knows the objects that may hold large ones.
    const object: Record<string, unknown> = Object.create(null);
    for (const part of parts) {
      const members = isLong(part)
        ? [[memberName(this.#bytes, part), part.value] as const]
        : Object.entries(parseObject(this.#bytes, part, this.#parse));
      if (members.length === 0) throw new SyntaxError("a member is missing");
      for (const [name, value] of members) {
        if (Object.hasOwn(object, name))
          throw new SyntaxError(`the name ${JSON.stringify(name)} comes twice`);
        object[name] = value;
      }
    }
    return object;
  }
}

function isLong(part: Part): part is LongMember {
  return "value" in part;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function text(bytes: Uint8Array, { start, end }: Slice): string {
  return decode(bytes.subarray(start, end));
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new SyntaxError("bytes that are not UTF-8");
  }
}

function parseObject(bytes: Uint8Array, slice: Slice, parse: Parse): Readonly<Record<string, unknown>> {
  const object = parse(`{${text(bytes, slice)}}`);
  if (isObject(object)) return object;
  throw new SyntaxError("expected an object");
}

function parseArray(bytes: Uint8Array, slice: Slice, parse: Parse): readonly unknown[] {
  const array = parse(`[${text(bytes, slice)}]`);
  if (isArray(array)) return array;
  throw new SyntaxError("expected an array");
}

/** The name in a slice that ends with a colon. */
function memberName(bytes: Uint8Array, label: Slice): string {
  const [name, ...others] = Object.keys(JSON.parse(`{${text(bytes, label)}null}`));
  if (name === undefined || others.length > 0) throw new SyntaxError("expected one name before a value");
  return name;
}
