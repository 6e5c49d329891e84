/**
 * A graph as an SVG picture. Every node is a box with one row for each of its inputs, and every edge ends at its row,
 * so that the names of handlers stand in the boxes and never on each other.
 */
import type { EdgeInfo, Graph, NodeInfo } from "./describe-graph.ts";
import { COLORS } from "./dot.ts";
import { layOut, type Point } from "./layout.ts";
import { edgeLabel } from "./text.ts";

const CHARACTER = 7.3;
const SMALL_CHARACTER = 6.1;
const PADDING = 10;
const HEAD = 26;
const LIVE = 18;
const ROW = 18;
const MARGIN = 24;
const LEGEND = 34;
const LONGEST_LABEL = 44;

const EDGE_STYLES = {
  handler: { line: "#5b6b7f", dashes: "" },
  recompute: { line: "#c05621", dashes: "6 4" },
  noop: { line: "#a0a9b5", dashes: "1.5 4" },
};

export function graphToSvg({ nodes, edges }: Graph): string {
  const indexOf = new Map(nodes.map(({ name }, index) => [name, index]));
  const inputsOf = nodes.map(({ name }) => edges.filter(({ to }) => to === name));
  const boxes = nodes.map((node, i) => boxOf(node, inputsOf[i] ?? []));
  const links = edges.map((edge) => {
    const to = indexOf.get(edge.to) ?? 0;
    const row = (inputsOf[to] ?? []).indexOf(edge);
    return { from: indexOf.get(edge.from) ?? 0, to, inset: (boxes[to]?.headHeight ?? 0) + ROW * (row + 0.5) };
  });
  const layout = layOut(boxes, links, HEAD);
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN + LEGEND];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, monospace">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...edges.map((edge, i) => drawEdge(edge, layout.paths[i] ?? [])),
    ...nodes.map((node, i) =>
      drawNode(node, inputsOf[i] ?? [], layout.corners[i] ?? { x: 0, y: 0 }, boxes[i]?.width ?? 0),
    ),
    drawLegend(layout.height + MARGIN),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function boxOf(node: NodeInfo, inputs: readonly EdgeInfo[]) {
  const headHeight = HEAD + (node.live === undefined ? 0 : LIVE);
  const rows = inputs.map((edge) => (edge.from.length + 2 + shortLabel(edge).length) * SMALL_CHARACTER);
  const head = (node.name.length + 2) * CHARACTER + node.kind.length * SMALL_CHARACTER;
  const width = Math.max(head, liveLine(node).length * SMALL_CHARACTER, ...rows) + 2 * PADDING;
  return { width, headHeight, height: headHeight + ROW * inputs.length + (inputs.length > 0 ? 6 : 0) };
}

function liveLine({ live }: NodeInfo): string {
  if (live === undefined) return "";
  return `${live.state} · ${live.recompute} recompute · ${live.compute} compute · ${live.cancel} cancel`;
}

function shortLabel(edge: EdgeInfo): string {
  const label = edgeLabel(edge);
  return label.length <= LONGEST_LABEL ? label : `${label.slice(0, LONGEST_LABEL - 1)}…`;
}

function drawNode(node: NodeInfo, inputs: readonly EdgeInfo[], { x, y }: Point, width: number): string {
  const { fill, line } = COLORS[node.live?.state ?? "none"];
  const { headHeight, height } = boxOf(node, inputs);
  return [
    `<g transform="translate(${round(x)} ${round(y)})">`,
    `<rect width="${round(width)}" height="${height}" rx="6" fill="#ffffff" stroke="${line}"/>`,
    `<path d="${headPath(width, headHeight, inputs.length === 0)}" fill="${fill}" stroke="${line}"/>`,
    text(PADDING, 17, node.name, 12, "#16202c", 'font-weight="bold"'),
    text(width - PADDING, 17, node.kind, 10, line, 'text-anchor="end"'),
    ...(node.live === undefined ? [] : [text(PADDING, HEAD + 9, liveLine(node), 10, "#3c4a5a", "")]),
    ...inputs.map((edge, row) => {
      const baseline = headHeight + ROW * (row + 0.5) + 4;
      const label = text(
        width - PADDING,
        baseline,
        shortLabel(edge),
        10,
        styleOf(edge).line,
        'text-anchor="end"',
      );
      return `${text(PADDING, baseline, edge.from, 10, "#3c4a5a", "")}<g>${label}<title>${escapeXml(edgeLabel(edge))}</title></g>`;
    }),
    "</g>",
  ].join("\n");
}

/** The head's outline: round on top, and below too if there is nothing under it. */
function headPath(width: number, height: number, alone: boolean): string {
  const r = alone ? 6 : 0;
  const w = round(width);
  const bottom = `V${height - r} q0 ${r} -${r} ${r} H${r} q-${r} 0 -${r} -${r}`;
  return `M0 6 q0 -6 6 -6 H${round(width - 6)} q6 0 6 6 ${bottom.replace("V", `L${w} `)} Z`;
}

function drawEdge(edge: EdgeInfo, points: readonly Point[]): string {
  const { line, dashes } = styleOf(edge);
  const end = points.at(-1);
  if (end === undefined) return "";
  const dash = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
  const title = `<title>${escapeXml(`${edge.from} → ${edge.to}: ${edgeLabel(edge)}`)}</title>`;
  const arrow = `M${round(end.x)} ${round(end.y)} l-7 -3.5 v7 Z`;
  return `<g>${title}<path d="${curve(points)}" fill="none" stroke="${line}" stroke-width="1.3"${dash}/><path d="${arrow}" fill="${line}"/></g>`;
}

/** Level at every point, with a smooth step between the columns. */
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

function drawLegend(y: number): string {
  const entries = [
    ["handler: the change is handled as it comes", EDGE_STYLES.handler],
    ["recompute: no handler", EDGE_STYLES.recompute],
    ["no-op: the change never matters", EDGE_STYLES.noop],
  ] as const;
  let x = 0;
  const drawn = entries.map(([label, { line, dashes }]) => {
    const at = x;
    x += 60 + label.length * SMALL_CHARACTER;
    return `<path d="M${round(at)} ${round(y)} h30" stroke="${line}" stroke-width="1.3" stroke-dasharray="${dashes}"/>${text(at + 38, y + 4, label, 10, "#3c4a5a", "")}`;
  });
  return drawn.join("\n");
}

function styleOf(edge: EdgeInfo): { readonly line: string; readonly dashes: string } {
  if (edge.handler !== undefined) return EDGE_STYLES.handler;
  return edge.noop === undefined ? EDGE_STYLES.recompute : EDGE_STYLES.noop;
}

function text(x: number, y: number, content: string, size: number, fill: string, more: string): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" ${more}>${escapeXml(content)}</text>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
