// The graph drawn as text, DOT, Mermaid and SVG.
import { expect, test } from "bun:test";
import {
  describeGraph,
  describeNodes,
  Engine,
  type Graph,
  type GraphNode,
  graphToDot,
  graphToMermaid,
  graphToSvg,
  graphToText,
  input,
  node,
  noop,
  Statistics,
  updated,
} from "../../src/graph/index.ts";
import { layOut } from "../../src/graph/inspect/layout.ts";
import { checkProperty } from "../support/random.ts";

/** `out` handles a, recomputes for b, and has a no-op for c, whose name and reason need escaping everywhere. */
function outputs(): GraphNode[] {
  const plain = (name: string) => input({ name, data: () => ({}), apply: (_: number) => updated });
  const [a, b, c] = [plain("a"), plain("b"), plain('c"<&>')];
  return [
    node({
      name: "out",
      kind: "output",
      inputs: { a, b, c },
      data: () => ({}),
      run: () => updated,
      handlers: { a: () => updated, c: noop('"a" <covers> & more\\') },
    }),
  ];
}

test("as text, without an engine: nodes, kinds, and how each input is handled", () => {
  expect(graphToText(describeNodes(outputs()))).toBe(
    [
      "a  input",
      "b  input",
      'c"<&>  input',
      "out  output",
      "  <- a      out_a_handler",
      "  <- b      recompute",
      '  <- c"<&>  no-op: "a" <covers> & more\\',
      "",
    ].join("\n"),
  );
});

test("as text, with an engine: also states and counters", () => {
  const statistics = new Statistics();
  const engine = new Engine(outputs(), { observer: statistics });
  engine.run();
  expect(graphToText(describeGraph(engine, statistics))).toContain(
    "out  output  updated  recompute 1, compute 0, cancel 0, updated 1\n",
  );
});

test("as DOT: quoted names, and a line style for each kind of edge", () => {
  const dot = graphToDot(describeNodes(outputs()));
  expect(dot).toContain('"a" -> "out" [label="out_a_handler", style=solid];');
  expect(dot).toContain('"b" -> "out" [label="recompute", style=dashed];');
  expect(dot).toContain('"c\\"<&>" -> "out" [label="no-op: \\"a\\" <covers> & more\\\\", style=dotted];');
});

test("as Mermaid: entities in labels, and an arrow for each kind of edge", () => {
  const mermaid = graphToMermaid(describeNodes(outputs()));
  expect(mermaid).toContain('n0 -- "out_a_handler" --> n3');
  expect(mermaid).toContain('n1 -. "recompute" .-> n3');
  expect(mermaid).toContain('n2 -. "no-op: #quot;a#quot; #lt;covers#gt; #amp; more\\" .-x n3');
});

test("as SVG: well-formed, with every name, handler and state", async () => {
  const statistics = new Statistics();
  const engine = new Engine(outputs(), { observer: statistics });
  engine.run({ allowRecompute: false });
  const svg = graphToSvg(describeGraph(engine, statistics));
  const tags = [...svg.matchAll(/<(\/?)[a-z]+(?:\s[a-zA-Z:-]+="[^"<]*")*\s*(\/?)>/g)];
  expect(tags.length).toBe(svg.split("<").length - 1);
  expect(tags.reduce((depth, [, closing, alone]) => depth + (closing ? -1 : alone ? 0 : 1), 0)).toBe(0);
  const seen: string[] = [];
  const rewriter = new HTMLRewriter().on("text", { text: (chunk) => void seen.push(chunk.text) });
  await rewriter.transform(new Response(svg)).text();
  const words = seen.join(" ");
  for (const word of [
    "out_a_handler",
    "recompute",
    "c&quot;&lt;&amp;&gt;",
    "canceled · 0 recompute",
    "no-op: ",
  ]) {
    expect(words).toContain(word);
  }
});

test("a graph of no nodes can be drawn", () => {
  const nothing: Graph = { nodes: [], edges: [] };
  expect(graphToText(nothing)).toBe("");
  expect(graphToSvg(nothing)).toContain("<svg");
});

test("no box covers another, or a link that passes it, whatever the graph", () => {
  type Case = { readonly heights: readonly number[]; readonly links: readonly (readonly [number, number])[] };
  checkProperty<Case>({
    cases: 300,
    generate(random) {
      const heights = random.list(1 + random.int(12), () => 30 + random.int(100));
      const links = heights.flatMap((_, to) =>
        Array.from({ length: to }, (_, from) => [from, to] as const).filter(() => random.chance(0.3)),
      );
      return { heights, links };
    },
    failure({ heights, links }) {
      const boxes = heights.map((height) => ({ width: 100, height }));
      const layout = layOut(
        boxes,
        links.map(([from, to]) => ({ from, to, inset: 20 })),
        26,
      );
      const frames = layout.corners.map(({ x, y }, i) => ({ x, y, bottom: y + (heights[i] ?? 0) }));
      for (const [i, a] of frames.entries()) {
        if (a.y < 0 || a.bottom > layout.height) return `box ${i} leaves the picture`;
        for (const [j, b] of frames.entries()) {
          if (i !== j && a.x === b.x && a.y < b.bottom && b.y < a.bottom)
            return `boxes ${i} and ${j} overlap`;
        }
        for (const point of layout.paths.flatMap((path) => path.slice(1, -1))) {
          if (point.x === a.x && point.y > a.y && point.y < a.bottom) return `a link passes through box ${i}`;
        }
      }
      for (const [from, to] of links) {
        if ((frames[from]?.x ?? 0) >= (frames[to]?.x ?? 0))
          return `link ${from} -> ${to} does not lead to the right`;
      }
      return undefined;
    },
    shrink: (one) => one,
    format: (one) => JSON.stringify(one),
  });
});
