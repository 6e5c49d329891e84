/**
 * Writes into a program's standard input, and knows how many bytes of it the program has still to read. The runtime's own
 * stream takes everything, and says of whatever waits in it that nothing waits.
 *
 * Invariants: one piece is on its way at a time, so that what is not read is known to a piece. Nothing is written after the
 * end, and what is written to a pipe that broke is lost.
 */
import type { Writable } from "node:stream";

/** Texts are written together, up to about so many bytes: the program reads while the next piece is being made. */
const PIECE_BYTES = 1 << 20;

export class PipeWriter {
  readonly #pipe: Writable;
  readonly #onLess: () => void;
  #waiting: Buffer[] = [];
  #unread = 0;
  #isWriting = false;
  #isEnding = false;
  #isBroken = false;

  /** @param onLess called when there is less to be read than before */
  constructor(pipe: Writable, onLess: () => void) {
    this.#pipe = pipe;
    this.#onLess = onLess;
    pipe.on("error", () => this.#break());
  }

  /** Bytes that were written and not read yet, besides what the system has room for. */
  get unread(): number {
    return this.#unread;
  }

  write(text: string): void {
    if (this.#isBroken || this.#isEnding) return;
    const bytes = Buffer.from(text);
    this.#unread += bytes.length;
    this.#waiting.push(bytes);
    this.#writeNext();
  }

  /** The end of the input, after all that was written. */
  end(): void {
    this.#isEnding = true;
    this.#writeNext();
  }

  #writeNext(): void {
    if (this.#isWriting || this.#isBroken) return;
    const piece = this.#takePiece();
    if (piece.length === 0) {
      if (this.#isEnding) this.#pipe.end();
      return;
    }
    this.#isWriting = true;
    this.#pipe.write(piece, (error) => {
      this.#isWriting = false;
      if (error != null) this.#break();
      if (this.#isBroken) return;
      this.#unread -= piece.length;
      this.#onLess();
      this.#writeNext();
    });
  }

  #takePiece(): Buffer {
    let [count, length] = [0, 0];
    while (count < this.#waiting.length && length < PIECE_BYTES)
      length += this.#waiting[count++]?.length ?? 0;
    return Buffer.concat(this.#waiting.splice(0, count));
  }

  #break(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#waiting = [];
    this.#unread = 0;
    this.#onLess();
  }
}
