/**
 * The time for which a removal counts that was due to another owner of the interface (rule U7). The class only tells when the
 * time is over; the graph decides what follows.
 *
 * Invariant: at most one timer per port.
 */
import type { Environment } from "ovsdb-jsonrpc";
import { longestDelay } from "./retries.ts";

/** The time for which a removal counts, in milliseconds. */
const SHORT_WHILE_MS = 60_000;

export interface RelapsesOptions {
  readonly environment: Environment;
  /** Called when the removal does not count any more for this port. */
  readonly over: (lport: string) => void;
}

export class Relapses {
  readonly #over: (lport: string) => void;
  readonly #environment: Environment;
  readonly #timers = new Map<string, () => void>();

  constructor({ over, environment }: RelapsesOptions) {
    this.#over = over;
    this.#environment = environment;
  }

  /**
   * Notes that the interface was removed.
   * @param times the removals in a row; from the second removal on the port is plugged again with back-off, and the back-off is
   *   added to the time
   */
  begin(lport: string, times: number): void {
    this.#timers.get(lport)?.();
    const backOff = times < 2 ? 0 : longestDelay(times - 2);
    const timer = this.#environment.timer(SHORT_WHILE_MS + backOff, () => {
      this.#timers.delete(lport);
      this.#over(lport);
    });
    this.#timers.set(lport, timer);
  }

  /** Cancels all timers. */
  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
  }
}
