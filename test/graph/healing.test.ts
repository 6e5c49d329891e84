// After an input was replaced, a node gave up, threw or was canceled: no change is lost, and handlers come back.
import { expect, describe as group, test } from "bun:test";
import {
  causeOfKey,
  Engine,
  type GraphNode,
  input,
  keyedChanges,
  node,
  noop,
  Statistics,
  unchanged,
  unhandled,
  updated,
} from "../../src/graph/index.ts";
import { numbers, running } from "./examples.ts";

/** An output that notes which of its functions were called, with a handler for each input. */
function noting(inputs: Readonly<Record<string, GraphNode>>) {
  const called: string[] = [];
  const handlers = Object.fromEntries(
    Object.keys(inputs).map((name) => [
      name,
      () => {
        called.push(name);
        return updated;
      },
    ]),
  );
  const out = node({
    name: "out",
    kind: "output",
    inputs,
    data: () => ({}),
    run() {
      called.push("run");
      return updated;
    },
    handlers,
  });
  return { called, out };
}

group("an input whose content was replaced", () => {
  test("has its next change handled again, not recomputed", () => {
    const { calls, engine, source } = running();
    engine.push(source, { z: 50 }, { reset: true });
    engine.run();
    calls.take();
    engine.push(source, { y: 1 });
    engine.run();
    expect(calls.take()).toEqual(["double.source", "sum.run"]);
  });

  test("is updated also when the new content is empty, because of the replacement", () => {
    const source = numbers("source");
    const { called, out } = noting({ source });
    const statistics = new Statistics();
    const engine = new Engine([out], { observer: statistics });
    engine.push(source, { a: 1 });
    engine.run();
    called.length = 0;
    const cause = engine.push(source, {}, { reset: true });
    expect(engine.run().isUpdated(source)).toBe(true);
    expect([called, engine.data(source).size]).toEqual([["run"], 0]);
    expect(statistics.history.at(-1)?.reason.cause).toEqual(cause);
  });

  test("recomputes no node for which it is a no-op", () => {
    const [source, other] = [numbers("source"), numbers("other")];
    const called: string[] = [];
    const out = node({
      name: "out",
      kind: "output",
      inputs: { source, other },
      data: () => ({}),
      run: () => {
        called.push("run");
        return updated;
      },
      handlers: {
        source: noop("it only asks"),
        other: () => {
          called.push("other");
          return updated;
        },
      },
    });
    const engine = new Engine([out]);
    engine.run();
    called.length = 0;
    engine.push(source, { a: 1 }, { reset: true });
    engine.run();
    expect(called).toEqual([]);
    engine.push(source, { a: 1 }, { reset: true });
    engine.push(other, { a: 1 });
    expect(engine.run().errors).toEqual([]);
    expect(called).toEqual(["other"]);
  });
});

test("only the handlers of inputs that changed are called", () => {
  const [left, right] = [numbers("left"), numbers("right")];
  const { called, out } = noting({ left, right });
  const engine = new Engine([out]);
  engine.run();
  called.length = 0;
  engine.push(right, { a: 1 });
  engine.run();
  expect(called).toEqual(["right"]);
});

group("a node whose data are dirty", () => {
  /** A derived node that gives up or throws on the way, and whose recompute finds nothing new. */
  function givingUp(giveUp: (cause: Parameters<typeof causeOfKey>[0]) => ReturnType<typeof unhandled>) {
    const source = numbers("source");
    const sizes: number[] = [];
    const middle = node({
      name: "middle",
      kind: "derived",
      inputs: { source },
      data: () => new Map<string, number>(),
      changes: keyedChanges<string>,
      run({ data }) {
        sizes.push(data.size);
        return unchanged;
      },
      handlers: {
        source({ data, cause }) {
          data.set("half", 1);
          return giveUp(cause);
        },
      },
    });
    const { called, out } = noting({ middle });
    const statistics = new Statistics();
    const engine = new Engine([out], { observer: statistics });
    engine.run();
    called.length = 0;
    sizes.length = 0;
    return { source, middle, called, sizes, statistics, engine };
  }

  test("counts as updated when its recompute says that nothing changed, because of the row that it gave up on", () => {
    const { source, called, engine, statistics } = givingUp((cause) =>
      unhandled("odd", causeOfKey(cause, "row")),
    );
    engine.push(source, { a: 1 });
    engine.run();
    expect(called).toEqual(["run"]);
    expect(statistics.history.at(-1)?.reason).toMatchObject({ node: "out", cause: { key: "row" } });
  });

  test("is recomputed because of the push when its handler knows no row", () => {
    const { source, engine, statistics } = givingUp(() => unhandled("odd"));
    const cause = engine.push(source, { a: 1 });
    engine.run();
    const reason = { node: "middle", input: "source", handler: "middle_source_handler", cause };
    expect(statistics.history.at(-2)?.reason).toMatchObject(reason);
  });

  test("starts from initial data also when a recompute is forced before it is healed", () => {
    const { source, sizes, engine } = givingUp(() => {
      throw new Error("half way");
    });
    engine.push(source, { a: 1 });
    engine.run();
    engine.recompute("asked for");
    engine.run();
    expect(sizes).toEqual([0]);
  });

  test("keeps what it was told if it is a run node, which may not be told it again", () => {
    let broken = false;
    const asking = node({
      name: "asking",
      kind: "run",
      inputs: {},
      data: () => ({ heard: 0 }),
      run({ data }) {
        data.heard++;
        if (broken) throw new Error("line is cut");
        return updated;
      },
    });
    const engine = new Engine([asking]);
    engine.run();
    broken = true;
    const cause = engine.poke(asking, "it rang");
    expect(engine.run().errors).toMatchObject([{ node: "asking", where: "run", cause }]);
    broken = false;
    engine.run();
    expect(engine.data(asking)).toEqual({ heard: 3 });
  });
});

