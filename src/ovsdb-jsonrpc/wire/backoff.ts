/**
 * Decides when to connect again, similar to Open vSwitch's reconnect module: after 1 s at first, doubled up to 8 s. Only a
 * connection that lasted as long as the longest wait resets the delay: otherwise every client would ask without end a server that
 * serves for a moment and fails again and again. Free tries have no delay: at the beginning one for each remote, up to the size of
 * any cluster.
 */

import { MAX_TIMER_MS } from "./environment.ts";

/** How long to wait between attempts to connect: the shortest wait, which doubles up to the longest. */
export interface BackoffLimits {
  /** Milliseconds of the first wait. */
  readonly minMs: number;
  /** Milliseconds of the longest wait. A connection that lasted so long begins the waits anew. */
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: BackoffLimits = { minMs: 1000, maxMs: 8000 };

/** The limit on free tries: without it, a client with thousands of remotes would try hundreds in a second. */
const MAX_FREE_TRIES = 32;

export class Backoff {
  readonly #limits: BackoffLimits;
  #delayMs = 0;
  #freeTries = 0;

  /** @param tries the number of free tries */
  constructor(tries: number, limits: BackoffLimits = DEFAULT_BACKOFF) {
    const { minMs, maxMs } = limits;
    this.#limits = { minMs: Math.min(minMs, MAX_TIMER_MS), maxMs: Math.min(maxMs, MAX_TIMER_MS) };
    this.grant(tries);
  }

  /** The last answer of `next`. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Whether a connection has lasted. @param connectedMs null: there was no connection */
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

  /** Grants free tries, up to the limit. */
  grant(tries: number): void {
    this.#freeTries = Math.min(tries, MAX_FREE_TRIES);
  }
}
