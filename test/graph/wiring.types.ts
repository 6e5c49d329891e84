/**
 * Wrong wiring, one kind each. Every `@ts-expect-error` here is a claim that the next line does not compile; the
 * compiler reports each one that turns out to be wrong. Nothing in this file is ever run.
 */
import {
  Engine,
  input,
  keyedChanges,
  node,
  noop,
  unchanged,
  unhandled,
  updated,
} from "../../src/graph/index.ts";

interface Row {
  readonly name: string;
  readonly tags: string[];
}

const rows = input({
  name: "rows",
  data: () => new Map<string, Row>(),
  changes: keyedChanges<string>,
  apply(batch: readonly Row[], { data, changes, cause }) {
    for (const row of batch) {
      data.set(row.name, row);
      changes.set(row.name, cause);
      // @ts-expect-error the keys of the changes are strings
      changes.set(1, cause);
    }
    return updated;
  },
});

const limit = input({
  name: "limit",
  data: () => ({ limit: 0 }),
  apply(value: number, { data, changes }) {
    data.limit = value;
    const none: undefined = changes;
    return none === undefined ? updated : unchanged;
  },
});

const lookup = node({
  name: "lookup",
  kind: "run",
  inputs: {},
  data: () => ({ found: 0 }),
  run: () => unchanged,
});

const names = node({
  name: "names",
  kind: "derived",
  inputs: { rows, limit },
  data: () => new Set<string>(),
  changes: keyedChanges<string>,
  run({ inputs, data }) {
    for (const row of inputs.rows.data.values()) data.add(row.name);
    // @ts-expect-error there is no such input
    inputs.row;
    // @ts-expect-error the data of inputs are read-only: no method that changes the map
    inputs.rows.data.clear();
    // @ts-expect-error … nor a property
    inputs.limit.data.limit = 1;
    // @ts-expect-error … nor what lies deeper
    inputs.rows.data.get("a")?.tags.push("b");
    // @ts-expect-error a recompute may follow from no change, so `run` sees no changes of inputs
    inputs.rows.changes;
    // @ts-expect-error the node's own data are strings
    data.add(1);
    return updated;
  },
  handlers: {
    rows({ input, data }) {
      for (const name of input.changes.keys()) data.add(name);
      // @ts-expect-error the changes of inputs are read-only
      input.changes.clear();
      // @ts-expect-error a number is no key of them
      input.changes.get(1);
      return updated;
    },
    limit({ input }) {
      // @ts-expect-error this input tracks no changes
      input.changes.size;
      return input.data.limit > 0 ? unhandled("a limit") : unchanged;
    },
  },
});

node({
  name: "handler for a node that is no input",
  kind: "derived",
  inputs: { rows },
  data: () => ({}),
  run: () => updated,
  handlers: {
    // @ts-expect-error `names` is not among the inputs
    names: noop("never"),
  },
});

node({
  name: "a no-op that is not said to be one",
  kind: "derived",
  inputs: { rows },
  data: () => ({}),
  run: () => updated,
  handlers: {
    // @ts-expect-error doing nothing takes `noop` and a reason
    rows() {},
  },
});

node({
  name: "run that gives up",
  kind: "derived",
  inputs: { rows },
  data: () => ({}),
  // @ts-expect-error a recompute is the fallback: it cannot answer `unhandled`
  run: () => unhandled("no idea"),
});

node({
  name: "a kind that does not exist",
  // @ts-expect-error
  kind: "magic",
  inputs: {},
  data: () => ({}),
  run: () => updated,
});

node({
  name: "an input that is a name",
  kind: "derived",
  // @ts-expect-error inputs are nodes, not their names
  inputs: { rows: "rows" },
  data: () => ({}),
  run: () => updated,
});

node({
  name: "data that cannot be changed in place",
  kind: "derived",
  inputs: {},
  // @ts-expect-error a primitive would stay what it is
  data: () => 0,
  run: () => updated,
});

// @ts-expect-error `run` is missing
node({ name: "no recompute", kind: "derived", inputs: { rows }, data: () => ({}) });

const engine = new Engine([names, lookup]);
engine.push(rows, [{ name: "a", tags: [] }]);
engine.poke(lookup, "it rang");
// @ts-expect-error a batch of another type
engine.push(rows, [1]);
// @ts-expect-error a batch of another input
engine.push(limit, [{ name: "a", tags: [] }]);
// @ts-expect-error only input nodes are pushed to
engine.push(names, []);
// @ts-expect-error only run nodes are poked
engine.poke(names, "it rang");
// @ts-expect-error the data of nodes are read-only outside as well
engine.data(names).add("b");
// @ts-expect-error and may be missing: anything may have changed
engine.run().changes(names).size;
