/**
 * Which ports have stayed in place for some minutes. It only says so; what follows from it is decided by the graph.
 *
 * Invariant: one timer, whatever the number of ports, and none while there is none to tell of. A port is told of once,
 * between one and two of its periods after it came.
 */
import type { Environment } from "ovsdb-jsonrpc";

const PERIOD_MS = 5 * 60_000;

export interface StableTimerOptions {
  readonly environment: Environment;
  /** These have stayed for a period at least, and are not looked at any longer. */
  readonly stable: (lports: readonly string[]) => void;
}

export class StableTimer {
  readonly #stable: (lports: readonly string[]) => void;
  /** Ports that came since the timer was last set, and those that were there then. */
  #young = new Set<string>();
  #old = new Set<string>();
  readonly #environment: Environment;
  #timer: (() => void) | null = null;

  constructor({ stable, environment }: StableTimerOptions) {
    this.#stable = stable;
    this.#environment = environment;
  }

  /** The port is in place; does nothing when that is known. */
  begin(lport: string): void {
    if (this.#old.has(lport)) return;
    this.#young.add(lport);
    this.#timer ??= this.#environment.timer(PERIOD_MS, () => this.#over());
  }

  /** It is not, or nothing is to be told of it. */
  end(lport: string): void {
    this.#young.delete(lport);
    this.#old.delete(lport);
  }

  /** For good. */
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
