// A test of the property test: on a copy of the graph in which one handler is broken, it fails.
import { describe, expect, test } from "bun:test";
import { type AnyFunction, type GraphNode, unchanged } from "../../src/graph/index.ts";
import { type PlugGraph, plugGraph } from "../../src/plug/graph.ts";
import { settings } from "../support/plug-bench.ts";
import { registryOf } from "../support/providers.ts";
import { findCounterexample } from "../support/random.ts";
import { faultOfHistory, histories } from "./support/check.ts";

/** Every call of plugGraph makes new nodes, so what is done to the handlers of one copy stays in it. */
function breakHandler(
  graph: PlugGraph,
  node: string,
  input: string,
  mutate: (handler: AnyFunction) => AnyFunction,
) {
  const handlers = nodesOf(graph).find(({ name }) => name === node)?.handlers ?? {};
  const handler = handlers[input];
  if (typeof handler !== "function") throw new Error(`node ${node} has no handler for ${input}`);
  Object.assign(handlers, { [input]: mutate(handler) });
}

function nodesOf(graph: PlugGraph): readonly GraphNode[] {
  const found = new Set<GraphNode>();
  const visit = (node: GraphNode) => {
    found.add(node);
    for (const before of Object.values(node.inputs)) visit(before);
  };
  for (const output of graph.engine().outputs) visit(output);
  return [...found];
}

/** The handler is not told of what is gone. */
const forgetDeletions =
  (handler: AnyFunction): AnyFunction =>
  (context) => {
    const { changes, data }: { changes?: unknown; data?: unknown } = context.input;
    if (!(changes instanceof Map) || !(data instanceof Map)) throw new Error("the input tracks no keys");
    const kept = new Map([...changes].filter(([key]) => data.has(key)));
    return handler({ ...context, input: { data, changes: kept } });
  };

const forgetEverything = () => () => unchanged;

function search(node: string, input: string, mutate: (handler: AnyFunction) => AnyFunction) {
  const prepare = (graph: PlugGraph) => breakHandler(graph, node, input, mutate);
  // Always the same histories: whether they find a mutation is no matter of luck.
  return { ...histories(2000, 60, (history) => faultOfHistory(history, { prepare })), seed: 1 };
}

test.each([
  ["observed", "iface"],
  ["lport", "portBinding"],
])("node %s forgetting deletions of %s is found, and shrunk to a few steps", (node, input) => {
  const found = findCounterexample(search(node, input, forgetDeletions));
  expect(found?.message).toContain("differs from a recompute");
  expect(found?.case.length).toBeLessThanOrEqual(8);
});

describe("a handler that forgets everything it is told is found", () => {
  const edges = nodesOf(plugGraph(registryOf(), settings)).flatMap(({ name, handlers }) =>
    Object.entries(handlers).flatMap(([input, handler]) =>
      typeof handler === "function" ? [[name, input] as const] : [],
    ),
  );
  test.each(edges)("node %s, input %s", (node, input) => {
    const asFound = {
      ...search(node, input, forgetEverything),
      shrink: (one: Parameters<typeof faultOfHistory>[0]) => one,
    };
    expect(findCounterexample(asFound)).toBeDefined();
  });
});
