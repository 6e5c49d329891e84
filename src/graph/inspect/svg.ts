/** A graph as an SVG picture: the text of a file from the places of picture.ts. */
import type { Graph } from "./describe-graph.ts";
import { COLORS } from "./dot.ts";
import {
  HEAD,
  liveLine,
  PADDING,
  type PictureEdge,
  type PictureNode,
  pictureOf,
  round,
  SMALL_CHARACTER,
} from "./picture.ts";

const MARGIN = 24;
const LEGEND = 34;

const EDGE_STYLES = {
  handler: { line: "#5b6b7f", dashes: "" },
  recompute: { line: "#c05621", dashes: "6 4" },
  noop: { line: "#a0a9b5", dashes: "1.5 4" },
};

export function graphToSvg(graph: Graph): string {
  const picture = pictureOf(graph);
  const [width, height] = [picture.width + 2 * MARGIN, picture.height + 2 * MARGIN + LEGEND];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="dataflow graph" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, monospace">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...picture.edges.map(drawEdge),
    ...picture.nodes.map(drawNode),
    drawLegend(picture.height + MARGIN),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function drawNode({ node, x, y, width, height, headHeight, rows }: PictureNode): string {
  const { fill, line } = COLORS[node.live?.state ?? "none"];
  const right = width - PADDING;
  return [
    `<g transform="translate(${round(x)} ${round(y)})">`,
    `<rect width="${round(width)}" height="${height}" rx="6" fill="#ffffff" stroke="${line}"/>`,
    `<path d="${headPath(width, headHeight, rows.length === 0)}" fill="${fill}" stroke="${line}"/>`,
    text(PADDING, 17, node.name, 12, "#16202c", 'font-weight="bold"'),
    text(right, 17, node.kind, 10, line, 'text-anchor="end"'),
    ...(node.live === undefined ? [] : [text(PADDING, HEAD + 9, liveLine(node), 10, "#3c4a5a", "")]),
    ...rows.map(({ from, kind, label, title, baseline }) => {
      const drawn = text(right, baseline, label, 10, EDGE_STYLES[kind].line, 'text-anchor="end"');
      return `${text(PADDING, baseline, from, 10, "#3c4a5a", "")}<g>${drawn}<title>${escapeXml(title)}</title></g>`;
    }),
    "</g>",
  ].join("\n");
}

/** The outline of a box's head: round on top, and round below when the box has no rows. */
function headPath(width: number, height: number, alone: boolean): string {
  const r = alone ? 6 : 0;
  const w = round(width);
  const bottom = `V${height - r} q0 ${r} -${r} ${r} H${r} q-${r} 0 -${r} -${r}`;
  return `M0 6 q0 -6 6 -6 H${round(width - 6)} q6 0 6 6 ${bottom.replace("V", `L${w} `)} Z`;
}

function drawEdge({ kind, title, line: path, head }: PictureEdge): string {
  const { line, dashes } = EDGE_STYLES[kind];
  const dash = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
  return `<g><title>${escapeXml(title)}</title><path d="${path}" fill="none" stroke="${line}" stroke-width="1.3"${dash}/><path d="${head}" fill="${line}"/></g>`;
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
