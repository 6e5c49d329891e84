/**
 * The report of a benchmark, which `--json` writes and `--compare` reads, in one shape for all parts.
 *
 * Nothing here asserts: the report only shows that a goal is missed.
 */
import { cpus, release, totalmem } from "node:os";
import { type Figure, keyOf } from "./figures.ts";

/** The version of this shape. */
export const REPORT_FORMAT = 1;

export interface Report {
  readonly bench: typeof REPORT_FORMAT;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly parts: readonly PartReport[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly bun: string;
  /** The load average of the minute before the measurement, which tells what else ran. */
  readonly load: number;
}

export interface PartReport extends PartResult {
  readonly name: string;
}

/** The results of a part. */
export interface PartResult {
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
}

/** The ratio of a figure to another figure, or a figure with a goal. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  /** The quartiles, where the value is a median. */
  readonly quartiles?: readonly [number, number];
  /** The goal for the value; absent: there is no goal. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

/** A part of the benchmark. */
export interface Part {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** @param quick fewer samples, for a look */
  measure(quick: boolean): PartResult | Promise<PartResult>;
}

export function machine(load: number): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${process.platform} ${release()} ${process.arch}`,
    bun: Bun.version,
    load,
  };
}

export function isMet({ value, goal }: Ratio): boolean | null {
  if (goal === undefined) return null;
  return "atMost" in goal ? value <= goal.atMost : value >= goal.atLeast;
}

export function formatPart({ name, figures, ratios }: PartReport): string {
  const rows = figures.map((one) => [
    one.subject,
    one.metric,
    circumstancesOf(one),
    ...[one.median, one.p95, one.p99].map(formatNumber),
    one.unit,
  ]);
  const table = formatTable([["", "", "", "median", "p95", "p99", ""], ...rows], [3, 4, 5]);
  const lines = ratios.map((one) => [
    one.name,
    formatNumber(one.value),
    formatQuartiles(one),
    formatGoal(one),
  ]);
  return [`${name}\n`, table, ratios.length === 0 ? "" : `\n${formatTable(lines, [1])}`].join("");
}

/** The present medians as ratios to those of an earlier report: above 1, the present value is larger. */
export function formatComparison(before: Report, after: Report): string {
  const known = new Map<string, Figure>();
  for (const { name, figures } of before.parts) {
    for (const one of figures) known.set(name + keyOf(one), one);
  }
  const rows = after.parts.flatMap(({ name, figures }) =>
    figures.flatMap((one) => {
      const old = known.get(name + keyOf(one));
      if (old === undefined) return [];
      const medians = [formatNumber(old.median), formatNumber(one.median), one.unit];
      const ratio = `${(one.median / old.median).toFixed(2)} x`;
      return [[name, one.subject, one.metric, circumstancesOf(one), ...medians, ratio]];
    }),
  );
  if (rows.length === 0) return `nothing was measured both now and at ${before.time}\n`;
  const head = ["", "", "", "", "before", "now", "", "ratio"];
  return `compared with ${before.time}\n${formatTable([head, ...rows], [4, 5, 7])}`;
}

/** @throws Error when the text is no report of this format */
export function parseReport(text: string): Report {
  const report: Report | null = JSON.parse(text);
  if (report?.bench !== REPORT_FORMAT) throw new Error(`no report of format ${REPORT_FORMAT}`);
  return report;
}

function circumstancesOf({ ports, vswitchd }: Figure): string {
  return [
    ports === undefined ? "" : `${ports.toLocaleString("en")} ports`,
    vswitchd === undefined ? "" : `${vswitchd ? "with" : "without"} ovs-vswitchd`,
  ]
    .filter(Boolean)
    .join(", ");
}

function formatQuartiles({ quartiles }: Ratio): string {
  return quartiles === undefined ? "" : `(${quartiles.map(formatNumber).join(" to ")})`;
}

function formatGoal(ratio: Ratio): string {
  const { goal } = ratio;
  if (goal === undefined) return "";
  const words = "atMost" in goal ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`;
  return `goal: ${words}${isMet(ratio) ? "" : ": missed"}`;
}

/** Writes three significant digits, and every digit before the point. */
function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

function formatTable(rows: readonly (readonly string[])[], right: readonly number[]): string {
  const [first = []] = rows;
  const widths = first.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => {
      const cells = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      });
      return `  ${cells.join("  ").trimEnd()}\n`;
    })
    .join("");
}
