/**
 * The costs of the engine itself: of a run that passes one change through a chain of nodes, and of a join of two tables with
 * 100, 1,000 and 10,000 ports, beside the same join written with @tanstack/db-ivm.
 */
import {
  Engine,
  type GraphNode,
  input,
  type KeyedChanges,
  keyedChanges,
  node,
  updated,
} from "../../src/graph/index.ts";
import { type Figure, figure } from "../support/figures.ts";
import { joinByDbIvm } from "./db-ivm-join.ts";
import { joinByGraph } from "./graph-join.ts";
import { makePorts, type Solution } from "./join.ts";
import { NOTHING, timesOf } from "./measure.ts";

export const SIZES = [100, 1_000, 10_000] as const;
const CHAIN = 8;

/** The figures of the chain, and of each join by either engine. */
export function measureSynthetic(changes: number): readonly Figure[] {
  const joins = SIZES.flatMap((ports) => [
    ...measureJoin("join by src/graph", ports, changes, joinByGraph),
    ...measureJoin("join by @tanstack/db-ivm", ports, changes, joinByDbIvm),
  ]);
  const chain = figure("src/graph", `one change through ${CHAIN} nodes`, "µs", measureChain(changes));
  return [chain, ...joins];
}

function measureJoin(
  subject: string,
  count: number,
  changes: number,
  make: (count: number) => Solution,
): readonly Figure[] {
  const solution = make(count);
  const ports = makePorts(count);
  const times = timesOf(changes, NOTHING, (index) => {
    // Steps by a prime, so that the changed ports are all over the table.
    const at = (index * 7919) % count;
    const before = ports[at];
    if (before === undefined) throw new RangeError(`there is no port ${at}`);
    const after = { ...before, mtu: before.mtu + 1 };
    ports[at] = after;
    solution.change(before, after);
  });
  for (const { name, mtu } of ports) {
    if (solution.plugged(name)?.mtu !== mtu) throw new Error(`${subject} has a wrong result for ${name}`);
  }
  const change = figure(subject, "one change", "µs", times, { ports: count });
  const { recompute } = solution;
  if (recompute === undefined) return [change];
  return [change, figure(subject, "recompute", "µs", timesOf(5, NOTHING, recompute), { ports: count })];
}

function measureChain(changes: number): Float64Array {
  const first = input({
    name: "first",
    data: () => new Map<string, number>(),
    changes: keyedChanges<string>,
    apply(value: number, { data, changes, cause }) {
      data.set("key", value);
      changes.set("key", cause);
      return updated;
    },
  });
  let last = follow("node 1", first);
  for (let i = 2; i < CHAIN; i++) last = follow(`node ${i}`, last);
  const engine = new Engine([last]);
  engine.run();
  return timesOf(changes, NOTHING, (index) => {
    engine.push(first, index);
    engine.run();
  });
}

function follow(name: string, before: GraphNode<Map<string, number>, KeyedChanges<string>>) {
  return node({
    name,
    kind: "derived",
    inputs: { before },
    data: () => new Map<string, number>(),
    changes: keyedChanges<string>,
    run: () => updated,
    handlers: {
      before({ input, data, changes }) {
        for (const [key, cause] of input.changes) {
          data.set(key, input.data.get(key) ?? 0);
          changes.set(key, cause);
        }
        return updated;
      },
    },
  });
}
