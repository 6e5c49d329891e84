/**
 * How long it took from a change that was seen in the Southbound to the row that was committed for it: the last ones
 * for people, and all of them in the classes of a histogram.
 *
 * Invariant: what is kept is bounded, whatever the number of commits.
 */
import { Histogram, type HistogramReading } from "./histogram.ts";

export interface Latency {
  /** Counts the commits up from 1. */
  readonly seq: number;
  /** Of the commit, in milliseconds since the epoch. */
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
   * @param time of the commit, in milliseconds since the epoch
   * @param took milliseconds; a clock that was set back makes none
   */
  add(time: number, took: number): void {
    const milliseconds = Math.max(0, took);
    this.#all.add(milliseconds / 1000);
    this.#recent.push({ seq: ++this.#seq, time, milliseconds });
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  /** The last ones, oldest first. */
  get recent(): readonly Latency[] {
    return this.#recent;
  }

  get histogram(): HistogramReading {
    return this.#all.reading;
  }
}
