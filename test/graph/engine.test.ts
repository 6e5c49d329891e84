// How the engine keeps the data of a graph up to date: what runs, what does not, and what is left for the next run.
import { describe, expect, test } from "bun:test";
import {
  Engine,
  GraphError,
  type GraphNode,
  input,
  keyedChanges,
  node,
  noop,
  unchanged,
  unhandled,
  updated,
  updatedTracked,
} from "../../src/graph/index.ts";

/** An input of numbers by name. `undefined` deletes; a batch with the key "boom" throws half way. */
function numbers(name: string) {
  return input({
    name,
    data: () => new Map<string, number>(),
    changes: keyedChanges<string>,
    apply(batch: Readonly<Record<string, number | undefined>>, { data, changes, cause }) {
      for (const [key, value] of Object.entries(batch)) {
        if (key === "boom") throw new Error("boom");
        if (value === undefined) data.delete(key);
        else data.set(key, value);
        changes.set(key, cause);
      }
      return Object.keys(batch).length > 0 ? updated : unchanged;
    },
  });
}

/** Counts calls of functions by name. */
class Calls {
  readonly made: string[] = [];
  take(): string[] {
    return this.made.splice(0);
  }
}

/** source -> double -> sum. `double` gives up on the value 13 half way and throws on the value 99. */
function doubling() {
  const calls = new Calls();
  const source = numbers("source");
  const double = node({
    name: "double",
    kind: "derived",
    inputs: { source },
    data: () => new Map<string, number>(),
    changes: keyedChanges<string>,
    run({ inputs, data }) {
      calls.made.push("double.run");
      data.clear();
      for (const [key, value] of inputs.source.data) data.set(key, 2 * value);
      return updated;
    },
    handlers: {
      source({ input, data, changes }) {
        calls.made.push("double.source");
        for (const [key, cause] of input.changes) {
          const value = input.data.get(key);
          changes.set(key, cause);
          if (value === undefined) data.delete(key);
          else data.set(key, 2 * value);
          if (value === 13) return unhandled("thirteen", cause);
          if (value === 99) throw new Error("ninety-nine");
        }
        return updated;
      },
    },
  });
  const sum = node({
    name: "sum",
    kind: "output",
    inputs: { double },
    data: () => ({ sum: 0 }),
    run({ inputs, data }) {
      calls.made.push("sum.run");
      data.sum = [...inputs.double.data.values()].reduce((a, b) => a + b, 0);
      return updated;
    },
  });
  const engine = new Engine([sum]);
  return { calls, source, double, sum, engine };
}

/** The same, after its first run. */
function running() {
  const graph = doubling();
  graph.engine.push(graph.source, { a: 1, b: 2 });
  graph.engine.run();
  graph.calls.take();
  return graph;
}

test("the first run computes every node, inputs first", () => {
  const { calls, engine, sum, source } = doubling();
  engine.push(source, { a: 1, b: 2 });
  const result = engine.run();
  expect(calls.take()).toEqual(["double.run", "sum.run"]);
  expect(engine.data(sum)).toEqual({ sum: 6 });
  expect(result.updated.map(({ name }) => name)).toEqual(["source", "double", "sum"]);
});

test("a change is handled by handlers, and by a recompute where there is none", () => {
  const { calls, engine, sum, source } = running();
  engine.push(source, { a: 10 });
  engine.run();
  expect(calls.take()).toEqual(["double.source", "sum.run"]);
  expect(engine.data(sum)).toEqual({ sum: 24 });
});

test("several pushes before a run are handled once, together", () => {
  const { calls, engine, sum, source } = running();
  engine.push(source, { a: 10 });
  engine.push(source, { b: undefined });
  engine.run();
  expect(calls.take()).toEqual(["double.source", "sum.run"]);
  expect(engine.data(sum)).toEqual({ sum: 20 });
});

test("a run that nothing was asked for calls nothing", () => {
  const { calls, engine } = running();
  expect(engine.needsRun).toBe(false);
  const result = engine.run();
  expect(calls.take()).toEqual([]);
  expect(result.ran).toBe(false);
  expect(result.updated).toEqual([]);
});

