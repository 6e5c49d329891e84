/**
 * The Prometheus text format, version 0.0.4.
 *
 * Invariant: the value of a label is one line of visible characters, whatever its source.
 */
import { printable } from "../text/printable.ts";
import type { HistogramReading } from "../view/histogram.ts";

export const EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

export type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [labels: Labels, value: number];

/** @param type a counter's name ends with `_total` */
export function metric(
  name: string,
  type: "gauge" | "counter",
  help: string,
  samples: readonly Sample[],
): string {
  return family(
    name,
    type,
    help,
    samples.map(([labels, value]) => line(name, labels, value)),
  );
}

export function single(name: string, type: "gauge" | "counter", help: string, value: number): string {
  return metric(name, type, help, [[{}, value]]);
}

export function histograms(
  name: string,
  help: string,
  samples: readonly (readonly [labels: Labels, reading: HistogramReading])[],
): string {
  const lines = samples.flatMap(([labels, { bounds, counts, count, sum }]) => {
    let below = 0;
    const buckets = bounds.map((bound, i) => {
      below += counts[i] ?? 0;
      return line(`${name}_bucket`, { ...labels, le: String(bound) }, below);
    });
    return [
      ...buckets,
      line(`${name}_bucket`, { ...labels, le: "+Inf" }, count),
      line(`${name}_sum`, labels, sum),
      line(`${name}_count`, labels, count),
    ];
  });
  return family(name, "histogram", help, lines);
}

function family(name: string, type: string, help: string, lines: readonly string[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function line(name: string, labels: Labels, value: number): string {
  const parts = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${parts.length === 0 ? "" : `{${parts.join(",")}}`} ${value}\n`;
}

function escaped(value: string): string {
  return printable(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
