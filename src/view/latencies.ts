/**
 * How long it took from a change that was seen in the Southbound to the row that was committed for it: the last ones
 * for people, and all of them in the classes of a histogram.
 *
 * Invariant: what is kept is bounded, whatever the number of commits.
 */

export interface Latency {
  /** Counts the commits up from 1. */
  readonly seq: number;
  /** Of the commit, in milliseconds since the epoch. */
  readonly time: number;
  readonly milliseconds: number;
}

export interface Histogram {
  /** Upper bounds, in seconds, ascending. */
  readonly bounds: readonly number[];
  /** How many were within each bound and above the one before. */
  readonly counts: readonly number[];
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
}

const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const KEPT = 240;

export class Latencies {
  readonly #recent: Latency[] = [];
  readonly #counts: number[] = BOUNDS.map(() => 0);
  #count = 0;
  #sum = 0;

  add(time: number, milliseconds: number): void {
    const seconds = Math.max(0, milliseconds) / 1000;
    this.#count++;
    this.#sum += seconds;
    const index = BOUNDS.findIndex((bound) => seconds <= bound);
    if (index >= 0) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#recent.push({ seq: this.#count, time, milliseconds: Math.max(0, milliseconds) });
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  /** The last ones, oldest first. */
  get recent(): readonly Latency[] {
    return this.#recent;
  }

  get histogram(): Histogram {
    return { bounds: BOUNDS, counts: [...this.#counts], count: this.#count, sum: this.#sum };
  }
}
