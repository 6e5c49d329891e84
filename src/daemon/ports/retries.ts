/**
 * Back-off for each logical port that only time can help. The clock decides when the port is tried again, never the decision.
 *
 * Invariant: at most one timer for each port. The delay doubles from one second to a minute, with jitter so that not all ports
 * are due at once, and starts over when the decision about the port changes.
 */
import type { Environment } from "ovsdb-jsonrpc";

const FIRST_DELAY_MS = 1000;
const LAST_DELAY_MS = 60_000;
/** The largest share by which jitter lengthens the delay. */
const JITTER = 0.25;

interface Entry {
  failures: number;
  timer: (() => void) | null;
  dueAt: number;
}

export interface RetriesOptions {
  readonly due: (lport: string) => void;
  readonly environment: Environment;
}

export class Retries {
  readonly #due: (lport: string) => void;
  readonly #environment: Environment;
  readonly #entries = new Map<string, Entry>();

  constructor(options: RetriesOptions) {
    this.#due = options.due;
    this.#environment = options.environment;
  }

  /**
   * Schedules another try; does nothing when a try is scheduled.
   * @param failures the smallest number of failures to count
   */
  schedule(lport: string, failures = 0): void {
    const entry = this.#entries.get(lport) ?? { failures: 0, timer: null, dueAt: 0 };
    this.#entries.set(lport, entry);
    if (entry.timer !== null) return;
    entry.failures = Math.max(entry.failures, failures);
    const delay = this.#delay(entry.failures);
    entry.failures++;
    entry.dueAt = this.#environment.now() + delay;
    entry.timer = this.#environment.timer(delay, () => {
      entry.timer = null;
      this.#due(lport);
    });
  }

  /** Cancels the timer and keeps the count of failures: the port is decided anew for another reason. */
  suspend(lport: string): void {
    const entry = this.#entries.get(lport);
    if (entry === undefined || entry.timer === null) return;
    entry.timer();
    entry.timer = null;
  }

  /** Cancels the timer and the count of failures: the next delay is the first again. */
  reset(lport: string): void {
    this.suspend(lport);
    this.#entries.delete(lport);
  }

  /** The time of the next try, in milliseconds since the epoch; null: no try is scheduled. */
  dueAt(lport: string): number | null {
    const entry = this.#entries.get(lport);
    return entry === undefined || entry.timer === null ? null : entry.dueAt;
  }

  stop(): void {
    for (const lport of [...this.#entries.keys()]) this.reset(lport);
  }

  #delay(failures: number): number {
    return delayAfter(failures) * (1 + JITTER * this.#environment.random());
  }
}

function delayAfter(failures: number): number {
  return Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
}

/** The longest delay with jitter, in milliseconds. */
export function longestDelay(failures: number): number {
  return delayAfter(failures) * (1 + JITTER);
}
