// What a node's answers mean: with several inputs, after a recompute, and for a node that asks outside.
import { describe, expect, test } from "bun:test";
import {
  Engine,
  keyedChanges,
  node,
  noop,
  unchanged,
  unhandled,
  updated,
  updatedTracked,
} from "../../src/graph/index.ts";
import { Calls, numbers } from "./examples.ts";

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
