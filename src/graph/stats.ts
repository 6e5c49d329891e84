/** Counters and function times of one node. */

/** Bucket 0 holds durations under 1 microsecond, bucket i those under 2^i, the last one all the rest. */
const BUCKETS = 25;

export interface NodeStats {
  readonly recompute: number;
  readonly compute: number;
  readonly cancel: number;
  readonly updated: number;
  readonly totalMs: number;
  readonly maxMs: number;
  /** How many calls of the node's functions took under 1, 2, 4 … 2^23 microseconds; the last: all longer ones. */
  readonly histogram: readonly number[];
}

export class Counters {
  recompute = 0;
  compute = 0;
  cancel = 0;
  updated = 0;
  totalMs = 0;
  maxMs = 0;
  readonly histogram: number[] = new Array(BUCKETS).fill(0);

  /** Counts one call of one of the node's functions. */
  time(ms: number): void {
    this.totalMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
    const bucket = Math.min(32 - Math.clz32(ms * 1000), BUCKETS - 1);
    this.histogram[bucket] = (this.histogram[bucket] ?? 0) + 1;
  }

  clear(): void {
    this.recompute = this.compute = this.cancel = this.updated = this.totalMs = this.maxMs = 0;
    this.histogram.fill(0);
  }

  snapshot(): NodeStats {
    const { recompute, compute, cancel, updated, totalMs, maxMs, histogram } = this;
    return { recompute, compute, cancel, updated, totalMs, maxMs, histogram: [...histogram] };
  }
}
