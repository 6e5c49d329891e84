/** Counters and run times of one node, and their text as `inc-engine/show-stats` prints it. */

/** Upper bounds of the histogram's buckets are 1, 2, 4 … 2^24 microseconds; the last bucket takes all the rest. */
export const BUCKETS = 26;

export class Counters {
  recompute = 0;
  compute = 0;
  cancel = 0;
  updated = 0;
  totalMs = 0;
  maxMs = 0;
  readonly histogram = new Uint32Array(BUCKETS);

  /** Counts the time that one run spent in the node's functions. */
  time(ms: number): void {
    this.totalMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
    const bucket = Math.min(32 - Math.clz32(ms * 1000), BUCKETS - 1);
    this.histogram[bucket] = (this.histogram[bucket] ?? 0) + 1;
  }

  clear(): void {
    this.recompute = 0;
    this.compute = 0;
    this.cancel = 0;
    this.updated = 0;
    this.totalMs = 0;
    this.maxMs = 0;
    this.histogram.fill(0);
  }
}
