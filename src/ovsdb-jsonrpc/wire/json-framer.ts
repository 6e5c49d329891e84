/**
 * Splits a byte stream into its JSON texts (RFC 7047 section 4.1: no separator between them).
 *
 * Invariants: every byte is read once, whatever the chunks are. The bytes of an unfinished text are kept once, in large blocks even
 * when they arrive one by one, and joined once. The framer finds only borders, and the parser finds invalid JSON; but a stream that
 * cannot be a sequence of objects or arrays, or breaks a limit, is an error at once. The framer also notes where a long text can be
 * cut (json-outline.ts).
 */
import { err, ok, type Result } from "../result.ts";
import { type LongObject, MAX_DEPTH, Outliner } from "./json-outline.ts";

/** The limits on the texts of a peer; a text beyond them is an error. */
export interface FramerLimits {
  /** Deepest nesting of arrays and objects; default 1,000, as ovsdb-server's own. */
  readonly maxDepth?: number;
  /** Longest text in bytes; default 256 MiB. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_DEPTH = 1000;
const DEFAULT_MAX_BYTES = 2 ** 28;

/** The size of a slice, in bytes: shorter texts are parsed as a whole. */
const SLICE_BYTES = 2 ** 16;

/** The limit on white space between two texts: a server sends none, or a line end. */
const MAX_SPACE_BYTES = 2 ** 16;

/** Shorter parts are copied together: otherwise each part would cost a view, and keep its whole chunk in memory. */
const SHORT_BYTES = 2 ** 12;
const BLOCK_BYTES = 2 ** 16;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Finds where each JSON text of a stream of bytes ends. */
export class JsonFramer {
  readonly #maxDepth: number;
  readonly #maxBytes: number;
  readonly #outliner: Outliner;
  #chunks: Uint8Array[] = [];
  /** The block for short parts, and its used bytes. */
  #block: Uint8Array | null = null;
  #used = 0;
  #length = 0;
  #space = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** @param sliceBytes the longest run of an object's members that is not cut, in bytes */
  constructor(limits: FramerLimits = {}, sliceBytes: number = SLICE_BYTES) {
    this.#maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH;
    this.#maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#outliner = new Outliner(sliceBytes);
  }

  /** True while the last text is incomplete: an end of the stream now is a truncation. */
  get pending(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes the next bytes; calls `onText` with each text that they complete, and with the long objects in it. After an error
   * the stream is lost.
   */
  push(
    chunk: Uint8Array,
    onText: (text: Uint8Array, long: readonly LongObject[]) => void,
  ): Result<void, string> {
    const outliner = this.#outliner;
    // Local variables halve the time of a loop over millions of bytes.
    let depth = this.#depth;
    let inString = this.#inString;
    let start = 0;
    // The difference between an offset in the text and in the chunk.
    let base = this.#length;
    for (let i = 0; i < chunk.length; i++) {
      if (inString) {
        i = this.#stringEnd(chunk, i);
        inString = i === chunk.length;
        continue;
      }
      const byte = chunk[i];
      if (byte === QUOTE && depth > 0) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (depth === 0) {
          start = i;
          base = -i;
          this.#space = 0;
        }
        depth++;
        if (depth > this.#maxDepth) return err(`a message nested deeper than ${this.#maxDepth} levels`);
        if (depth <= MAX_DEPTH) outliner.open(depth, base + i, byte === OPEN_BRACE);
      } else if (depth === 0) {
        if (!isSpace(byte)) return err(unexpected(byte));
        if (++this.#space > MAX_SPACE_BYTES) return err(`more than ${MAX_SPACE_BYTES} bytes of white space`);
        start = i + 1;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth <= MAX_DEPTH) outliner.close(depth, base + i, byte === CLOSE_BRACE);
        depth--;
        if (depth === 0) {
          if (this.#length + i + 1 - start > this.#maxBytes) return err(this.#tooLong());
          onText(this.#complete(part(chunk, start, i + 1)), outliner.take());
          start = i + 1;
        }
      } else if (depth <= MAX_DEPTH) {
        if (byte === COMMA) outliner.comma(depth, base + i);
        else if (byte === COLON) outliner.colon(depth, base + i);
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    if (start < chunk.length) {
      if (this.#length + chunk.length - start > this.#maxBytes) {
        this.#forget();
        return err(this.#tooLong());
      }
      this.#keep(part(chunk, start, chunk.length));
    }
    return ok(undefined);
  }

  #keep(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (bytes.length >= SHORT_BYTES) {
      this.#sealBlock();
      this.#chunks.push(bytes);
      return;
    }
    if (this.#block === null || this.#used + bytes.length > this.#block.length) {
      this.#sealBlock();
      this.#block = new Uint8Array(BLOCK_BYTES);
    }
    this.#block.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #sealBlock(): void {
    if (this.#block !== null) this.#chunks.push(this.#block.subarray(0, this.#used));
    this.#block = null;
    this.#used = 0;
  }

  #forget(): void {
    this.#chunks = [];
    this.#block = null;
    this.#used = 0;
    this.#length = 0;
  }

  /** The offset of the quote that ends a string which goes on at `start`; the length of the chunk: no quote. */
  #stringEnd(chunk: Uint8Array, start: number): number {
    let i = start;
    let escaped = this.#escaped;
    while (i < chunk.length && (escaped || chunk[i] !== QUOTE)) {
      escaped = !escaped && chunk[i] === BACKSLASH;
      i++;
    }
    this.#escaped = escaped;
    return i;
  }

  #complete(tail: Uint8Array): Uint8Array {
    if (this.#length === 0) return tail;
    this.#sealBlock();
    this.#chunks.push(tail);
    const text = new Uint8Array(this.#length + tail.length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      text.set(chunk, offset);
      offset += chunk.length;
    }
    this.#forget();
    return text;
  }

  #tooLong(): string {
    return `a message longer than ${this.#maxBytes} bytes`;
  }
}

/** A part of a chunk. Most chunks are one whole text, and a view would be the largest cost of such a chunk. */
function part(chunk: Uint8Array, start: number, end: number): Uint8Array {
  return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function unexpected(byte: number | undefined): string {
  return `byte 0x${(byte ?? 0).toString(16).padStart(2, "0")} where an object or array should begin`;
}
