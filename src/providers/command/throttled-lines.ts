/**
 * Reads the output of a command, and bounds the work that the output causes. A command that writes without end is read slowly,
 * and waits in its own write(2).
 *
 * Invariants: answers to questions cost nothing, whatever their number and length. Lines are taken in order. While lines wait,
 * nothing more is read.
 */
import type { Readable } from "node:stream";
import { TokenBucket, type TokenBucketOptions } from "../../token-bucket.ts";
import type { LineSplitter } from "./lines.ts";

/** Output that nobody asked for may cost `burst` at once, then 1 in each `refillMs`: a line costs 1, and a KiB costs 1. */
const UNASKED: TokenBucketOptions = { burst: 10_000, refillMs: 1, longestWaitMs: 5000 };
/** The cost of a piece of a line, beside its length. */
const PIECE = 0.1;

export interface ThrottledLinesOptions {
  readonly splitter: LineSplitter;
  /** Takes a line. @returns the cost of the line; 0: somebody asked for the line */
  onLine(line: string): number;
  /** Called when a line is longer than the splitter allows; no line follows. */
  onRefused(): void;
}

interface Line {
  readonly text: Buffer;
  /** The cost of its pieces, paid before the content of the line was known. */
  readonly paid: number;
}

export class ThrottledLines {
  readonly #stream: Readable;
  readonly #options: ThrottledLinesOptions;
  readonly #bucket = new TokenBucket(UNASKED, performance.now());
  #waiting: readonly Line[] = [];
  /** The cost so far of the line that is not complete yet. */
  #paid = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isFree = false;
  #isClosed = false;

  constructor(stream: Readable, options: ThrottledLinesOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  /** The writer has ended: the rest of its output is short, and is read at once. */
  hurry(): void {
    this.#isFree = true;
    this.#hear();
  }

  /** Nothing follows: hears the lines that wait, and what stands after the last line end. */
  end(): void {
    if (this.#isClosed) return;
    this.hurry();
    const rest = this.#options.splitter.end();
    if (rest !== null && !this.#isClosed) this.#options.onLine(String(rest));
    this.close();
  }

  /** Takes no more lines. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#wait(null);
    this.#stream.resume();
  }

  #take(chunk: Buffer): void {
    if (this.#isClosed) return;
    const texts = this.#options.splitter.push(chunk);
    if (texts === null) {
      this.close();
      this.#options.onRefused();
      return;
    }
    if (texts.length === 0) this.#pay(PIECE + chunk.length / 1024);
    else {
      const lines = texts.map((text, index) => ({ text, paid: index === 0 ? this.#paid : 0 }));
      this.#paid = 0;
      this.#waiting = this.#waiting.length === 0 ? lines : [...this.#waiting, ...lines];
    }
    if (this.#timer === null) this.#hear();
  }

  /** Charges for a piece at once. A long line may be an answer; then its cost is paid back at the end of the line. */
  #pay(cost: number): void {
    this.#paid += cost;
    this.#bucket.take(cost, performance.now());
  }

  #hear(): void {
    this.#wait(null);
    const lines = this.#waiting;
    let heard = 0;
    let wait = this.#waitMs();
    for (const { text, paid } of lines) {
      if (wait > 0) break;
      heard++;
      const cost = this.#options.onLine(String(text));
      if (this.#isClosed) return;
      this.#bucket.take(cost === 0 ? -paid : Math.max(0, cost - paid), performance.now());
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
    return this.#isFree ? 0 : this.#bucket.waitMs(performance.now());
  }

  #wait(milliseconds: number | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = milliseconds === null ? null : setTimeout(() => this.#hear(), milliseconds);
  }
}
