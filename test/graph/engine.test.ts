// How the engine keeps the data of a graph up to date.
import { expect, test } from "bun:test";
import {
  type Cause,
  Engine,
  input,
  keyedChanges,
  node,
  unchanged,
  unhandled,
  updated,
  updatedTracked,
} from "../../src/graph/index.ts";

interface Port {
  readonly name: string;
  readonly up: boolean;
}

const ports = input({
  name: "ports",
  data: () => new Map<string, Port>(),
  changes: keyedChanges<string>,
  apply(batch: readonly Port[], { data, changes, cause }) {
    for (const port of batch) {
      data.set(port.name, port);
      changes.set(port.name, cause);
    }
    return batch.length > 0 ? updated : unchanged;
  },
});
const up = node({
  name: "up",
  kind: "derived",
  inputs: { ports },
  data: () => new Set<string>(),
  changes: keyedChanges<string>,
  run({ inputs, data, changes, cause }) {
    const before = new Set(data);
    data.clear();
    for (const [name, port] of inputs.ports.data) if (port.up) data.add(name);
    for (const name of before) if (!data.has(name)) changes.set(name, cause);
    for (const name of data) if (!before.has(name)) changes.set(name, cause);
    return changes.size > 0 ? updatedTracked : unchanged;
  },
  handlers: {
    ports({ input, data, changes }) {
      for (const [name, cause] of input.changes) {
        if (name === "odd") return unhandled("odd port", cause);
        const is = input.data.get(name)?.up ?? false;
        if (is === data.has(name)) continue;
        if (is) data.add(name);
        else data.delete(name);
        changes.set(name, cause);
      }
      return changes.size > 0 ? updated : unchanged;
    },
  },
});
const count = node({
  name: "count",
  kind: "output",
  inputs: { up },
  data: () => ({ n: 0 }),
  run({ inputs, data }) {
    data.n = inputs.up.data.size;
    return updated;
  },
});

test("a change flows through handlers", () => {
  const engine = new Engine([count]);
  engine.run();
  engine.push(ports, [{ name: "a", up: true }], { cause: "row a" });
  const result = engine.run();
  expect([...engine.data(up)]).toEqual(["a"]);
  expect(engine.data(count).n).toBe(1);
  const cause: Cause | undefined = result.changes(up)?.get("a");
  expect(cause?.label).toBe("row a");
  expect(engine.run().ran).toBe(false);
});
