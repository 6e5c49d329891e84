/** Counters of one node, and how long the calls of its functions took. */
export class Counters {
  recompute = 0;
  compute = 0;
  cancel = 0;
  updated = 0;
  totalMs = 0;
  maxMs = 0;
  /** Calls that took under 1 microsecond, under 2, under 4 … under 2^23; the last: all the rest. */
  readonly histogram: number[] = new Array(25).fill(0);

  /** Counts one call. */
  time(ms: number): void {
    this.totalMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
    const bucket = Math.min(32 - Math.clz32(ms * 1000), this.histogram.length - 1);
    this.histogram[bucket] = (this.histogram[bucket] ?? 0) + 1;
  }
}

export type NodeStats = Readonly<Omit<Counters, "time">>;
