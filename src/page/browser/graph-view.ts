/** The dataflow graph as a picture, drawn once. The nodes that run light up. */
import type { Graph } from "../../graph/index.ts";
import { liveLine, type PictureEdge, type PictureNode, pictureOf } from "../../graph/inspect/picture.ts";
import type { RecomputeMessage } from "../messages.ts";
import { byId, element, fill, sentence, svg, word } from "./dom.ts";
import { duration } from "./store.ts";

const picture = byId("picture", HTMLElement);
const fit = byId("fit", HTMLInputElement);
const list = byId("recomputes", HTMLOListElement);

fit.addEventListener("change", () => picture.classList.toggle("fitted", fit.checked));

interface DrawnNode {
  readonly group: SVGGElement;
  readonly live: SVGTextElement;
}

const nodes = new Map<string, DrawnNode>();
let wires: { readonly from: string; readonly to: string; readonly line: SVGPathElement }[] = [];

export function drawGraph(graph: Graph): void {
  nodes.clear();
  wires = [];
  const { width, height, nodes: boxes, edges } = pictureOf(graph);
  const size = {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": pictureLabel(graph),
  };
  fill(picture, svg("svg", size, ...edges.map(drawEdge), ...boxes.map(drawNode)));
}

/** Lights the nodes that ran since the last message, and the wires between them. */
export function lightNodes(ran: Graph["nodes"]): void {
  const names = new Set(ran.map(({ name }) => name));
  for (const node of ran) {
    const drawn = nodes.get(node.name);
    if (drawn === undefined) continue;
    drawn.live.textContent = liveLine(node);
    drawn.group.dataset.nodeState = node.live?.state ?? "none";
    light(drawn.group);
  }
  for (const { from, to, line } of wires) if (names.has(from) && names.has(to)) light(line);
}

export function showRecomputes(recomputes: readonly RecomputeMessage[]): void {
  const entries = [...recomputes]
    .reverse()
    .map(({ time, node, outcome, durationMs, reason }) =>
      element(
        "li",
        {},
        element("span", {}, new Date(time).toLocaleTimeString()),
        element("span", { class: "name" }, word(node)),
        element("span", {}, `${outcome}, ${duration(durationMs)}`),
        element("span", {}, sentence(reason)),
      ),
    );
  fill(list, ...entries);
}

function drawNode({ node, x, y, width, height, headHeight, rows }: PictureNode): SVGGElement {
  const live = svg("text", { x: 10, y: 35 }, liveLine(node));
  const group = svg(
    "g",
    {
      transform: `translate(${x} ${y})`,
      "data-node": node.name,
      "data-node-state": node.live?.state ?? "none",
    },
    svg("rect", { class: "head", width, height: headHeight, rx: 6 }),
    svg("rect", { class: "box", width, height, rx: 6, "fill-opacity": 0 }),
    svg("text", { class: "node", x: 10, y: 17 }, node.name),
    svg("text", { x: width - 10, y: 17, "text-anchor": "end" }, node.kind),
    live,
    ...rows.flatMap(({ from, label, title, baseline, kind }) => [
      svg("text", { x: 10, y: baseline }, from),
      svg(
        "text",
        { class: kind, x: width - 10, y: baseline, "text-anchor": "end" },
        label,
        svg("title", {}, title),
      ),
    ]),
  );
  nodes.set(node.name, { group, live });
  return group;
}

function drawEdge({ from, to, kind, title, line, head }: PictureEdge): SVGGElement {
  const wire = svg("path", { class: `wire ${kind}`, d: line });
  wires.push({ from, to, line: wire });
  return svg("g", {}, svg("title", {}, title), wire, svg("path", { class: "tip", d: head }));
}

function light(drawn: SVGElement): void {
  drawn.classList.remove("ran");
  drawn.getBoundingClientRect();
  drawn.classList.add("ran");
}

function pictureLabel({ nodes, edges }: Graph): string {
  return `${nodes.length} nodes with ${edges.length} edges, from the inputs on the left to the outputs on the right`;
}
