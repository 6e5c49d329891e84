/** Counters of one node, and how long the calls of its functions took. */

/** Bucket 0 counts calls under 1 microsecond, bucket i those under 2^i, the last one all the rest. */
const BUCKETS = 25;

export class Counters {
  recompute = 0;
  compute = 0;
  cancel = 0;
  updated = 0;
  totalMs = 0;
  maxMs = 0;
  histogram: number[] = new Array(BUCKETS).fill(0);

  /** Counts one call of one of the node's functions. */
  time(ms: number): void {
    this.totalMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
    const bucket = Math.min(32 - Math.clz32(ms * 1000), BUCKETS - 1);
    this.histogram[bucket] = (this.histogram[bucket] ?? 0) + 1;
  }
}

export type NodeStats = Readonly<Omit<Counters, "time">>;
