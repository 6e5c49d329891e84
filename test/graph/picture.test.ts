// The graph drawn as text, DOT, Mermaid and SVG.
import { expect, test } from "bun:test";
import { join } from "node:path";
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
  pictureOf,
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

test("as DOT and Mermaid, with an engine: a box for each node with its state, and that state's colours", () => {
  const statistics = new Statistics();
  const engine = new Engine(outputs(), { observer: statistics });
  engine.run({ allowRecompute: false });
  const graph = describeGraph(engine, statistics);
  const dot = graphToDot(graph).split("\n");
  expect([dot[0], dot[1], dot.at(-2), dot.at(-1)]).toEqual([
    "digraph graph_engine {",
    "  rankdir=LR;",
    "}",
    "",
  ]);
  expect(dot[2]).toStartWith("  node [shape=box, ");
  expect(dot[3]).toStartWith("  edge [");
  const counters = "recompute 0, compute 0, cancel 1, updated 0";
  expect(dot).toContain(
    `  "out" [label="out\\noutput\\ncanceled\\n${counters}", fillcolor="#f9d9d6", color="#b3403a"];`,
  );
  const mermaid = graphToMermaid(graph).split("\n");
  expect([mermaid[0], mermaid.at(-1)]).toEqual(["flowchart LR", ""]);
  expect(mermaid).toContain(`  n3["out<br/>output<br/>canceled<br/>${counters}"]:::canceled`);
  for (const name of ["updated", "unchanged", "stale", "canceled", "none"]) {
    expect(mermaid.filter((line) => line.startsWith(`  classDef ${name} fill:#`))).toHaveLength(1);
  }
});

test("as DOT and Mermaid, without an engine: names and kinds alone", () => {
  const graph = describeNodes(outputs());
  expect(graphToDot(graph)).toContain('  "a" [label="a\\ninput", fillcolor=');
  expect(graphToMermaid(graph)).toContain('  n0["a<br/>input"]:::none\n');
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

/** Links of every kind over one column and several, past boxes and across each other; one label is too long to be shown. */
function crossing() {
  const statistics = new Statistics();
  const plain = (name: string) => input({ name, data: () => ({}), apply: (_: number) => updated });
  const [rows, hosts, settings, late] = [plain("rows"), plain("hosts"), plain("settings"), plain("late")];
  const derived = (name: string, inputs: Record<string, GraphNode>, handled: readonly string[] = []) =>
    node({
      name,
      kind: "derived",
      inputs,
      data: () => ({}),
      run: () => updated,
      handlers: Object.fromEntries(handled.map((one) => [one, () => updated])),
    });
  const joined = derived("joined", { rows, hosts }, ["rows", "hosts"]);
  const local = derived("a_node_whose_own_name_is_long", { hosts, settings }, ["settings"]);
  const asked = derived("asked", { joined, settings }, ["joined"]);
  const told = node({
    name: "told",
    kind: "output",
    inputs: { asked, local, rows },
    data: () => ({}),
    run: () => updated,
    handlers: { local: noop("a reason that is longer than what there is room for"), rows: () => updated },
  });
  const counted = node({
    name: "counted",
    kind: "output",
    inputs: { joined, late },
    data: () => ({}),
    run: () => updated,
  });
  const engine = new Engine([told, counted], { observer: statistics });
  engine.run();
  engine.push(settings, 1);
  engine.run({ allowRecompute: false });
  return { engine, statistics };
}

test.each(["live", "still"])("as SVG: the %s picture is the one that was looked at", async (which) => {
  const { engine, statistics } = crossing();
  const graph = which === "live" ? describeGraph(engine, statistics) : describeNodes(engine.outputs);
  const approved = Bun.file(join(import.meta.dir, `pictures/${which}.svg`));
  // When the drawing is to be another one: write it there, look at it in a browser, and commit it.
  if (Bun.env.APPROVE === "1") await approved.write(graphToSvg(graph));
  expect(graphToSvg(graph)).toBe(await approved.text());
});

test("as boxes and lines: every line says what it joins, and a label is shown up to 44 characters", () => {
  const source = input({ name: "source", data: () => ({}), apply: (_: number) => updated });
  const boxWith = (label: string) =>
    node({
      name: "out",
      kind: "output",
      inputs: { source },
      data: () => ({}),
      run: () => updated,
      handlers: { source: noop(label.slice("no-op: ".length)) },
    });
  const shown = (label: string) => pictureOf(describeNodes([boxWith(label)])).nodes[1]?.rows[0]?.label;
  const longest = `no-op: ${"x".repeat(37)}`;
  expect([shown(longest), shown(`${longest}y`)]).toEqual([longest, `${longest.slice(0, 43)}…`]);
  expect(pictureOf(describeNodes(outputs())).edges.map(({ from, to, kind }) => [from, to, kind])).toEqual([
    ["a", "out", "handler"],
    ["b", "out", "recompute"],
    ['c"<&>', "out", "noop"],
  ]);
});

test("a graph of no nodes can be drawn", () => {
  const nothing: Graph = { nodes: [], edges: [] };
  expect(graphToText(nothing)).toBe("");
  expect(graphToSvg(nothing)).toContain("<svg");
});

test("no box covers another, or a link that passes it, whatever the graph", () => {
  type Size = { readonly width: number; readonly height: number };
  type Case = { readonly boxes: readonly Size[]; readonly links: readonly (readonly [number, number])[] };
  checkProperty<Case>({
    cases: 300,
    generate(random) {
      const boxes = random.list(1 + random.int(12), () => ({
        width: 60 + random.int(100),
        height: 30 + random.int(100),
      }));
      const links = boxes.flatMap((_, to) =>
        Array.from({ length: to }, (_, from) => [from, to] as const).filter(() => random.chance(0.3)),
      );
      return { boxes, links };
    },
    failure({ boxes, links }) {
      const layout = layOut(
        boxes,
        links.map(([from, to]) => ({ from, to, inset: 20 })),
        26,
      );
      const frames = layout.corners.map(({ x, y }, i) => ({
        x,
        y,
        right: x + (boxes[i]?.width ?? 0),
        bottom: y + (boxes[i]?.height ?? 0),
      }));
      const bends = layout.paths.flatMap((path) =>
        path.slice(1).flatMap((end, i) => {
          const start = path[i];
          return start === undefined || start.y === end.y ? [] : [{ left: start.x, right: end.x }];
        }),
      );
      for (const [i, a] of frames.entries()) {
        if (a.y < 0 || a.bottom > layout.height) return `box ${i} leaves the picture`;
        if (bends.some(({ left, right }) => left < a.right && a.x < right))
          return `a link bends where box ${i} stands`;
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
