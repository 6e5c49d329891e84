/**
 * When to connect again, much as Open vSwitch's reconnect module decides it: after 1 s at first, doubled up to 8 s. Only a
 * connection that lasted (as long as the longest wait) starts that over: a server that serves for a moment and then fails,
 * again and again, would otherwise be asked without end by each of its clients. Free tries, one for each remote in the
 * beginning, are not waited for, as long as the remotes are no more than the servers of any cluster.
 */

/** How long to wait between attempts to connect: the shortest wait, which doubles up to the longest. */
export interface BackoffLimits {
  /** Milliseconds of the first wait. */
  readonly minMs: number;
  /** Milliseconds of the longest wait. A connection that lasted so long begins the waits anew. */
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: BackoffLimits = { minMs: 1000, maxMs: 8000 };

/** A list of thousands of remotes would otherwise be gone through hundreds of times a second. */
const MAX_FREE_TRIES = 32;

export class Backoff {
  readonly #limits: BackoffLimits;
  #delayMs = 0;
  #freeTries = 0;

  /** `tries` attempts in a row are made without waiting. */
  constructor(tries: number, limits: BackoffLimits = DEFAULT_BACKOFF) {
    this.#limits = limits;
    this.grant(tries);
  }

  /** What the last answer was. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Whether a connection that was good for so long has lasted; null: there was none. */
  lasted(connectedMs: number | null): boolean {
    return connectedMs !== null && connectedMs >= this.#limits.maxMs;
  }

  /** Milliseconds before the next attempt; `connectedMs` is how long the lost connection lasted, null if it never was. */
  next(connectedMs: number | null): number {
    const { minMs, maxMs } = this.#limits;
    if (this.#freeTries > 1) {
      this.#freeTries--;
      this.#delayMs = 0;
    } else if (this.#delayMs < minMs || this.lasted(connectedMs)) {
      this.#delayMs = minMs;
    } else {
      this.#delayMs = Math.min(this.#delayMs * 2, maxMs);
    }
    return this.#delayMs;
  }

  /** Lets `tries` attempts in a row, and not many more than a cluster has servers, be made without waiting. */
  grant(tries: number): void {
    this.#freeTries = Math.min(tries, MAX_FREE_TRIES);
  }
}
