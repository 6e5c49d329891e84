// How the engine keeps the data of a graph up to date: what runs, what does not, and what is left for the next run.
import { describe, expect, test } from "bun:test";
import { Engine, keyedChanges, node, unhandled, updated, updatedTracked } from "../../src/graph/index.ts";
import { doubling, numbers, running } from "./examples.ts";

test("the first run computes every node, inputs first", () => {
  const { calls, double, engine, sum, source } = doubling();
  engine.push(source, { a: 1, b: 2 });
  const result = engine.run();
  expect(calls.take()).toEqual(["double.run", "sum.run"]);
  expect(engine.data(sum)).toEqual({ sum: 6 });
  expect([source, double, sum].map((node) => result.isUpdated(node))).toEqual([true, true, true]);
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
  const { calls, engine, sum } = running();
  expect(engine.needsRun).toBe(false);
  expect(engine.run().isUpdated(sum)).toBe(false);
  expect(calls.take()).toEqual([]);
});

test("an input that answers unchanged stops everything after it", () => {
  const { calls, engine, source, sum } = running();
  engine.push(source, {});
  const result = engine.run();
  expect([result.isUpdated(source), result.isUpdated(sum)]).toEqual([false, false]);
  expect(calls.take()).toEqual([]);
});

test("tracked changes belong to one result and are empty for the next", () => {
  const { engine, double, source } = running();
  engine.push(source, { a: 5 }, { label: "five" });
  const first = engine.run();
  engine.push(source, { b: 6 }, { label: "six" });
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

test("a recompute after a handler gave up starts from initial data and no changes, a forced one from what is there", () => {
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
  expect(found).toEqual([
    [0, 0],
    [0, 0],
    [1, 0],
  ]);
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
    engine.push(source, { a: 99 }, { label: "row a" });
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
