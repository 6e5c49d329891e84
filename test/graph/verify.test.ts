// The shadow check finds incremental state that is not what a recompute gives, and names the smallest key.
import { expect, test } from "bun:test";
import { Engine, input, keyedChanges, node, scratchOf, updated, verify } from "../../src/graph/index.ts";

/** words -> byLength -> count; the handler of byLength forgets to take deleted words out. */
function forgetful() {
  const words = input({
    name: "words",
    data: () => new Set<string>(),
    changes: keyedChanges<string>,
    apply(
      batch: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
      { data, changes, cause },
    ) {
      for (const word of batch.add ?? []) data.add(word);
      for (const word of batch.remove ?? []) data.delete(word);
      for (const word of [...(batch.add ?? []), ...(batch.remove ?? [])]) changes.set(word, cause);
      return updated;
    },
  });
  const lookup = node({
    name: "lookup",
    kind: "run",
    inputs: {},
    data: () => ({ asked: 0 }),
    run({ data }) {
      data.asked++;
      return updated;
    },
  });
  const byLength = node({
    name: "by_length",
    kind: "derived",
    inputs: { words, lookup },
    data: () => ({ lengths: new Map<string, { length: number }>(), asked: 0 }),
    run({ inputs, data }) {
      data.lengths.clear();
      for (const word of inputs.words.data) data.lengths.set(word, { length: word.length });
      data.asked = inputs.lookup.data.asked;
      return updated;
    },
    handlers: {
      words({ input, data }) {
        for (const word of input.changes.keys()) data.lengths.set(word, { length: word.length });
        return updated;
      },
    },
  });
  const count = node({
    name: "count",
    kind: "output",
    inputs: { byLength },
    data: () => ({ count: 0 }),
    run({ inputs, data }) {
      data.count = inputs.byLength.data.lengths.size;
      return updated;
    },
  });
  const engine = new Engine([count]);
  engine.push(words, { add: ["one", "two", "three"] });
  engine.run();
  return { engine, words, lookup, count };
}

test("nothing is found where handlers were right", () => {
  const { engine, words } = forgetful();
  engine.push(words, { add: ["four"] });
  engine.run();
  const scratch = scratchOf(engine);
  scratch.push(words, { add: ["four", "three", "two", "one"] });
  expect(verify(engine, scratch)).toEqual({ differences: [], skipped: [], errors: [] });
});

test("a drift is found where it began, with its smallest key and both values, and healed by a recompute", () => {
  const { engine, words, count } = forgetful();
  engine.push(words, { remove: ["two", "one"] });
  engine.run();
  const content = { add: ["three"] };
  const scratch = scratchOf(engine);
  scratch.push(words, content);
  expect(verify(engine, scratch).differences).toEqual([
    { node: "by_length", key: "lengths.one", ours: { length: 3 }, theirs: undefined },
    { node: "count", key: "count", ours: 3, theirs: 1 },
  ]);
  engine.recompute("verify found a difference");
  engine.run();
  expect(engine.data(count)).toEqual({ count: 1 });
  const again = scratchOf(engine);
  again.push(words, content);
  expect(verify(engine, again).differences).toEqual([]);
});

test("run nodes are not asked again, and their answers are those that were given", () => {
  const { engine, words, lookup } = forgetful();
  engine.poke(lookup, "it rang");
  engine.run();
  const scratch = scratchOf(engine);
  scratch.push(words, { add: ["one", "two", "three"] });
  expect(verify(engine, scratch)).toEqual({ differences: [], skipped: [], errors: [] });
  expect(engine.data(lookup)).toEqual({ asked: 2 });
});

test("nodes that are not valid are not compared, and changes that wait forbid it", () => {
  const { engine, words } = forgetful();
  engine.push(words, { add: ["four"] });
  expect(() => verify(engine, scratchOf(engine))).toThrow("changes wait");
  engine.run({ allowRecompute: false });
  const scratch = scratchOf(engine);
  scratch.push(words, { add: ["one", "two", "three", "four"] });
  expect(verify(engine, scratch)).toEqual({ differences: [], skipped: ["count"], errors: [] });
});

