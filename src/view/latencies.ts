/**
 * The latencies from a change of the Southbound to the committed row: the last latencies for people, and all latencies in a
 * histogram.
 *
 * Invariant: the memory is bounded, whatever the number of commits.
 */
import { Histogram, type HistogramReading } from "./histogram.ts";

export interface Latency {
  /** Counts the commits up from 1. */
  readonly seq: number;
  /** The time of the commit, in milliseconds since the epoch. */
  readonly time: number;
  readonly milliseconds: number;
}

const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const KEPT = 240;

export class Latencies {
  readonly #recent: Latency[] = [];
  #seq = 0;
  readonly #all = new Histogram(BOUNDS);

  /**
   * @param time the time of the commit, in milliseconds since the epoch
   * @param took the latency in milliseconds; less than 0 (a clock was set back) counts as 0
   */
  add(time: number, took: number): void {
    const milliseconds = Math.max(0, took);
    this.#all.add(milliseconds / 1000);
    this.#recent.push({ seq: ++this.#seq, time, milliseconds });
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  /** The last latencies, oldest first. */
  get recent(): readonly Latency[] {
    return this.#recent;
  }

  get histogram(): HistogramReading {
    return this.#all.reading;
  }
}
