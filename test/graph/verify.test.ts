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
