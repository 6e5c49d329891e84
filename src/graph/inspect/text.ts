/** A graph, its counters and its recomputes as lines of text. */
import type { Cause, Reason } from "../cause.ts";
import type { EdgeInfo, Graph, NodeInfo } from "./describe-graph.ts";
import type { RecomputeRecord } from "./statistics.ts";
import { type TimeStats, Times } from "./times.ts";

/** How an edge passes a change on: the name of its handler, "recompute", or "no-op: REASON". */
export function edgeLabel({ handler, noop }: EdgeInfo): string {
  return handler ?? (noop === undefined ? "recompute" : `no-op: ${noop}`);
}

/** One line for each node, and below the node a line for each of its inputs. */
export function graphToText({ nodes, edges }: Graph): string {
  const lines = nodes.flatMap((node) => {
    const inputs = edges.filter(({ to }) => to === node.name);
    const widest = Math.max(0, ...inputs.map(({ from }) => from.length));
    return [
      [node.name, node.kind, liveText(node)].filter((part) => part !== "").join("  "),
      ...inputs.map((edge) => `  <- ${edge.from.padEnd(widest)}  ${edgeLabel(edge)}`),
    ];
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** The state and counters in one phrase; empty: no engine runs. */
export function liveText({ live }: NodeInfo): string {
  if (live === undefined) return "";
  const { state, recompute, compute, cancel, updated } = live;
  return `${state}  recompute ${recompute}, compute ${compute}, cancel ${cancel}, updated ${updated}`;
}

export type StatsAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: string };

const COUNTERS = ["recompute", "compute", "cancel", "updated"] as const;

/** The answer to `inc-engine/show-stats [NODE [COUNTER]]`, in OVN's format. */
export function showStats({ nodes }: Graph, node?: string, counter?: string): StatsAnswer {
  const shown = select(nodes, node);
  if (shown.length === 0) return unknownNode(nodes, node);
  if (counter === undefined) return { ok: true, text: shown.map(statsOfNode).join("") };
  const known = COUNTERS.find((name) => name === counter);
  if (known === undefined) {
    return { ok: false, error: `unknown counter ${counter}; expected one of ${COUNTERS.join(", ")}` };
  }
  return { ok: true, text: String(shown[0]?.live?.[known] ?? 0) };
}

/** The answer to `stopwatch/show [NAME]`: the durations of the calls of each node's functions. */
export function showTimes({ nodes }: Graph, node?: string): StatsAnswer {
  const shown = select(nodes, node);
  if (shown.length === 0) return unknownNode(nodes, node);
  return { ok: true, text: shown.map(timesOfNode).join("") };
}

function select(nodes: readonly NodeInfo[], name: string | undefined): readonly NodeInfo[] {
  return name === undefined ? nodes : nodes.filter((node) => node.name === name);
}

function unknownNode(nodes: readonly NodeInfo[], name: string | undefined): StatsAnswer {
  const names = nodes.map((node) => node.name).join(", ");
  return { ok: false, error: `unknown node ${name}; the graph has ${names}` };
}

function statsOfNode({ name, live }: NodeInfo): string {
  const count = (counter: "recompute" | "compute" | "cancel"): string =>
    String(live?.[counter] ?? 0).padStart(12);
  return [
    `Node: ${name}`,
    `- recompute: ${count("recompute")}`,
    `- compute:   ${count("compute")}`,
    `- cancel:    ${count("cancel")}\n`,
  ].join("\n");
}

function timesOfNode({ name, live }: NodeInfo): string {
  return formatTimes(name, live ?? new Times());
}

/** A stopwatch in OVS's format; times without a sample are 0. */
export function formatTimes(name: string, times: TimeStats): string {
  const { samples, minMs, maxMs, shortTermMs, longTermMs, histogram } = times;
  return [
    `Statistics for '${name}'`,
    `  Total samples: ${samples}`,
    `  Maximum: ${maxMs.toFixed(3)} msec`,
    `  Minimum: ${(samples === 0 ? 0 : minMs).toFixed(3)} msec`,
    `  95th percentile: ${percentile(histogram, samples, 0.95)}`,
    `  Short term average: ${shortTermMs.toFixed(6)} msec`,
    `  Long term average: ${longTermMs.toFixed(6)} msec\n`,
  ].join("\n");
}

/** The upper bound of the bucket of the percentile. */
function percentile(histogram: readonly number[], samples: number, part: number): string {
  let counted = 0;
  const bucket = histogram.findIndex((count) => {
    counted += count;
    return counted >= part * samples;
  });
  if (samples === 0) return "none";
  const isLast = bucket === histogram.length - 1;
  return `${isLast ? "over" : "under"} ${2 ** (isLast ? bucket - 1 : bucket) / 1000} msec`;
}

/** A recompute in one line: time, node, outcome, duration, and the chain of reasons back to the cause. */
export function formatRecompute({ run, time, outcome, durationMs, reason }: RecomputeRecord): string {
  const head = `${new Date(time).toISOString()} run ${run}: ${reason.node} recomputed (${outcome}, ${durationMs.toFixed(3)} ms)`;
  return `${head}: ${formatReason(reason)}`;
}

/** `plug: no handler for settings, because of settings #12 "reload"`, with `<-` between the links of a chain. */
export function formatReason(reason: Reason): string {
  const links: string[] = [];
  for (let at: Reason | undefined = reason; at !== undefined; at = at.because) {
    links.push(at.handler === undefined ? `${at.node}: ${at.text}` : `${at.node}: ${at.handler}: ${at.text}`);
  }
  return `${links.join(" <- ")}, because of ${formatCause(reason.cause)}`;
}

/** `port_binding #12 "update" (lsp1)` */
export function formatCause({ source, seq, label, key }: Cause): string {
  return `${source} #${seq} ${JSON.stringify(label)}${key === undefined ? "" : ` (${key})`}`;
}
