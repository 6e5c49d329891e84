/**
 * A random graph brought to life. The value of a node is a pure function of its inputs (`valueAt`); its handlers
 * recompute only what changed, and they can be told to give up half way or to throw, always after having left garbage
 * in the data.
 */
import {
  type Cause,
  Engine,
  type GraphNode,
  type HandlerContext,
  type InputNode,
  input,
  type KeyedChanges,
  keyedChanges,
  node,
  noop,
  type RunNode,
  Statistics,
  unchanged,
  unhandled,
  updated,
  updatedTracked,
} from "../../src/graph/index.ts";
import { type EdgeSpec, type Entries, KEYS, type NodeSpec } from "./history.ts";

const GARBAGE = 999_999;

export type Values = Map<number, number>;
export type Changes = KeyedChanges<number>;
type ModelNode = GraphNode<Values, Changes | undefined>;

interface Batch {
  readonly entries: Entries;
  /** Apply it without noting what changed. */
  readonly bulk: boolean;
}

/** The world outside an engine and the engine itself, for one history. */
export class Bench {
  readonly nodes = new Map<string, ModelNode>();
  readonly inputs = new Map<string, InputNode<Values, Changes, Batch>>();
  readonly runNodes = new Map<string, RunNode<Values, Changes>>();
  readonly specs: readonly NodeSpec[];
  readonly engine: Engine;
  readonly statistics = new Statistics({ history: 5 });
  /** What input nodes should hold, and what run nodes find when they ask. */
  readonly world = new Map<string, Values>();
  /** What each node holds according to its tracked changes alone. */
  readonly mirrors = new Map<string, Values>();
  /** Nodes whose next function call throws. */
  readonly faults = new Set<string>();
  /** Input nodes whose `apply` threw. */
  readonly lost = new Set<string>();
  readonly poked = new Set<string>();
  readonly calls = new Set<string>();
  verifying = false;
  problem: string | undefined;

  constructor(specs: readonly NodeSpec[]) {
    this.specs = specs;
    for (const spec of specs) {
      this.world.set(spec.name, new Map());
      this.mirrors.set(spec.name, new Map());
      this.nodes.set(spec.name, makeNode(this, spec));
    }
    this.engine = new Engine([...this.nodes.values()], { observer: this.statistics });
  }

  /** To be called first by every function of a node. */
  enter(name: string, what: string): void {
    if (this.verifying) return;
    const call = `${what} of ${name}`;
    if (what !== "apply" && this.calls.has(call)) this.problem = `${call} was called twice in one run`;
    this.calls.add(call);
  }

  /** To be called when a function has changed its data and is about to say so. */
  leave(name: string, data: Values): void {
    if (this.verifying || !this.faults.delete(name)) return;
    data.set(0, GARBAGE);
    throw new Error("broken on purpose");
  }
}

function makeNode(bench: Bench, spec: NodeSpec): ModelNode {
  if (spec.kind === "input") return makeInput(bench, spec.name);
  return spec.kind === "run" ? makeRunNode(bench, spec) : makeDerived(bench, spec);
}

function makeInput(bench: Bench, name: string): ModelNode {
  const made = input({
    name,
    data: (): Values => new Map(),
    changes: keyedChanges<number>,
    apply({ entries, bulk }: Batch, { data, changes, cause }) {
      bench.enter(name, "apply");
      let changed = false;
      for (const [key, value] of entries) {
        if (!setValue(data, key, value ?? undefined)) continue;
        changed = true;
        if (!bulk) changes.set(key, cause);
      }
      bench.leave(name, data);
      if (!changed) return unchanged;
      return bulk ? unhandled("bulk") : updated;
    },
  });
  bench.inputs.set(name, made);
  return made;
}

