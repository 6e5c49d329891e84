/**
 * When to connect again, as Open vSwitch's reconnect module decides it: 1 s at first, doubled up to 8 s, started
 * over after a connection that lasted longer than the current back-off. With several remotes each is tried once
 * without waiting.
 */

export const MIN_BACKOFF_MS = 1000;
export const MAX_BACKOFF_MS = 8000;

export class Backoff {
  #delayMs = 0;
  #freeTries: number;

  constructor(remotes: number) {
    this.#freeTries = remotes;
  }

  /** The present back-off: what the last answer was. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Milliseconds to wait before the next attempt; `connectedMs` is how long the lost connection lasted, 0 if it never was. */
  next(connectedMs: number): number {
    if (connectedMs > 0 && connectedMs >= this.#delayMs) this.#delayMs = MIN_BACKOFF_MS;
    else if (this.#freeTries > 1) {
      this.#freeTries--;
      return 0;
    } else if (this.#delayMs < MIN_BACKOFF_MS) this.#delayMs = MIN_BACKOFF_MS;
    else this.#delayMs = Math.min(this.#delayMs * 2, MAX_BACKOFF_MS);
    return this.#delayMs;
  }

  /** Grants one attempt per remote without waiting. */
  reset(remotes: number): void {
    this.#delayMs = 0;
    this.#freeTries = remotes;
  }
}
