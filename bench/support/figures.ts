/** Figures of a measurement: what was measured of whom, under which circumstances, how often, and how it came out. */

export interface Figure {
  /** Whose: vifplugd, a peer, the floor, the machine itself. */
  readonly subject: string;
  /** What: "one change", "recompute". Unique with the subject and the circumstances. */
  readonly metric: string;
  /** "µs", "ms", "s", "bytes", "MB", "per s"; empty: a number. */
  readonly unit: string;
  /** How many ports (or rows) there are, and whether ovs-vswitchd runs; as far as it matters. */
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

/** The nearest rank; the lower one of two in the middle. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const value = sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)];
  if (value === undefined) throw new RangeError("no value was measured");
  return value;
}

/** What two figures of the same thing have in common. */
export function keyOf({ subject, metric, ports, vswitchd }: Figure): string {
  return JSON.stringify([subject, metric, ports ?? null, vswitchd ?? null]);
}