group("a node that was canceled while another of its inputs changed", () => {
  /** slow has no handler, and its recompute finds nothing new; out has a handler for both. */
  function canceling() {
    const [quick, behind] = [numbers("quick"), numbers("behind")];
    const slow = node({
      name: "slow",
      kind: "derived",
      inputs: { behind },
      data: () => ({}),
      changes: keyedChanges<string>,
      run: () => unchanged,
    });
    const { called, out } = noting({ quick, slow });
    const statistics = new Statistics();
    const engine = new Engine([out], { observer: statistics });
    engine.run();
    called.length = 0;
    return { quick, behind, called, statistics, engine, out };
  }

  test("takes the change in with a recompute, whatever became of the input that was not valid", () => {
    const { quick, behind, called, engine, out, statistics } = canceling();
    engine.push(behind, { a: 1 });
    const cause = engine.push(quick, { a: 1 });
    engine.run({ allowRecompute: false });
    expect([called, engine.isValid(out)]).toEqual([[], false]);
    engine.run();
    expect([called, engine.isValid(out)]).toEqual([["run"], true]);
    expect(statistics.history.at(-1)?.reason).toMatchObject({
      node: "out",
      input: "quick",
      text: "slow was not valid at a change of quick",
      cause,
    });
  });

  test("tells the first reason, whatever else is not taken in meanwhile", () => {
    const { quick, behind, engine, statistics } = canceling();
    engine.push(behind, { a: 1 });
    const first = engine.push(quick, { a: 1 });
    engine.run({ allowRecompute: false });
    engine.push(quick, { b: 2 });
    engine.run({ allowRecompute: false });
    engine.push(quick, { c: 3 }, { reset: true });
    engine.run();
    expect(statistics.history.at(-1)?.reason).toMatchObject({ node: "out", cause: first });
  });
});

test("of several inputs without a handler the first that changed is the reason", () => {
  const [left, right] = [numbers("left"), numbers("right")];
  const out = node({
    name: "out",
    kind: "output",
    inputs: { left, right },
    data: () => ({}),
    run: () => updated,
  });
  const statistics = new Statistics();
  const engine = new Engine([out], { observer: statistics });
  engine.run();
  engine.push(right, { a: 1 });
  const cause = engine.push(left, { a: 1 });
  engine.run();
  expect(statistics.history.at(-1)?.reason).toMatchObject({ input: "left", cause });
});

test("whatever is asked of the engine is answered with the cause that its reasons name", () => {
  const asking = node({ name: "asking", kind: "run", inputs: {}, data: () => ({}), run: () => updated });
  const statistics = new Statistics();
  const engine = new Engine([asking], { observer: statistics });
  engine.run();
  const forced = engine.recompute("asked for");
  engine.run();
  expect(statistics.history.at(-1)?.reason.cause).toEqual(forced);
  const seen: unknown[] = [];
  const told = node({
    name: "told",
    kind: "output",
    inputs: { asking },
    data: () => ({}),
    run({ cause }) {
      seen.push(cause);
      return updated;
    },
  });
  const other = new Engine([told]);
  other.run();
  const poked = other.poke(asking, "it rang");
  other.run();
  expect(seen.at(-1)).toEqual(poked);
});

test("no clock is looked at without an observer", () => {
  const source = input({ name: "source", data: () => ({}), apply: (_: number) => updated });
  const { called, out } = noting({ source });
  const engine = new Engine([out], {
    elapsed() {
      throw new Error("a look");
    },
  });
  engine.push(source, 1);
  engine.run();
  expect(called).toEqual(["run"]);
});