test("an input that answers unchanged stops everything after it", () => {
  const { calls, engine, source } = running();
  engine.push(source, {});
  expect(engine.run().updated).toEqual([]);
  expect(calls.take()).toEqual([]);
});

test("tracked changes belong to one result and are empty for the next", () => {
  const { engine, double, source } = running();
  engine.push(source, { a: 5 }, { cause: "five" });
  const first = engine.run();
  engine.push(source, { b: 6 }, { cause: "six" });
  const second = engine.run();
  expect([...(first.changes(double) ?? [])].map(([key, { label }]) => [key, label])).toEqual([["a", "five"]]);
  expect([...(second.changes(double) ?? [])].map(([key, { label }]) => [key, label])).toEqual([["b", "six"]]);
  expect(engine.run().changes(double)).toBeUndefined();
});

test("an unhandled change leads to one recompute, whose result counts as untracked", () => {
  const { calls, engine, double, source } = running();
  engine.push(source, { c: 3, x: 13, d: 4 });
  const result = engine.run();
  expect(calls.take()).toEqual(["double.source", "double.run", "sum.run"]);
  expect(engine.data(double)).toEqual(
    new Map([
      ["a", 2],
      ["b", 4],
      ["c", 6],
      ["x", 26],
      ["d", 8],
    ]),
  );
  expect(result.isUpdated(double)).toBe(true);
  expect(result.changes(double)).toBeUndefined();
});

test("a forced recompute runs every node", () => {
  const { calls, engine, sum } = running();
  engine.recompute("asked for");
  expect(engine.needsRun).toBe(true);
  engine.run();
  expect(calls.take()).toEqual(["double.run", "sum.run"]);
  expect(engine.data(sum)).toEqual({ sum: 6 });
});

test("a recompute that is forced, or follows a handler that gave up, starts from initial data and no changes", () => {
  const source = numbers("source");
  const found: number[][] = [];
  const out = node({
    name: "out",
    kind: "output",
    inputs: { source },
    data: () => new Map<string, number>(),
    changes: keyedChanges<string>,
    run({ data, changes, cause }) {
      found.push([data.size, changes.size]);
      data.set("run", 1);
      changes.set("run", cause);
      return updatedTracked;
    },
    handlers: {
      source({ data, changes, cause }) {
        data.set("handler", 1);
        changes.set("handler", cause);
        return unhandled("no idea");
      },
    },
  });
  const engine = new Engine([out]);
  expect([...(engine.run().changes(out)?.keys() ?? [])]).toEqual(["run"]);
  engine.push(source, { a: 1 });
  expect(engine.run().changes(out)).toBeUndefined();
  engine.recompute("asked for");
  expect(engine.run().changes(out)).toBeUndefined();
  expect(found).toEqual(Array(3).fill([0, 0]));
});

test("replacing an input's whole content leads to recomputes", () => {
  const { calls, engine, sum, source } = running();
  engine.push(source, { z: 50 }, { reset: true });
  engine.run();
  expect(calls.take()).toEqual(["double.run", "sum.run"]);
  expect(engine.data(sum)).toEqual({ sum: 100 });
});

describe("when a recompute is not allowed", () => {
  test("the node and all after it are canceled, and the next run makes up for it", () => {
    const { calls, engine, double, sum, source } = running();
    engine.push(source, { a: 10 });
    const first = engine.run({ allowRecompute: false });
    expect(calls.take()).toEqual(["double.source"]);
    expect([first.canceled, engine.isValid(double), engine.isValid(sum)]).toEqual([true, true, false]);
    engine.push(source, { b: 20 });
    const second = engine.run({ allowRecompute: false });
    expect(calls.take()).toEqual(["double.source"]);
    expect(second.canceled).toBe(true);
    const third = engine.run();
    expect(calls.take()).toEqual(["sum.run"]);
    expect([third.canceled, engine.data(sum).sum]).toEqual([false, 60]);
  });

  test("a change that could not be handled is not lost", () => {
    const { calls, engine, sum, source } = running();
    engine.push(source, { x: 13 });
    engine.run({ allowRecompute: false });
    expect(calls.take()).toEqual(["double.source"]);
    engine.push(source, { y: 1 });
    engine.run();
    expect(calls.take()).toEqual(["double.run", "sum.run"]);
    expect(engine.data(sum)).toEqual({ sum: 34 });
  });
});

