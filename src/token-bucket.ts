/**
 * A token bucket: so many tokens at once, then one every so many milliseconds.
 *
 * Invariants: it never holds more than the burst, and is filled by every look at it. No clock is read here: the time is an
 * argument, in milliseconds of some clock.
 */
export interface TokenBucketOptions {
  readonly burst: number;
  /** Milliseconds in which one token comes. */
  readonly refillMs: number;
  /** Nobody is kept waiting for longer than so many milliseconds, whatever was taken; without it: as long as that takes. */
  readonly longestWaitMs?: number;
}

export class TokenBucket {
  readonly #options: TokenBucketOptions;
  readonly #fullMs: number;
  /** The milliseconds in which what is left came; less than 0: more was taken than there was. */
  #leftMs: number;
  #filledAt: number;

  constructor(options: TokenBucketOptions, now: number) {
    this.#options = options;
    this.#fullMs = options.burst * options.refillMs;
    this.#leftMs = this.#fullMs;
    this.#filledAt = now;
  }

  /** How many tokens there are; less than 0: more were taken. */
  left(now: number): number {
    this.#fill(now);
    return this.#leftMs / this.#options.refillMs;
  }

  isFull(now: number): boolean {
    this.#fill(now);
    return this.#leftMs === this.#fullMs;
  }

  /** @param tokens may be more than there are; less than 0: they are given back */
  take(tokens: number, now: number): void {
    this.#fill(now);
    const { refillMs, longestWaitMs = Infinity } = this.#options;
    this.#leftMs = Math.max(-longestWaitMs, Math.min(this.#fullMs, this.#leftMs - tokens * refillMs));
  }

  /** Milliseconds until there is something in it. */
  waitMs(now: number): number {
    this.#fill(now);
    return this.#leftMs > 0 ? 0 : 1 - this.#leftMs;
  }

  #fill(now: number): void {
    // A clock that was set back would otherwise give nothing until it has caught up.
    const passed = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    this.#leftMs = Math.min(this.#fullMs, this.#leftMs + passed);
  }
}
