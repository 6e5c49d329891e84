/** Small graphs that the tests of the engine share. */
import { Engine, input, keyedChanges, node, unchanged, unhandled, updated } from "../../src/graph/index.ts";

/** An input of numbers by name. `undefined` deletes; a batch with the key "boom" throws half way. */
export function numbers(name: string) {
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
export class Calls {
  readonly made: string[] = [];
  take(): string[] {
    return this.made.splice(0);
  }
}

/** source -> double -> sum. `double` gives up on the value 13 half way and throws on the value 99. */
export function doubling() {
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
export function running() {
  const graph = doubling();
  graph.engine.push(graph.source, { a: 1, b: 2 });
  graph.engine.run();
  graph.calls.take();
  return graph;
}
