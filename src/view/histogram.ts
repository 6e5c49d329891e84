/** A histogram of durations, as Prometheus expects it. */

export interface HistogramReading {
  /** Upper bounds, in seconds, ascending. */
  readonly bounds: readonly number[];
  /** The number of durations within each bound and above the bound before. */
  readonly counts: readonly number[];
  /** The number of all durations, also above the last bound. */
  readonly count: number;
  /** The sum of all durations, in seconds. */
  readonly sum: number;
}

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #count = 0;
  #sum = 0;

  /** @param bounds upper bounds, in seconds, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  add(seconds: number): void {
    this.#count++;
    this.#sum += seconds;
    const index = this.#bounds.findIndex((bound) => seconds <= bound);
    if (index >= 0) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** A copy of the present counts. */
  get reading(): HistogramReading {
    return { bounds: this.#bounds, counts: [...this.#counts], count: this.#count, sum: this.#sum };
  }
}