describe("when a function throws", () => {
  test("a handler: its node is stale, nothing after it runs, and the next run recomputes it", () => {
    const { calls, engine, double, sum, source } = running();
    engine.push(source, { a: 99 }, { cause: "row a" });
    const failed = engine.run();
    expect(calls.take()).toEqual(["double.source"]);
    expect(failed.errors).toMatchObject([
      { node: "double", where: "double_source_handler", cause: { label: "row a" } },
    ]);
    expect([failed.canceled, engine.isValid(double), engine.isValid(sum)]).toEqual([true, false, false]);
    const healed = engine.run();
    expect(calls.take()).toEqual(["double.run", "sum.run"]);
    expect([healed.canceled, engine.data(sum).sum]).toEqual([false, 202]);
  });

  test("run: it is tried again in every run until it succeeds", () => {
    const source = numbers("source");
    let broken = true;
    const out = node({
      name: "out",
      kind: "output",
      inputs: { source },
      data: () => ({ size: 0 }),
      run({ inputs, data }) {
        data.size = inputs.source.data.size;
        if (broken) throw new Error("not yet");
        return updated;
      },
    });
    const engine = new Engine([out]);
    engine.push(source, { a: 1 });
    expect(engine.run().errors).toMatchObject([{ node: "out", where: "run" }]);
    expect(engine.run().errors).toHaveLength(1);
    broken = false;
    expect(engine.run().errors).toEqual([]);
    expect(engine.data(out)).toEqual({ size: 1 });
  });

  test("apply: later batches wait for one that replaces the whole content", () => {
    const { calls, engine, sum, source } = running();
    engine.push(source, { c: 3, boom: 0 });
    engine.push(source, { d: 4 });
    expect(engine.run().errors).toMatchObject([{ node: "source", where: "apply" }]);
    expect(calls.take()).toEqual([]);
    engine.push(source, { e: 5 });
    expect(engine.run().canceled).toBe(true);
    engine.push(source, { a: 1, d: 4 }, { reset: true });
    expect(engine.run().canceled).toBe(false);
    expect(engine.data(sum)).toEqual({ sum: 10 });
  });
});

describe("a node with several inputs", () => {
  function joining(handlers: { left?: boolean; right?: boolean | "noop"; leftGivesUp?: boolean }) {
    const calls = new Calls();
    const [left, right] = [numbers("left"), numbers("right")];
    const join = node({
      name: "join",
      kind: "output",
      inputs: { left, right },
      data: () => ({ size: 0 }),
      run({ inputs, data }) {
        calls.made.push("run");
        data.size = inputs.left.data.size + inputs.right.data.size;
        return updated;
      },
      handlers: {
        ...(handlers.left && {
          left() {
            calls.made.push("left");
            return handlers.leftGivesUp ? unhandled("no idea") : unchanged;
          },
        }),
        ...(handlers.right === "noop" && { right: noop("left says it all") }),
        ...(handlers.right === true && {
          right() {
            calls.made.push("right");
            return updated;
          },
        }),
      },
    });
    const engine = new Engine([join]);
    engine.run();
    calls.take();
    engine.push(right, { b: 1 });
    engine.push(left, { a: 1 });
    return { calls, engine, join };
  }

  test("calls its handlers in the order of its inputs, and one that updates is enough", () => {
    const { calls, engine, join } = joining({ left: true, right: true });
    expect(engine.run().isUpdated(join)).toBe(true);
    expect(calls.take()).toEqual(["left", "right"]);
  });

  test("is recomputed once if one handler gives up, and the rest are skipped", () => {
    const { calls, engine } = joining({ left: true, leftGivesUp: true, right: true });
    engine.run();
    expect(calls.take()).toEqual(["left", "run"]);
  });

  test("asks no handler if another input has none", () => {
    const { calls, engine } = joining({ left: true });
    engine.run();
    expect(calls.take()).toEqual(["run"]);
  });

  test("pays no attention to an input with a no-op handler", () => {
    const { calls, engine } = joining({ left: true, right: "noop" });
    engine.run();
    expect(calls.take()).toEqual(["left"]);
  });
});

