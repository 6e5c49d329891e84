/**
 * For how long it counts that a port's interface had to go because it had become somebody else's (rule U7). It only says
 * when that is over; what follows from it is decided by the graph.
 *
 * Invariant: at most one timer per port.
 */
import type { Environment } from "ovsdb-jsonrpc";
import { longestDelay } from "./retries.ts";

/** Once within this is nobody's fault; twice is. */
const SHORT_WHILE_MS = 60_000;

export interface RelapsesOptions {
  readonly environment: Environment;
  /** It does not count any more for this port. */
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
   * The interface has just gone.
   * @param times how often in a row; from the second time on the port is plugged again with back-off, which does not
   *   use up the time in which the next one counts
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

  /** For good. */
  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
  }
}
