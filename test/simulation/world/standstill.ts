/**
 * How something stands still, as by SIGSTOP, and goes on. What comes meanwhile waits, and is done afterwards in the order in which
 * it came, each in an event of its own, also when it stands still again before the last of it is done.
 */
import type { Event, Scheduler } from "./scheduler.ts";

export class Standstill {
  readonly #scheduler: Scheduler;
  readonly #waiting: (() => void)[] = [];
  #until = 0;
  #next: Event | null = null;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Stands still for so many milliseconds, or for longer when it was to stand still for longer. */
  begin(milliseconds: number): void {
    this.#until = Math.max(this.#until, this.#scheduler.now + milliseconds);
  }

  /** Goes on now. */
  end(): void {
    this.#until = this.#scheduler.now;
    if (this.#waiting.length > 0) this.#plan();
  }

  /** Does it now, or in its turn after a standstill. */
  enter(run: () => void): void {
    if (this.#waiting.length === 0 && this.#until <= this.#scheduler.now) {
      run();
      return;
    }
    this.#waiting.push(run);
    if (this.#waiting.length === 1) this.#plan();
  }

  #plan(): void {
    if (this.#next !== null) this.#next.canceled = true;
    this.#next = this.#scheduler.at(this.#until, () => this.#goOn());
  }

  #goOn(): void {
    this.#next = null;
    if (this.#until <= this.#scheduler.now) {
      this.#waiting[0]?.();
      this.#waiting.shift();
    }
    if (this.#waiting.length > 0) this.#plan();
  }
}
