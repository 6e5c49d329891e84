/**
 * Reads what a command writes no faster than what it makes us do allows: whoever writes without end is read slowly, and has
 * to wait in its own write(2).
 *
 * Invariants: what was asked for costs nothing, however much comes at once, and however long a line is. Lines are heard in
 * order, and while they wait nothing more is read than was read with them.
 */
import type { Readable } from "node:stream";
import { TokenBucket, type TokenBucketOptions } from "../../token-bucket.ts";
import type { LineSplitter } from "./lines.ts";

/** What comes unasked may cost so much at once, and so much a second: a line and a KiB are one each. */
const UNASKED: TokenBucketOptions = { burst: 10_000, refillMs: 1, longestWaitMs: 5000 };
/** What a piece of a line costs, whatever its length. */
const PIECE = 0.1;

export interface ThrottledLinesOptions {
  readonly splitter: LineSplitter;
  /** @returns what the line has cost; 0: it was asked for */
  onLine(line: string): number;
  /** A line is longer than the splitter allows; nothing more is heard. */
  onRefused(): void;
}

interface Line {
  readonly text: Buffer;
  /** What its pieces have cost, before it was known what the line is. */
  readonly paid: number;
}

export class ThrottledLines {
  readonly #stream: Readable;
  readonly #options: ThrottledLinesOptions;
  readonly #bucket = new TokenBucket(UNASKED, performance.now());
  #waiting: readonly Line[] = [];
  /** What the pieces of the line have cost that has no end yet. */
  #paid = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isFree = false;
  #isClosed = false;

  constructor(stream: Readable, options: ThrottledLinesOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  /** Who wrote is gone: what is left is little, and is heard at once. */
  hurry(): void {
    this.#isFree = true;
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

  /** Nobody asks for lines without end, or for one byte at a time; for a long line somebody may have asked. */
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
