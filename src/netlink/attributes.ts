/**
 * Netlink attributes (struct nlattr of linux/netlink.h): type, length and value, each padded to four bytes.
 *
 * Invariants: nothing outside of the given bytes is read, and a value with the wrong size for its type is malformed. Numbers are in
 * the byte order of the machine, which is little-endian on every target.
 */
import { MalformedMessage } from "./error.ts";

const HEADER_BYTES = 4;
const ALIGNMENT = 4;
/** The mask of a type without the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
const TYPE_MASK = 0x3fff;
const NESTED = 0x8000;

export function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/** The attributes of a message or of an attribute. Of several attributes with one type the last counts, as in the kernel. */
export class Attributes {
  readonly #values = new Map<number, Uint8Array>();
  /** In the order of the message, also where a type repeats (which makes a list). */
  readonly entries: readonly (readonly [number, Uint8Array])[];

  /** @throws MalformedMessage */
  constructor(bytes: Uint8Array) {
    const view = viewOf(bytes);
    const entries: (readonly [number, Uint8Array])[] = [];
    for (let at = 0; at < bytes.length; ) {
      if (bytes.length - at < HEADER_BYTES) throw new MalformedMessage("an attribute's header is cut off");
      const length = view.getUint16(at, true);
      const type = view.getUint16(at + 2, true) & TYPE_MASK;
      if (length < HEADER_BYTES || length > bytes.length - at) {
        throw new MalformedMessage(
          `attribute ${type} claims ${length} bytes where ${bytes.length - at} are left`,
        );
      }
      const value = bytes.subarray(at + HEADER_BYTES, at + length);
      this.#values.set(type, value);
      entries.push([type, value]);
      at += aligned(length);
    }
    this.entries = entries;
  }

  /** The values of a list. */
  get all(): readonly Uint8Array[] {
    return this.entries.map(([, value]) => value);
  }

  has(type: number): boolean {
    return this.#values.has(type);
  }

  u8(type: number): number | undefined {
    return this.#sized(type, 1)?.getUint8(0);
  }

  u16(type: number): number | undefined {
    return this.#sized(type, 2)?.getUint16(0, true);
  }

  u32(type: number): number | undefined {
    return this.#sized(type, 4)?.getUint32(0, true);
  }

  /** Text up to its NUL byte. */
  text(type: number): string | undefined {
    const value = this.#values.get(type);
    if (value === undefined) return undefined;
    const end = value.indexOf(0);
    return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
  }

  bytes(type: number): Uint8Array | undefined {
    return this.#values.get(type);
  }

  /** @throws MalformedMessage */
  nested(type: number): Attributes | undefined {
    const value = this.#values.get(type);
    return value === undefined ? undefined : new Attributes(value);
  }

  #sized(type: number, size: number): DataView | undefined {
    const value = this.#values.get(type);
    if (value === undefined) return undefined;
    if (value.length !== size) {
      throw new MalformedMessage(`attribute ${type} has ${value.length} bytes; expected ${size}`);
    }
    return viewOf(value);
  }
}

/** Type and value of each attribute, in their order. @throws MalformedMessage */
export function attributesIn(bytes: Uint8Array): readonly (readonly [number, Uint8Array])[] {
  return new Attributes(bytes).entries;
}

export function u8Attribute(type: number, value: number): Uint8Array {
  return attribute(type, Uint8Array.of(value));
}

export function u16Attribute(type: number, value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  viewOf(bytes).setUint16(0, value, true);
  return attribute(type, bytes);
}

export function u32Attribute(type: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return attribute(type, bytes);
}

export function textAttribute(type: number, value: string): Uint8Array {
  return attribute(type, new TextEncoder().encode(`${value}\0`));
}

export function nestedAttribute(type: number, attributes: readonly Uint8Array[]): Uint8Array {
  return attribute(type | NESTED, concatenate(attributes));
}

/** One attribute, with its padding. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const length = HEADER_BYTES + value.length;
  const bytes = new Uint8Array(aligned(length));
  const view = viewOf(bytes);
  view.setUint16(0, length, true);
  view.setUint16(2, type, true);
  bytes.set(value, HEADER_BYTES);
  return bytes;
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
