/**
 * When to connect again, as Open vSwitch's reconnect module decides it: after 1 s at first, doubled up to 8 s,
 * started over after a connection that lasted longer than the present back-off. Free tries, one for each remote in
 * the beginning, are not waited for.
 */

export const MIN_BACKOFF_MS = 1000;
export const MAX_BACKOFF_MS = 8000;

export class Backoff {
  #delayMs = 0;
  #freeTries: number;

  /** `tries` attempts in a row are made without waiting. */
  constructor(tries: number) {
    this.#freeTries = tries;
  }

  /** What the last answer was. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Milliseconds before the next attempt; `connectedMs` is how long the lost connection lasted, null if it never was. */
  next(connectedMs: number | null): number {
    if (this.#freeTries > 1) {
      this.#freeTries--;
      this.#delayMs = 0;
    } else if (this.#delayMs < MIN_BACKOFF_MS || (connectedMs !== null && connectedMs >= this.#delayMs)) {
      this.#delayMs = MIN_BACKOFF_MS;
    } else {
      this.#delayMs = Math.min(this.#delayMs * 2, MAX_BACKOFF_MS);
    }
    return this.#delayMs;
  }

  /** Lets `tries` attempts in a row be made without waiting. */
  grant(tries: number): void {
    this.#freeTries = tries;
  }
}
