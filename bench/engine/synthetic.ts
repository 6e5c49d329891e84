/**
 * What the engine itself costs: a run that passes one change through a chain of nodes, and a join of two tables of
 * 100, 10,000 and 100,000 ports, beside the same join written with @tanstack/db-ivm.
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
import { joinByDbIvm } from "./db-ivm-join.ts";
import { joinByGraph } from "./graph-join.ts";
import { makePorts, type Solution } from "./join.ts";
import { type Times, timesOf } from "./measure.ts";

const SIZES = [100, 10_000, 100_000] as const;
const CHANGES = 20_000;
const CHAIN = 8;

export interface JoinReport {
  readonly engine: string;
  readonly ports: number;
  readonly loadMs: number;
  readonly change: Times;
  readonly recompute: Times | undefined;
}

export interface SyntheticReport {
  /** A run with one change through a chain of 8 nodes that do next to nothing. */
  readonly chain: Times;
  readonly joins: readonly JoinReport[];
}

export function measureEngine(): SyntheticReport {
  const joins = SIZES.flatMap((ports) => [
    measureJoin("src/graph", ports, joinByGraph),
    measureJoin("@tanstack/db-ivm", ports, joinByDbIvm),
  ]);
  return { chain: measureChain(), joins };
}

function measureJoin(engine: string, count: number, make: (count: number) => Solution): JoinReport {
  const started = performance.now();
  const solution = make(count);
  const loadMs = performance.now() - started;
  const ports = makePorts(count);
  const change = timesOf(CHANGES, (index) => {
    // Steps by a prime, so that the changed ports are all over the table.
    const at = (index * 7919) % count;
    const before = ports[at];
    if (before === undefined) throw new RangeError(`there is no port ${at}`);
    const after = { ...before, mtu: before.mtu + 1 };
    ports[at] = after;
    solution.change(before, after);
  });
  for (const { name, mtu } of ports) {
    if (solution.plugged(name)?.mtu !== mtu) throw new Error(`${engine} has a wrong result for ${name}`);
  }
  const { recompute } = solution;
  return { engine, ports: count, loadMs, change, recompute: recompute && timesOf(5, recompute) };
}

function measureChain(): Times {
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
  return timesOf(CHANGES, (index) => {
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

export function formatReport({ chain, joins }: SyntheticReport): string {
  const micro = (ms: number): string => `${(ms * 1000).toFixed(1)} µs`;
  const lines = joins.map(({ engine, ports, loadMs, change, recompute }) =>
    [
      engine.padEnd(18),
      `${ports.toLocaleString("en")} ports`.padStart(14),
      `load ${loadMs.toFixed(1)} ms`.padStart(16),
      `one change: median ${micro(change.median)}, p99 ${micro(change.p99)}`,
      recompute === undefined ? "" : `recompute ${recompute.median.toFixed(1)} ms`,
    ].join("  "),
  );
  return [
    `one change through ${CHAIN} nodes: median ${micro(chain.median)}, p99 ${micro(chain.p99)}`,
    ...lines,
    "",
  ].join("\n");
}

if (import.meta.main) process.stdout.write(formatReport(measureEngine()));
