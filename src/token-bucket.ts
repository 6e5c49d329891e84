/**
 * A token bucket: `burst` tokens at once, then one token every `refillMs` milliseconds.
 *
 * Invariants: the bucket never holds more than the burst. Nothing here reads a clock: the time is an argument, in milliseconds
 * of any clock.
 */
export interface TokenBucketOptions {
  readonly burst: number;
  /** The milliseconds that one token takes to come. */
  readonly refillMs: number;
  /** The longest wait in milliseconds, whatever was taken; absent: no bound. */
  readonly longestWaitMs?: number;
}

export class TokenBucket {
  readonly #options: TokenBucketOptions;
  readonly #fullMs: number;
  /** The tokens left, in milliseconds of refill; less than 0: more tokens were taken than there were. */
  #leftMs: number;
  #filledAt: number;

  constructor(options: TokenBucketOptions, now: number) {
    this.#options = options;
    this.#fullMs = options.burst * options.refillMs;
    this.#leftMs = this.#fullMs;
    this.#filledAt = now;
  }

  /** The number of tokens left; less than 0: more tokens were taken than there were. */
  left(now: number): number {
    this.#fill(now);
    return this.#leftMs / this.#options.refillMs;
  }

  isFull(now: number): boolean {
    this.#fill(now);
    return this.#leftMs === this.#fullMs;
  }

  /** Takes tokens. @param tokens may be more than there are; less than 0: gives tokens back */
  take(tokens: number, now: number): void {
    this.#fill(now);
    const { refillMs, longestWaitMs = Infinity } = this.#options;
    this.#leftMs = Math.max(-longestWaitMs, Math.min(this.#fullMs, this.#leftMs - tokens * refillMs));
  }

  /** The milliseconds until a token may be taken; 0: now. */
  waitMs(now: number): number {
    this.#fill(now);
    return this.#leftMs > 0 ? 0 : 1 - this.#leftMs;
  }

  #fill(now: number): void {
    // Without the bound of 0, a clock that was set back would stop the refill until the clock has caught up.
    const passed = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    this.#leftMs = Math.min(this.#fullMs, this.#leftMs + passed);
  }
}
