/**
 * Tells which ports have stayed in place for some minutes; the graph decides what follows.
 *
 * Invariant: one timer for all ports, and no timer without a port. Each port is told once, one to two periods after it was put
 * in place.
 */
import type { Environment } from "ovsdb-jsonrpc";

const PERIOD_MS = 5 * 60_000;

export interface StableTimerOptions {
  readonly environment: Environment;
  /** Called with ports that have stayed for at least a period; these ports are forgotten. */
  readonly stable: (lports: readonly string[]) => void;
}

export class StableTimer {
  readonly #stable: (lports: readonly string[]) => void;
  /** The ports that came since the timer was last set, and the ports that came before. */
  #young = new Set<string>();
  #old = new Set<string>();
  readonly #environment: Environment;
  #timer: (() => void) | null = null;

  constructor({ stable, environment }: StableTimerOptions) {
    this.#stable = stable;
    this.#environment = environment;
  }

  /** Notes that the port is in place; does nothing when the port is noted already. */
  begin(lport: string): void {
    if (this.#old.has(lport)) return;
    this.#young.add(lport);
    this.#timer ??= this.#environment.timer(PERIOD_MS, () => this.#over());
  }

  /** Forgets the port. */
  end(lport: string): void {
    this.#young.delete(lport);
    this.#old.delete(lport);
  }

  /** Cancels the timer. */
  stop(): void {
    this.#timer?.();
  }

  #over(): void {
    const stable = [...this.#old];
    this.#old = this.#young;
    this.#young = new Set();
    this.#timer = this.#old.size === 0 ? null : this.#environment.timer(PERIOD_MS, () => this.#over());
    if (stable.length > 0) this.#stable(stable);
  }
}