/** An engine of one output with these data, and what a recompute finds where they should be `theirs`. */
function differenceOf(ours: object, theirs: object) {
  let held = ours;
  const lookup = input({ name: "lookup", data: () => ({}), apply: (_: number) => updated });
  const out = node({
    name: "out",
    kind: "output",
    inputs: { lookup },
    data: () => ({ content: held }),
    run({ data }) {
      data.content = held;
      return updated;
    },
  });
  const engine = new Engine([out]);
  engine.run();
  held = theirs;
  const [difference] = verify(engine, scratchOf(engine)).differences;
  return difference && { key: difference.key, ours: difference.ours, theirs: difference.theirs };
}

test.each([
  [
    "a map",
    new Map([
      ["b", 1],
      ["a", 1],
    ]),
    new Map([
      ["b", 2],
      ["a", 2],
    ]),
    "content.a",
    1,
    2,
  ],
  ["a map, what only the recompute has", new Map(), new Map([["a", 1]]), "content.a", undefined, 1],
  [
    "a map by numbers, in their order",
    new Map([
      [10, 1],
      [9, 1],
    ]),
    new Map(),
    "content.9",
    1,
    undefined,
  ],
  [
    "a map of both, as texts",
    new Map<unknown, number>([
      ["10", 1],
      [9, 1],
    ]),
    new Map(),
    "content.10",
    1,
    undefined,
  ],
  [
    "a map of both, the number first",
    new Map<unknown, number>([
      [9, 1],
      ["10", 1],
    ]),
    new Map(),
    "content.10",
    1,
    undefined,
  ],
  ["a set", new Set(["b", "a"]), new Set(["b"]), "content.a", true, undefined],
  [
    "an object below a map's entry is shown whole",
    new Map([["a", { x: 1 }]]),
    new Map([["a", { x: 2 }]]),
    "content.a",
    { x: 1 },
    { x: 2 },
  ],
  ["objects within objects", { x: { y: 1 } }, { x: { y: 2 } }, "content.x.y", 1, 2],
  ["an object and a null", { x: { y: 1 } }, { x: null }, "content.x", { y: 1 }, null],
  ["a null and an object", { x: null }, { x: { y: 1 } }, "content.x", null, { y: 1 }],
  ["an object and a text", { x: { y: 1 } }, { x: "y" }, "content.x", { y: 1 }, "y"],
  ["a text and an object", { x: "y" }, { x: { y: 1 } }, "content.x", "y", { y: 1 }],
  ["data without keys", { at: new Date(0) }, { at: new Date(1) }, "content.at", new Date(0), new Date(1)],
])("a difference is named by its smallest key: %s", (_, ours, theirs, key, left, right) => {
  expect(differenceOf(ours, theirs)).toEqual({ key, ours: left, theirs: right });
});

test("a node is skipped that is valid here and not in the recompute", () => {
  let broken = false;
  const out = node({
    name: "out",
    kind: "output",
    inputs: {},
    data: () => ({}),
    run() {
      if (broken) throw new Error("no");
      return updated;
    },
  });
  const engine = new Engine([out]);
  engine.run();
  broken = true;
  expect(verify(engine, scratchOf(engine))).toMatchObject({ skipped: ["out"], errors: [{ node: "out" }] });
});

test("a run node is not asked for its inputs' sake either", () => {
  const source = input({ name: "source", data: () => ({}), apply: (_: number) => updated });
  const asked: string[] = [];
  const lookup = node({
    name: "lookup",
    kind: "run",
    inputs: { source },
    data: () => ({}),
    run() {
      asked.push("run");
      return updated;
    },
  });
  const engine = new Engine([lookup]);
  engine.run();
  asked.length = 0;
  const scratch = scratchOf(engine);
  scratch.push(source, 1);
  expect([verify(engine, scratch).skipped, asked]).toEqual([[], []]);
});
