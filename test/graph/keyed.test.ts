// The operator for nodes of which each entry follows from its key: what is right stays, and nothing is missed.
import { describe, expect, test } from "bun:test";
import { Engine, input, keyed, keyedChanges, sameKeys, scratchOf, verify } from "../../src/graph/index.ts";
import { updated } from "../../src/graph/node.ts";
import { checkProperty, type Random, shrinkList } from "../support/random.ts";

type Rows = Readonly<Record<string, number | null>>;

function rowsInput(name: string) {
  return input({
    name,
    data: () => new Map<string, number>(),
    changes: keyedChanges<string>,
    apply(batch: Rows, { data, changes, cause }) {
      for (const [key, value] of Object.entries(batch)) {
        if (value === null) data.delete(key);
        else data.set(key, value);
        changes.set(key, cause);
      }
      return updated;
    },
  });
}

interface Sum {
  readonly key: string;
  readonly sum: number;
}

/** Every key of `left` that is even there, with the sum of both sides times the factor. */
function makeJoin() {
  const [left, right] = [rowsInput("left"), rowsInput("right")];
  const factor = input({
    name: "factor",
    data: () => ({ factor: 1 }),
    apply(value: number, { data }) {
      data.factor = value;
      return updated;
    },
  });
  const decided: string[] = [];
  const sum = keyed({
    name: "sum",
    kind: "output",
    inputs: { left, right, factor },
    over: (inputs) => inputs.left.data,
    deciding:
      (inputs) =>
      (key: string, value: number | undefined): Sum | undefined => {
        decided.push(key);
        if (value === undefined || value % 2 === 1) return undefined;
        return { key, sum: (value + (inputs.right.data.get(key) ?? 0)) * inputs.factor.data.factor };
      },
    same: (a, b) => a.sum === b.sum,
    concerned: { left: sameKeys, right: sameKeys },
  });
  const engine = new Engine([sum]);
  return { left, right, factor, sum, engine, decided };
}

describe("a keyed node", () => {
  test("decides in a handler the keys that changed, and no others", () => {
    const { engine, left, sum, decided } = makeJoin();
    engine.push(left, { a: 2, b: 4, c: 5 });
    engine.run();
    decided.length = 0;
    engine.push(left, { b: 6, c: 7 });
    const changes = engine.run().changes(sum);
    expect([decided, [...(changes?.keys() ?? [])]]).toEqual([["b", "c"], ["b"]]);
  });

  test("decides a key once a run, whatever inputs changed", () => {
    const { engine, left, right, decided } = makeJoin();
    engine.run();
    engine.push(left, { a: 2 });
    engine.push(right, { a: 3 });
    engine.run();
    expect(decided).toEqual(["a"]);
  });

  test("keeps the very object that is right, also when everything is decided anew", () => {
    const { engine, left, right, factor, sum } = makeJoin();
    engine.push(left, { a: 0, b: 2 });
    engine.run();
    const [a, b] = [engine.data(sum).get("a"), engine.data(sum).get("b")];
    engine.push(right, { b: 0 });
    expect(engine.run().isUpdated(sum)).toBe(false);
    const cause = engine.push(factor, 3);
    const result = engine.run();
    expect(result.changes(sum)).toEqual(new Map([["b", cause]]));
    expect(engine.data(sum).get("a")).toBe(a);
    expect(engine.data(sum).get("b")).not.toBe(b);
  });

  test("lets an entry go whose key went, in a handler and in a recompute", () => {
    const { engine, left, factor, sum } = makeJoin();
    engine.push(left, { a: 2, b: 2, odd: 5 });
    engine.run();
    engine.push(left, { a: null });
    engine.run();
    expect([...engine.data(sum).keys()]).toEqual(["b"]);
    engine.push(left, { b: null });
    engine.push(factor, 2);
    expect([...(engine.run().changes(sum)?.keys() ?? [])]).toEqual(["b"]);
    expect(engine.data(sum).size).toBe(0);
  });

  test("has entries besides for keys that the map lacks, for as long as they are named", () => {
    const [left, right] = [rowsInput("left"), rowsInput("right")];
    const sum = keyed({
      name: "sum",
      kind: "output",
      inputs: { left, right },
      over: (inputs) => inputs.left.data,
      also: (inputs) => inputs.right.data.keys(),
      deciding: (inputs) => (key: string, value: number | undefined) => ({
        key,
        sum: (value ?? 0) + (inputs.right.data.get(key) ?? 0),
      }),
      concerned: {},
    });
    const engine = new Engine([sum]);
    engine.push(left, { a: 1 });
    engine.push(right, { a: 1, b: 2 });
    engine.run();
    expect([...engine.data(sum).values()]).toEqual([
      { key: "a", sum: 2 },
      { key: "b", sum: 2 },
    ]);
    engine.push(right, { b: null });
    engine.run();
    expect([...engine.data(sum).keys()]).toEqual(["a"]);
    engine.push(left, { a: null });
    engine.run();
    expect([...engine.data(sum).keys()]).toEqual(["a"]);
    engine.push(right, { a: null });
    expect([...(engine.run().changes(sum)?.keys() ?? [])]).toEqual(["a"]);
    expect(engine.data(sum).size).toBe(0);
    engine.push(left, { a: 1, c: 3 });
    engine.push(right, { b: 2 });
    engine.run();
    engine.push(left, { c: null });
    engine.run();
    expect([...engine.data(sum).keys()]).toEqual(["a", "b"]);
  });

  test("is not updated by a recompute that finds everything right", () => {
    const { engine, left, factor, sum } = makeJoin();
    engine.push(left, { a: 0, b: 1 });
    engine.run();
    engine.push(factor, 2);
    expect(engine.run().isUpdated(sum)).toBe(false);
  });

  test("decides nothing where a change concerns no key", () => {
    const source = rowsInput("source");
    const looked: string[] = [];
    const none = keyed({
      name: "none",
      kind: "output",
      inputs: { source },
      over: (inputs) => inputs.source.data,
      deciding() {
        looked.push("deciding");
        return (key: string, value: number | undefined) => (value === undefined ? undefined : { key });
      },
      concerned: { source: () => new Map() },
    });
    const engine = new Engine([none]);
    engine.run();
    looked.length = 0;
    engine.push(source, { a: 1 });
    expect([engine.run().isUpdated(none), looked]).toEqual([false, []]);
  });

  test("calls its handlers by the node and the input, as any node", () => {
    const { engine, sum } = makeJoin();
    const names = engine.slots.get(sum)?.edges.map(({ handler, handlerName }) => handler && handlerName);
    expect([sum.kind, names]).toEqual(["output", ["sum_left_handler", "sum_right_handler", undefined]]);
  });
});

