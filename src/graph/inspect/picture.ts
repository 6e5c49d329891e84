/**
 * The places of all parts in the picture of a graph. Every node is a box with a row for each input, and every edge ends at its
 * row, so that the names of handlers are in the boxes and never overlap. Pure geometry in pixels; svg.ts writes the file.
 */
import type { EdgeInfo, Graph, NodeInfo } from "./describe-graph.ts";
import { layOut, type Point } from "./layout.ts";
import { edgeLabel } from "./text.ts";

const CHARACTER = 7.3;
export const SMALL_CHARACTER = 6.1;
export const PADDING = 10;
export const HEAD = 26;
const LIVE = 18;
export const ROW = 18;
const LONGEST_LABEL = 44;

/** How an edge passes a change on. */
export type EdgeKind = "handler" | "recompute" | "noop";

export interface PictureRow {
  readonly from: string;
  readonly kind: EdgeKind;
  /** The text, cut to fit; `title` is the whole text. */
  readonly label: string;
  readonly title: string;
  /** The baseline of the texts, in pixels below the top of the box. */
  readonly baseline: number;
}

export interface PictureNode {
  readonly node: NodeInfo;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly headHeight: number;
  readonly rows: readonly PictureRow[];
}

export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly title: string;
  /** The SVG path data of the line and of its head. */
  readonly line: string;
  readonly head: string;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

export function pictureOf({ nodes, edges }: Graph): Picture {
  const indexOf = new Map(nodes.map(({ name }, index) => [name, index]));
  const inputsOf = nodes.map(({ name }) => edges.filter(({ to }) => to === name));
  const boxes = nodes.map((node, i) => boxOf(node, inputsOf[i] ?? []));
  const links = edges.map((edge) => {
    const to = indexOf.get(edge.to) ?? 0;
    const row = (inputsOf[to] ?? []).indexOf(edge);
    return { from: indexOf.get(edge.from) ?? 0, to, inset: (boxes[to]?.headHeight ?? 0) + ROW * (row + 0.5) };
  });
  const { width, height, corners, paths } = layOut(boxes, links, HEAD);
  return {
    width,
    height,
    nodes: boxes.map((box, i) => ({ ...box, ...(corners[i] ?? { x: 0, y: 0 }) })),
    edges: edges.flatMap((edge, i) => {
      const points = paths[i] ?? [];
      const end = points.at(-1);
      if (end === undefined) return [];
      const { from, to } = edge;
      const title = `${from} → ${to}: ${edgeLabel(edge)}`;
      const head = `M${round(end.x)} ${round(end.y)} l-7 -3.5 v7 Z`;
      return [{ from, to, kind: kindOf(edge), title, line: curve(points), head }];
    }),
  };
}

function boxOf(node: NodeInfo, inputs: readonly EdgeInfo[]) {
  const headHeight = HEAD + (node.live === undefined ? 0 : LIVE);
  const rows = inputs.map((edge, row) => ({
    from: edge.from,
    kind: kindOf(edge),
    label: shortLabel(edge),
    title: edgeLabel(edge),
    baseline: headHeight + ROW * (row + 0.5) + 4,
  }));
  const widths = rows.map(({ from, label }) => (from.length + 2 + label.length) * SMALL_CHARACTER);
  const head = (node.name.length + 2) * CHARACTER + node.kind.length * SMALL_CHARACTER;
  const width = Math.max(head, liveLine(node).length * SMALL_CHARACTER, ...widths) + 2 * PADDING;
  const height = headHeight + ROW * inputs.length + (inputs.length > 0 ? 6 : 0);
  return { node, width, headHeight, height, rows };
}

/** The state and counters in one short line; empty: no engine runs. */
export function liveLine({ live }: NodeInfo): string {
  if (live === undefined) return "";
  return `${live.state} · ${live.recompute} recompute · ${live.compute} compute · ${live.cancel} cancel`;
}

function shortLabel(edge: EdgeInfo): string {
  const label = edgeLabel(edge);
  return label.length <= LONGEST_LABEL ? label : `${label.slice(0, LONGEST_LABEL - 1)}…`;
}

function kindOf(edge: EdgeInfo): EdgeKind {
  if (edge.handler !== undefined) return "handler";
  return edge.noop === undefined ? "recompute" : "noop";
}

/** A curve that is level at every point, with a smooth step between the columns. */
function curve(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (start === undefined) return "";
  let path = `M${round(start.x)} ${round(start.y)}`;
  let last = start;
  for (const point of rest) {
    const bend = (point.x - last.x) / 2;
    path +=
      point.y === last.y
        ? ` H${round(point.x)}`
        : ` C${round(last.x + bend)} ${round(last.y)} ${round(point.x - bend)} ${round(point.y)} ${round(point.x)} ${round(point.y)}`;
    last = point;
  }
  return path;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
