/** Histograms of the providers' calls, by type and callback. The configuration bounds their number. */
import { Histogram, type HistogramReading } from "./histogram.ts";

const BOUNDS = [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

export interface ProviderTime {
  readonly type: string;
  readonly callback: string;
  readonly histogram: HistogramReading;
}

export class ProviderTimes {
  readonly #times = new Map<string, Map<string, Histogram>>();

  add(type: string, callback: string, milliseconds: number): void {
    const ofType = this.#times.get(type) ?? new Map<string, Histogram>();
    this.#times.set(type, ofType);
    const histogram = ofType.get(callback) ?? new Histogram(BOUNDS);
    ofType.set(callback, histogram);
    histogram.add(milliseconds / 1000);
  }

  get all(): readonly ProviderTime[] {
    return [...this.#times].flatMap(([type, callbacks]) =>
      Array.from(callbacks, ([callback, histogram]) => ({ type, callback, histogram: histogram.reading })),
    );
  }
}
