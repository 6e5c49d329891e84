/** Cuts a stream of bytes into lines. A bound limits the memory of each line. */

/** What happens to a longer line: the splitter refuses the line, or cuts the line. */
export type Overlong = "refuse" | "cut";

const NOTHING = Buffer.alloc(0);

export class LineSplitter {
  readonly #maxBytes: number;
  readonly #overlong: Overlong;
  /** The bytes of the unfinished line, in one buffer with room for more: a list of pieces would cost a hundred times its bytes. */
  #rest: Buffer = NOTHING;
  #restBytes = 0;

  constructor(maxBytes: number, overlong: Overlong) {
    this.#maxBytes = maxBytes;
    this.#overlong = overlong;
  }

  /** @returns the lines that are complete now; null: a line is longer than the bound, and is refused */
  push(chunk: Buffer): readonly Buffer[] | null {
    const lines: Buffer[] = [];
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, from);
      if (!this.#take(chunk.subarray(from, end < 0 ? undefined : end))) return null;
      if (end < 0) return lines;
      lines.push(this.#takeRest());
      from = end + 1;
    }
  }

  /** @returns what stands after the last line end, which is a line, too, when nothing follows; null: nothing */
  end(): Buffer | null {
    return this.#restBytes === 0 ? null : this.#takeRest();
  }

  #takeRest(): Buffer {
    const rest = this.#rest.subarray(0, this.#restBytes);
    this.#rest = NOTHING;
    this.#restBytes = 0;
    return rest;
  }

  /** @returns whether there was room for the piece */
  #take(piece: Buffer): boolean {
    const room = this.#maxBytes - this.#restBytes;
    if (piece.length > room && this.#overlong === "refuse") return false;
    const kept = piece.subarray(0, room);
    const bytes = this.#restBytes + kept.length;
    if (bytes > this.#rest.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes, 2 * this.#rest.length));
      this.#rest.copy(larger, 0, 0, this.#restBytes);
      this.#rest = larger;
    }
    kept.copy(this.#rest, this.#restBytes);
    this.#restBytes = bytes;
    return true;
  }
}
