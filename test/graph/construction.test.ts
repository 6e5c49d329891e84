// What the engine refuses to be made of, and calls that it refuses.
import { expect, test } from "bun:test";
import { Engine, GraphError, type GraphNode, node, noop, unchanged, updated } from "../../src/graph/index.ts";
import { doubling, numbers } from "./examples.ts";

function plain(name: string, inputs: Readonly<Record<string, GraphNode>>) {
  return node({ name, kind: "derived", inputs, data: () => ({}), run: () => unchanged });
}

function codeOf(make: () => unknown): string | undefined {
  try {
    make();
    return undefined;
  } catch (error) {
    if (error instanceof GraphError) return error.code;
    throw error;
  }
}

test("refuses two nodes of one name", () => {
  expect(codeOf(() => new Engine([plain("twin", {}), plain("twin", {})]))).toBe("duplicate-name");
});

test("refuses a cycle, and names it", () => {
  const inputs: Record<string, GraphNode> = {};
  const first = plain("first", inputs);
  inputs.second = plain("second", { first });
  expect(codeOf(() => new Engine([first]))).toBe("cycle");
  expect(() => new Engine([first])).toThrow("first -> second -> first");
});

test("takes a node that several ways lead to for no cycle, and names only the nodes of one", () => {
  const base = plain("base", {});
  expect(codeOf(() => new Engine([plain("top", { base, side: plain("side", { base }) })]))).toBeUndefined();
  const inputs: Record<string, GraphNode> = { base };
  const first = plain("first", inputs);
  inputs.second = plain("second", { first });
  expect(() => new Engine([first])).toThrow(": first -> second -> first;");
});

test("refuses what is not a node, and handlers for what is no input", () => {
  const inputs: Record<string, GraphNode> = JSON.parse('{"nothing": null}');
  expect(codeOf(() => new Engine([plain("out", inputs)]))).toBe("unknown-input");
  const stray = { ...plain("out", {}), handlers: { ghost: noop("never") } };
  expect(codeOf(() => new Engine([stray]))).toBe("unknown-input");
});

test("refuses pushes to nodes of other graphs", () => {
  const { engine } = doubling();
  expect(codeOf(() => engine.push(numbers("other"), {}))).toBe("unknown-node");
});

test("gives every engine its own data", () => {
  const { source, sum } = doubling();
  const [one, other] = [new Engine([sum]), new Engine([sum])];
  one.push(source, { a: 1 });
  one.run();
  other.run();
  expect([one.data(sum).sum, other.data(sum).sum]).toEqual([2, 0]);
});

test.each(["push", "recompute", "run"] as const)("refuses a function that calls its engine: %s", (what) => {
  const source = numbers("source");
  const meddling = node({
    name: "meddling",
    kind: "output",
    inputs: { source },
    data: () => ({}),
    run() {
      if (what === "push") engine.push(source, { a: 1 });
      else if (what === "recompute") engine.recompute("meddling");
      else engine.run();
      return updated;
    },
  });
  const engine = new Engine([meddling]);
  expect(engine.run().errors).toMatchObject([{ node: "meddling", error: { code: "busy" } }]);
});
