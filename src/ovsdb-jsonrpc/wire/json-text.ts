/**
 * Parses a complete JSON text given as UTF-8 bytes.
 *
 * A short text is parsed whole. A long one is taken apart first: an object in it that is long and has no long member
 * becomes a `LargeObject`, whose members are parsed a slice at a time when they are asked for. The 100,000 rows of a
 * snapshot are so never all there as JSON values, which would take several times the memory of the rows themselves.
 * Every byte is looked at once to find the cuts; everything between them goes through `JSON.parse`.
 */

import { isArray, isObject } from "./json.ts";
import type { Container, Part, Slice } from "./json-outline.ts";

/** A shorter text costs less when it is parsed whole. */
const SLICED_BYTES = 2 ** 18;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A parser of JSON texts: `JSON.parse`, or one that keeps more of them. */
export type Parse = (text: string) => unknown;

/**
 * Throws `SyntaxError` for bytes that are not UTF-8 or not JSON. Where a long value stands among members of which two
 * have the same name, it throws as well: what the lost one holds would never be looked at.
 */
export function parseJsonText(
  bytes: Uint8Array,
  outline: Container | null,
  parse: Parse = JSON.parse,
  slicedBytes = SLICED_BYTES,
): unknown {
  if (outline === null || bytes.length <= slicedBytes) return parse(decode(bytes));
  return new Builder(bytes, parse).value(outline);
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
  readonly members: Members = (take) => {
    for (const slice of this.#slices) {
      const object = parseObject(this.#bytes, slice, this.#parse);
      const names = Object.keys(object);
      if (names.length === 0 && this.#slices.length > 1) throw new SyntaxError("a member is missing");
      for (const name of names) take(name, object[name]);
    }
  };
}

/** Hands each member of an object to `take`. A call for each costs less than a pair for each to iterate over. */
export type Members = (take: (name: string, value: unknown) => void) => void;

/** The members of a JSON object, whichever way it was parsed; null for any other value. */
export function objectMembers(value: unknown): Members | null {
  if (value instanceof LargeObject) return value.members;
  if (!isObject(value)) return null;
  return (take) => {
    for (const name of Object.keys(value)) take(name, value[name]);
  };
}

/** The value as plain JSON, with every large object in it made an ordinary one. */
export function plainJson(value: unknown): unknown {
  if (value instanceof LargeObject) {
    const members: (readonly [string, unknown])[] = [];
    value.members((name, item) => members.push([name, item]));
    return Object.fromEntries(members);
  }
  if (isArray(value)) return value.map(plainJson);
  if (!isObject(value) || Object.getPrototypeOf(value) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainJson(item)]));
}

/** Builds the value of a container that was outlined. */
class Builder {
  readonly #bytes: Uint8Array;
  readonly #parse: Parse;

  constructor(bytes: Uint8Array, parse: Parse) {
    this.#bytes = bytes;
    this.#parse = parse;
  }

  value(container: Container): unknown {
    if (container.broken) throw new SyntaxError("brackets or values that do not go together");
    for (const gap of container.gaps) this.#assertSpace(gap);
    return container.isArray ? this.#array(container.parts) : this.#object(container.parts);
  }

  #assertSpace({ start, end }: Slice): void {
    for (let i = start; i < end; i++)
      if (!isSpace(this.#bytes[i])) throw new SyntaxError("expected a comma after a value");
  }

  #array(parts: readonly Part[]): readonly unknown[] {
    const array: unknown[] = [];
    for (const part of parts) {
      const elements = parseArray(this.#bytes, part, this.#parse);
      const isWrong =
        part.value === undefined ? elements.length === 0 && parts.length > 1 : elements.length > 0;
      if (isWrong) throw new SyntaxError("an element is missing, or a comma");
      if (part.value !== undefined) array.push(this.value(part.value));
      else for (const element of elements) array.push(element);
    }
    return array;
  }

  #object(parts: readonly Part[]): unknown {
    if (parts.every(({ value }) => value === undefined))
      return new LargeObject(this.#bytes, parts, this.#parse);
    // Without a prototype, by which `plainJson` knows the objects that may hold large ones.
    const object: Record<string, unknown> = Object.create(null);
    for (const part of parts) {
      const members =
        part.value === undefined
          ? Object.entries(parseObject(this.#bytes, part, this.#parse))
          : [[memberName(this.#bytes, part), this.value(part.value)] as const];
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
