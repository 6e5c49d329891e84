/**
 * Back-off, per logical port: when a port that only time can help is to be asked for again. The clock decides when
 * the question is put again, never what is decided.
 *
 * Invariant: at most one timer per port; its delay doubles from one second to a minute, with jitter so that many ports
 * do not come due at once, and starts over when the port is decided otherwise.
 */
import type { Environment } from "ovsdb-jsonrpc";

const FIRST_DELAY_MS = 1000;
const LAST_DELAY_MS = 60_000;
/** The delay is lengthened by up to this share of it. */
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
   * The port needs another try; does nothing when one is scheduled.
   * @param failures at least so many are counted
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

  /** The port is decided anew for another reason: the timer ends, the count of failures stays. */
  suspend(lport: string): void {
    const entry = this.#entries.get(lport);
    if (entry === undefined || entry.timer === null) return;
    entry.timer();
    entry.timer = null;
  }

  /** The port needs no other try, or for another reason: the next delay is the first again. */
  reset(lport: string): void {
    this.suspend(lport);
    this.#entries.delete(lport);
  }

  /** Milliseconds since the epoch, or null when no try is scheduled. */
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

/** Milliseconds, the jitter included. */
export function longestDelay(failures: number): number {
  return delayAfter(failures) * (1 + JITTER);
}