describe("what a recompute tells the nodes after it", () => {
  /** An input that every batch leaves to `middle` to recompute; `last` has a handler for `middle`. */
  function chain(answer: typeof updated | typeof unchanged, tracksChanges = true) {
    const calls = new Calls();
    const source = numbers("source");
    const middle = node({
      name: "middle",
      kind: "derived",
      inputs: { source },
      data: () => new Map<string, number>(),
      ...(tracksChanges && { changes: keyedChanges<string> }),
      run: () => answer,
    });
    const last = node({
      name: "last",
      kind: "output",
      inputs: { middle },
      data: () => ({}),
      run() {
        calls.made.push("run");
        return updated;
      },
      handlers: {
        middle() {
          calls.made.push("handler");
          return updated;
        },
      },
    });
    const engine = new Engine([last]);
    engine.run();
    calls.take();
    engine.push(source, { a: 1 });
    engine.run();
    return calls.take();
  }

  test("updated: anything may have changed", () => expect(chain(updated)).toEqual(["run"]));
  test("updatedTracked: the changes say what", () => expect(chain(updatedTracked)).toEqual(["handler"]));
  test("unchanged: nothing to do", () => expect(chain(unchanged)).toEqual([]));
  test("updated, without tracked changes at all: a handler that looks at the whole", () =>
    expect(chain(updated, false)).toEqual(["handler"]));
});

describe("a run node", () => {
  /** `ask` is told the news once, and never again. */
  function asking() {
    const world = { news: ["first"], asked: 0 };
    const ask = node({
      name: "ask",
      kind: "run",
      inputs: {},
      data: (): string[] => [],
      run({ data }) {
        world.asked++;
        const news = world.news.splice(0);
        data.push(...news);
        return news.length > 0 ? updated : unchanged;
      },
    });
    const out = node({
      name: "out",
      kind: "output",
      inputs: { ask },
      data: () => ({ known: "" }),
      run({ inputs, data }) {
        data.known = inputs.ask.data.join();
        return updated;
      },
    });
    const engine = new Engine([out]);
    engine.run();
    return { world, ask, out, engine };
  }

  test("asks when it is poked, once for several pokes, and only then", () => {
    const { world, ask, out, engine } = asking();
    world.news.push("second");
    engine.run();
    expect(engine.data(out).known).toBe("first");
    engine.poke(ask, "it rang");
    engine.poke(ask, "it rang again");
    engine.run();
    engine.run();
    expect([engine.data(out).known, world.asked]).toEqual(["first,second", 2]);
  });

  test("asks even if recomputes are not allowed, and its answer is not lost", () => {
    const { world, ask, out, engine } = asking();
    world.news.push("second");
    engine.poke(ask, "it rang");
    engine.run({ allowRecompute: false });
    expect([engine.data(ask).length, engine.isValid(out)]).toEqual([2, false]);
    engine.run();
    expect(engine.data(out).known).toBe("first,second");
  });

  test("keeps its data in a forced recompute", () => {
    const { out, engine, world } = asking();
    engine.recompute("asked for");
    engine.run();
    expect([engine.data(out).known, world.asked]).toEqual(["first", 2]);
  });
});

describe("making a graph", () => {
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

  test("refuses a function that calls its engine", () => {
    const source = numbers("source");
    const meddling = node({
      name: "meddling",
      kind: "output",
      inputs: { source },
      data: () => ({}),
      run() {
        engine.push(source, { a: 1 });
        return updated;
      },
    });
    const engine = new Engine([meddling]);
    expect(engine.run().errors).toMatchObject([{ node: "meddling", error: { code: "busy" } }]);
  });
});