function makeRunNode(bench: Bench, { name, tracks }: NodeSpec): ModelNode {
  const made = node({
    name,
    kind: "run",
    inputs: {},
    data: (): Values => new Map(),
    changes: keyedChanges<number>,
    run({ data, changes, cause }) {
      bench.enter(name, "run");
      for (let key = 0; key < KEYS; key++) {
        if (setValue(data, key, bench.world.get(name)?.get(key))) changes.set(key, cause);
      }
      bench.leave(name, data);
      if (changes.size === 0) return unchanged;
      return tracks ? updatedTracked : updated;
    },
  });
  bench.runNodes.set(name, made);
  return made;
}

function makeDerived(bench: Bench, spec: NodeSpec): ModelNode {
  const { name, tracks } = spec;
  const small = spec.kind === "small";
  return node<"derived", Readonly<Record<string, ModelNode>>, Values, Changes | undefined>({
    name,
    kind: "derived",
    inputs: Object.fromEntries(spec.inputs.map(({ from }) => [from, known(bench.nodes, from)])),
    data: () => new Map(),
    ...(small ? {} : { changes: keyedChanges<number> }),
    run({ inputs, data, changes, cause }) {
      bench.enter(name, "run");
      let changed = false;
      for (let key = 0; key < KEYS; key++) {
        if (!setValue(data, key, valueAt(spec, inputs, key))) continue;
        changed = true;
        changes?.set(key, cause);
      }
      bench.leave(name, data);
      if (!changed) return unchanged;
      return tracks ? updatedTracked : updated;
    },
    handlers: Object.fromEntries(
      spec.inputs.map((edge) => {
        if (edge.handler === "missing") return [edge.from, undefined];
        if (edge.handler === "noop") return [edge.from, noop("its data are not read")];
        return [edge.from, (context) => handle(bench, spec, edge, context)];
      }),
    ),
  });
}

type Inputs = Readonly<Record<string, ModelNode>>;

function handle(
  bench: Bench,
  spec: NodeSpec,
  edge: EdgeSpec,
  { input, inputs, data, changes, cause }: HandlerContext<Inputs, string, Values, Changes | undefined>,
) {
  bench.enter(spec.name, `handler for ${edge.from}`);
  let changed = false;
  for (const [from, of] of input.changes ?? everyKey(cause)) {
    const keys = input.changes === undefined ? everyKey(cause).keys() : [(from + edge.shift) % KEYS];
    for (const key of spec.kind === "small" ? [0] : keys) {
      if (edge.handler === "gives up" && key % 3 === 2) {
        data.set(key, GARBAGE);
        return unhandled(`key ${key} is one of every three`, of);
      }
      const value = valueAt(spec, inputs, key);
      if (edge.handler === "forgets deletions" && value === undefined) continue;
      if (!setValue(data, key, value)) continue;
      changed = true;
      changes?.set(key, of);
    }
  }
  bench.leave(spec.name, data);
  return changed ? updated : unchanged;
}

function everyKey(cause: Cause): Changes {
  return new Map(Array.from({ length: KEYS }, (_, key) => [key, cause]));
}

/** The function that every derived node computes: what it holds under `key`, given the data of its inputs. */
export function valueAt(
  spec: NodeSpec,
  inputs: Readonly<Record<string, { readonly data: ReadonlyMap<number, number> }>>,
  key: number,
): number | undefined {
  let sum: number | undefined;
  for (const { from, handler, shift } of spec.inputs) {
    if (handler === "noop") continue;
    const data = inputs[from]?.data ?? new Map<number, number>();
    if (spec.kind === "small") {
      for (const value of data.values()) sum = (sum ?? 0) + value;
    } else {
      const value = data.get((key + KEYS - shift) % KEYS);
      if (value !== undefined) sum = (sum ?? 0) + value;
    }
  }
  if (spec.kind === "small" && key !== 0) return undefined;
  return sum !== undefined && sum % spec.drops === 0 ? undefined : sum;
}

export function setValue(data: Values, key: number, value: number | undefined): boolean {
  if (data.get(key) === value) return false;
  if (value === undefined) data.delete(key);
  else data.set(key, value);
  return true;
}

export function known<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`${String(key)} is not there`);
  return value;
}