type Step = { readonly to: "left" | "right"; readonly rows: Rows } | { readonly factor: number };

function randomStep(random: Random): Step {
  if (random.chance(0.1)) return { factor: random.int(3) };
  const rows = random.list(1 + random.int(4), () => [
    random.pick(["a", "b", "c", "d", "e"]),
    random.chance(0.3) ? null : random.int(8),
  ]);
  return { to: random.pick(["left", "right"]), rows: Object.fromEntries(rows) };
}

test("whatever is pushed, a keyed node holds what a recompute gives, and tracks every change", () => {
  checkProperty<readonly Step[]>({
    cases: 500,
    generate: (random) => random.list(20, () => randomStep(random)),
    failure(steps) {
      const { engine, left, right, factor, sum } = makeJoin();
      const content = { left: new Map<string, number | null>(), right: new Map<string, number | null>() };
      const mirror = new Map<string, Sum | undefined>();
      let last = 1;
      for (const step of steps) {
        if ("factor" in step) {
          last = step.factor;
          engine.push(factor, last);
        } else {
          engine.push(step.to === "left" ? left : right, step.rows);
          for (const [key, value] of Object.entries(step.rows)) content[step.to].set(key, value);
        }
        for (const key of engine.run().changes(sum)?.keys() ?? []) mirror.set(key, engine.data(sum).get(key));
        const scratch = scratchOf(engine);
        scratch.push(left, Object.fromEntries(content.left));
        scratch.push(right, Object.fromEntries(content.right));
        scratch.push(factor, last);
        const [difference] = verify(engine, scratch).differences;
        if (difference !== undefined) return `${difference.node} differs in ${difference.key}`;
        for (const key of ["a", "b", "c", "d", "e"]) {
          if (engine.data(sum).get(key) !== mirror.get(key)) return `the change of ${key} was not tracked`;
        }
      }
      return undefined;
    },
    shrink: shrinkList,
    format: (steps) => steps.map((step) => JSON.stringify(step)).join("\n"),
  });
});
