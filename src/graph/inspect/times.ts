/** Durations of calls: of nodes' functions, and of everything else that is timed. */

/** Weights of the newest sample in the running averages, as in OVS's stopwatches. */
const SHORT_TERM = 0.5;
const LONG_TERM = 0.01;

/** The durations of calls, in milliseconds. */
export class Times {
  totalMs = 0;
  maxMs = 0;
  minMs = Number.POSITIVE_INFINITY;
  /** Running averages: a sample loses weight with each later sample. */
  shortTermMs = 0;
  longTermMs = 0;
  samples = 0;
  /** The number of calls of under 1 microsecond, under 2, under 4 … under 2^23; the last: all other calls. */
  histogram: number[] = new Array(25).fill(0);

  /** Counts one call. */
  time(ms: number): void {
    this.shortTermMs = this.samples === 0 ? ms : this.shortTermMs + SHORT_TERM * (ms - this.shortTermMs);
    this.longTermMs = this.samples === 0 ? ms : this.longTermMs + LONG_TERM * (ms - this.longTermMs);
    this.samples++;
    this.totalMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
    if (ms < this.minMs) this.minMs = ms;
    const bucket = Math.min(32 - Math.clz32(ms * 1000), this.histogram.length - 1);
    this.histogram[bucket] = (this.histogram[bucket] ?? 0) + 1;
  }

  clear(): void {
    Object.assign(this, new Times());
  }
}

export type TimeStats = Readonly<Omit<Times, "time" | "clear">>;
