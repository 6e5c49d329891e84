/**
 * Writes to the standard input of a program, and counts the bytes that the program has not read. The runtime's own stream
 * takes every byte, and always says that no bytes wait.
 *
 * Invariants: one piece is on its way at a time, so the count is exact to one piece. Nothing is written after `end`, and text
 * for a broken pipe is lost.
 */
import type { Writable } from "node:stream";

/** Texts are written together, up to about this number of bytes: the program reads one piece while the next is made. */
const PIECE_BYTES = 1 << 20;

export class PipeWriter {
  readonly #pipe: Writable;
  readonly #onLess: () => void;
  #waiting: Buffer[] = [];
  #unread = 0;
  #isWriting = false;
  #isEnding = false;
  #isBroken = false;

  /** @param onLess called when the number of unread bytes falls */
  constructor(pipe: Writable, onLess: () => void) {
    this.#pipe = pipe;
    this.#onLess = onLess;
    pipe.on("error", () => this.#break());
  }

  /** The bytes that were written and not read yet, without those in the system's buffer. */
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

  /** Ends the input after all text that was written. */
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
