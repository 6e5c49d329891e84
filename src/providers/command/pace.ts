/**
 * Reads what a command writes no faster than what it makes us do allows: whoever writes without end is read slowly, and has
 * to wait in its own write(2).
 *
 * Invariants: what was asked for costs nothing, however much comes at once. Lines are heard in order, and while they wait
 * nothing more is read than was read with them.
 */
import type { Readable } from "node:stream";
import type { LineSplitter } from "./lines.ts";

/** What comes unasked may cost so much at once, and so much a second: a line, a KiB and a question are one each. */
const BURST = 10_000;
const A_SECOND = 1000;
const PIECE = 0.1;
/** Milliseconds that nobody is kept waiting for longer, whatever it has cost. */
const LONGEST_WAIT_MS = 5000;

export interface PacedLinesOptions {
  readonly splitter: LineSplitter;
  /** @returns what the line has cost; 0: it was asked for */
  onLine(line: string): number;
  /** A line is longer than the splitter allows; nothing more is heard. */
  onRefused(): void;
}

export class PacedLines {
  readonly #stream: Readable;
  readonly #options: PacedLinesOptions;
  #waiting: readonly Buffer[] = [];
  #left = BURST;
  #countedAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isUnpaced = false;
  #isClosed = false;

  constructor(stream: Readable, options: PacedLinesOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  /** Who wrote is gone: what is left is little, and is heard at once. */
  hurry(): void {
    this.#isUnpaced = true;
    this.#hear();
  }

  /** Nothing more is heard. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#wait(null);
    this.#stream.resume();
  }

  #take(chunk: Buffer): void {
    if (this.#isClosed) return;
    const lines = this.#options.splitter.push(chunk);
    if (lines === null) {
      this.close();
      this.#options.onRefused();
      return;
    }
    // A piece of a line costs its reading: nobody asks for lines without end, or for one byte at a time.
    if (lines.length === 0) this.#left -= PIECE + chunk.length / 1024;
    this.#waiting = this.#waiting.length === 0 ? lines : [...this.#waiting, ...lines];
    if (this.#timer === null) this.#hear();
  }

  #hear(): void {
    this.#wait(null);
    const lines = this.#waiting;
    let heard = 0;
    let wait = this.#waitMs();
    for (; wait === 0 && heard < lines.length; heard++) {
      this.#left -= this.#options.onLine(String(lines[heard]));
      if (this.#isClosed) return;
      wait = this.#waitMs();
    }
    this.#waiting = lines.slice(heard);
    if (wait === 0) this.#stream.resume();
    else {
      this.#stream.pause();
      this.#wait(wait);
    }
  }

  /** Milliseconds until the next line may be heard. */
  #waitMs(): number {
    if (this.#isUnpaced || this.#left > 0) return 0;
    const now = performance.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#countedAt) / 1000) * A_SECOND);
    this.#countedAt = now;
    if (this.#left > 0) return 0;
    const wait = (-this.#left / A_SECOND) * 1000 + 1;
    if (wait <= LONGEST_WAIT_MS) return wait;
    this.#left = (-LONGEST_WAIT_MS / 1000) * A_SECOND;
    return LONGEST_WAIT_MS;
  }

  #wait(milliseconds: number | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = milliseconds === null ? null : setTimeout(() => this.#hear(), milliseconds);
  }
}
