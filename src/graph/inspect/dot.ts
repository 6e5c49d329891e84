/** A graph in the languages of Graphviz (DOT) and Mermaid. */
import type { State } from "../slot.ts";
import type { EdgeInfo, Graph, NodeInfo } from "./describe-graph.ts";
import { edgeLabel, liveText } from "./text.ts";

/** Fill and border by state; "none": no engine runs the graph. */
export const COLORS: Readonly<Record<State | "none", { readonly fill: string; readonly line: string }>> = {
  updated: { fill: "#d9f2e0", line: "#2f8f4e" },
  unchanged: { fill: "#e8eef6", line: "#4a6b94" },
  stale: { fill: "#fdeac8", line: "#b7791f" },
  canceled: { fill: "#f9d9d6", line: "#b3403a" },
  none: { fill: "#e8eef6", line: "#4a6b94" },
};

export function graphToDot({ nodes, edges }: Graph): string {
  const lines = [
    "digraph graph_engine {",
    "  rankdir=LR;",
    '  node [shape=box, style="rounded,filled", fontname="monospace", fontsize=10];',
    '  edge [fontname="monospace", fontsize=8];',
    ...nodes.map((node) => {
      const { fill, line } = COLORS[node.live?.state ?? "none"];
      const label = quote(labelLines(node).join("\n"));
      return `  ${quote(node.name)} [label=${label}, fillcolor="${fill}", color="${line}"];`;
    }),
    ...edges.map((edge) => {
      const style = edge.handler === undefined ? (edge.noop === undefined ? "dashed" : "dotted") : "solid";
      return `  ${quote(edge.from)} -> ${quote(edge.to)} [label=${quote(edgeLabel(edge))}, style=${style}];`;
    }),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

function labelLines(node: NodeInfo): string[] {
  return [node.name, node.kind, ...liveText(node).split("  ")].filter((line) => line !== "");
}

export function graphToMermaid({ nodes, edges }: Graph): string {
  const ids = new Map(nodes.map(({ name }, index) => [name, `n${index}`]));
  const lines = [
    "flowchart LR",
    ...nodes.map((node) => {
      const label = labelLines(node).map(escapeMermaid).join("<br/>");
      return `  ${ids.get(node.name)}["${label}"]:::${node.live?.state ?? "none"}`;
    }),
    ...edges.map((edge) => `  ${ids.get(edge.from)} ${mermaidArrow(edge)} ${ids.get(edge.to)}`),
    ...Object.entries(COLORS).map(
      ([state, { fill, line }]) => `  classDef ${state} fill:${fill},stroke:${line}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function mermaidArrow(edge: EdgeInfo): string {
  const label = escapeMermaid(edgeLabel(edge));
  if (edge.handler !== undefined) return `-- "${label}" -->`;
  return edge.noop === undefined ? `-. "${label}" .->` : `-. "${label}" .-x`;
}

function escapeMermaid(text: string): string {
  return text
    .replaceAll("&", "#amp;")
    .replaceAll('"', "#quot;")
    .replaceAll("<", "#lt;")
    .replaceAll(">", "#gt;");
}
