/** Cuts a stream of bytes into lines. A bound limits the memory of each line. */

/** What happens to a longer line: the splitter refuses the line, or cuts the line. */
export type Overlong = "refuse" | "cut";

export class LineSplitter {
  readonly #maxBytes: number;
  readonly #overlong: Overlong;
  #rest: Buffer[] = [];
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
      lines.push(Buffer.concat(this.#rest));
      this.#rest = [];
      this.#restBytes = 0;
      from = end + 1;
    }
  }

  /** @returns what stands after the last line end, which is a line, too, when nothing follows; null: nothing */
  end(): Buffer | null {
    const rest = this.#restBytes === 0 ? null : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    return rest;
  }

  /** @returns whether there was room for the piece */
  #take(piece: Buffer): boolean {
    const room = this.#maxBytes - this.#restBytes;
    if (piece.length > room && this.#overlong === "refuse") return false;
    const kept = piece.subarray(0, room);
    if (kept.length > 0) this.#rest.push(kept);
    this.#restBytes += kept.length;
    return true;
  }
}
