/** Figures of a measurement: the subject, the metric, the circumstances, the number of samples, and the result. */

export interface Figure {
  /** The measured subject: vifplugd, a peer, the floor, the machine itself. */
  readonly subject: string;
  /** The measured quantity: "one change", "recompute". Unique together with the subject and the circumstances. */
  readonly metric: string;
  /** "µs", "ms", "s", "bytes", "MB", "per s"; empty: a number. */
  readonly unit: string;
  /** The number of ports (or rows), and whether ovs-vswitchd runs; absent where it does not matter. */
  readonly ports?: number;
  readonly vswitchd?: boolean;
  readonly samples: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
}

export type Circumstances = Pick<Figure, "ports" | "vswitchd">;

/** @throws RangeError when there is no value */
export function figure(
  subject: string,
  metric: string,
  unit: string,
  values: Iterable<number>,
  circumstances: Circumstances = {},
): Figure {
  const sorted = Float64Array.from(values).sort();
  return {
    subject,
    metric,
    unit,
    ...circumstances,
    samples: sorted.length,
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
  };
}

/** The quantile by the nearest rank. Of two values in the middle, the lower is the median. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const value = sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)];
  if (value === undefined) throw new RangeError("no value was measured");
  return value;
}

/** A key that is equal for two figures of the same quantity. */
export function keyOf({ subject, metric, ports, vswitchd }: Figure): string {
  return JSON.stringify([subject, metric, ports ?? null, vswitchd ?? null]);
}
