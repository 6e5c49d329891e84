/**
 * Random graphs and random histories for the engine, and what must hold after every run of them.
 *
 * Every node holds small integers under small integer keys. Its value is a pure function of its inputs (`valueAt`),
 * its handlers recompute only what changed, and they can be told to give up half way or to throw, always after
 * having left garbage in the data. The checks know nothing of how the engine works: valid data equal the function of
 * the inputs, a mirror that follows the tracked changes alone equals the data, and no function is called twice.
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
  type Reading,
  type RunNode,
  type RunResult,
  scratchOf,
  unchanged,
  unhandled,
  updated,
  updatedTracked,
  verify,
} from "../../src/graph/index.ts";
import { type Random, shrinkList } from "../support/random.ts";

const KEYS = 6;
const GARBAGE = 999_999;

type Values = Map<number, number>;
type Changes = KeyedChanges<number>;
type ModelNode = GraphNode<Values, Changes | undefined>;
type Entries = readonly (readonly [key: number, value: number | null])[];

export interface EdgeSpec {
  readonly from: string;
  /** "gives up": handles a change of every third key not at all; "noop": the node does not read this input. */
  readonly handler: "exact" | "missing" | "gives up" | "noop" | "forgets deletions";
  /** Key k of the input goes into key k + shift of the node. */
  readonly shift: number;
}

export interface NodeSpec {
  readonly name: string;
  /** A "small" node tracks no changes. */
  readonly kind: "input" | "run" | "keyed" | "small";
  readonly inputs: readonly EdgeSpec[];
  /** Its `run` notes exactly what it changed. */
  readonly tracks: boolean;
  /** Values divisible by this are left out. */
  readonly drops: number;
}

export type Step =
  | {
      readonly do: "push";
      readonly to: string;
      readonly entries: Entries;
      readonly how: "rows" | "bulk" | "reset";
    }
  | { readonly do: "poke"; readonly to: string; readonly entries: Entries }
  | { readonly do: "break"; readonly node: string }
  | { readonly do: "force" }
  | { readonly do: "heal" }
  | { readonly do: "run"; readonly allowRecompute: boolean };

export interface History {
  readonly graph: readonly NodeSpec[];
  readonly steps: readonly Step[];
}

export function randomHistory(random: Random, length: number): History {
  const graph: NodeSpec[] = [];
  const sources = 1 + random.int(3);
  const derived = 1 + random.int(6);
  for (let i = 0; i < sources + derived; i++) {
    const isSource = i < sources;
    const sourceKind = i > 0 && random.chance(0.3) ? "run" : "input";
    graph.push({
      name: `n${i}`,
      kind: isSource ? sourceKind : random.pick(["keyed", "keyed", "keyed", "small"]),
      inputs: isSource ? [] : randomEdges(random, graph),
      tracks: random.chance(0.6),
      drops: 2 + random.int(5),
    });
  }
  return { graph, steps: random.list(length, () => randomStep(random, graph)) };
}

function randomEdges(random: Random, before: readonly NodeSpec[]): EdgeSpec[] {
  const from = before.filter(() => random.chance(0.5));
  const chosen = from.length > 0 ? from : [random.pick(before)];
  return chosen.map(({ name }) => ({
    from: name,
    handler: random.pick(["exact", "exact", "exact", "exact", "gives up", "missing", "noop"]),
    shift: random.int(3),
  }));
}

function randomStep(random: Random, graph: readonly NodeSpec[]): Step {
  const entries = random.list(
    1 + random.int(3),
    () => [random.int(KEYS), random.chance(0.3) ? null : random.int(50)] as const,
  );
  const to = random.pick(graph);
  const dice = random.int(100);
  if (dice < 40) return { do: "run", allowRecompute: random.chance(0.75) };
  if (dice < 46) return { do: "break", node: to.name };
  if (dice < 49) return { do: "force" };
  if (dice < 54) return { do: "heal" };
  const entry = random.pick(graph.filter(({ kind }) => kind === "input" || kind === "run"));
  if (entry.kind === "run") return { do: "poke", to: entry.name, entries };
  const how = random.pick(["rows", "rows", "rows", "rows", "rows", "bulk", "reset"] as const);
  return { do: "push", to: entry.name, entries, how };
}

interface Batch {
  readonly entries: Entries;
  /** Apply it without noting what changed. */
  readonly bulk: boolean;
}

/** The world outside an engine and the engine itself, for one history. */
class Bench {
  readonly nodes = new Map<string, ModelNode>();
  readonly inputs = new Map<string, InputNode<Values, Changes, Batch>>();
  readonly runNodes = new Map<string, RunNode<Values, Changes>>();
  readonly specs: readonly NodeSpec[];
  readonly engine: Engine;
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
    this.engine = new Engine([...this.nodes.values()], { history: 5 });
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
function valueAt(
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

function setValue(data: Values, key: number, value: number | undefined): boolean {
  if (data.get(key) === value) return false;
  if (value === undefined) data.delete(key);
  else data.set(key, value);
  return true;
}

function known<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`${String(key)} is not there`);
  return value;
}

/** Runs a history, then makes up for what it left behind; what does not hold after one of the runs, or undefined. */
export function failureOf({ graph, steps }: History): string | undefined {
  const bench = new Bench(graph);
  const ending: Step[] = [
    { do: "run", allowRecompute: true },
    { do: "heal" },
    { do: "run", allowRecompute: true },
  ];
  for (const [index, step] of [...steps, ...ending].entries()) {
    const problem = take(bench, step);
    if (problem !== undefined) return `step ${index + 1} (${step.do}): ${problem}`;
  }
  return bench.engine.run().ran ? "nothing was asked for, yet a function was called" : undefined;
}

function take(bench: Bench, step: Step): string | undefined {
  const { engine, world } = bench;
  switch (step.do) {
    case "push": {
      const content = known(world, step.to);
      if (step.how === "reset") content.clear();
      for (const [key, value] of step.entries) setValue(content, key, value ?? undefined);
      const batch = { entries: step.entries, bulk: step.how === "bulk" };
      engine.push(known(bench.inputs, step.to), batch, { cause: step.how, reset: step.how === "reset" });
      return undefined;
    }
    case "poke":
      for (const [key, value] of step.entries) setValue(known(world, step.to), key, value ?? undefined);
      engine.poke(known(bench.runNodes, step.to), "the world changed");
      bench.poked.add(step.to);
      return undefined;
    case "break":
      bench.faults.add(step.node);
      return undefined;
    case "force":
      engine.recompute("a whim");
      return undefined;
    case "heal":
      bench.faults.clear();
      for (const name of bench.lost) pushAll(bench, bench.engine, name);
      return undefined;
    case "run":
      bench.calls.clear();
      return check(bench, engine.run({ allowRecompute: step.allowRecompute }), step.allowRecompute);
  }
}

function pushAll(bench: Bench, engine: Engine, name: string): void {
  const batch = { entries: [...known(bench.world, name)], bulk: false };
  engine.push(known(bench.inputs, name), batch, { cause: "everything", reset: true });
}

/** What must hold after a run. */
function check(bench: Bench, result: RunResult, allowRecompute: boolean): string | undefined {
  const { engine } = bench;
  for (const { node: name } of result.errors) if (bench.inputs.has(name)) bench.lost.add(name);
  for (const spec of bench.specs) {
    const { name } = spec;
    const made = known(bench.nodes, name);
    const data = engine.data(made);
    if (!allowRecompute && spec.kind !== "run" && bench.calls.has(`run of ${name}`)) {
      return `${name} was recomputed, though recomputes were not allowed`;
    }
    if (!engine.isValid(made)) {
      if (result.isUpdated(made)) return `${name} is not valid, yet updated`;
      continue;
    }
    bench.lost.delete(name);
    follow(known(bench.mirrors, name), data, result.isUpdated(made), result.changes(made));
    if (!same(known(bench.mirrors, name), data)) {
      return `${name} holds ${show(data)}, but its tracked changes lead to ${show(known(bench.mirrors, name))}`;
    }
    const expected = expectedValues(bench, spec);
    if (expected !== undefined && !same(expected, data)) {
      return `${name} holds ${show(data)}, a recompute gives ${show(expected)}`;
    }
  }
  const excused = !allowRecompute || result.errors.length > 0 || bench.lost.size > 0;
  if (result.canceled && !excused) return "nodes were left behind, though nothing stood in the way";
  return bench.problem ?? (result.canceled ? undefined : verifyAll(bench));
}

function follow(
  mirror: Values,
  data: ReadonlyMap<number, number>,
  isUpdated: boolean,
  changes: Reading<Changes | undefined>,
): void {
  if (!isUpdated) return;
  for (const key of changes?.keys() ?? Array(KEYS).keys()) setValue(mirror, key, data.get(key));
}

function expectedValues(bench: Bench, spec: NodeSpec): Values | undefined {
  const { name } = spec;
  if (spec.kind === "input") return known(bench.world, name);
  // A run node holds the world of the last time it was asked.
  if (spec.kind === "run") return bench.poked.delete(name) ? known(bench.world, name) : undefined;
  const inputs = Object.fromEntries(
    spec.inputs.map(({ from }) => [from, { data: bench.engine.data(known(bench.nodes, from)) }]),
  );
  const values: Values = new Map();
  for (let key = 0; key < KEYS; key++) setValue(values, key, valueAt(spec, inputs, key));
  return values;
}

function verifyAll(bench: Bench): string | undefined {
  const scratch = scratchOf(bench.engine);
  for (const name of bench.inputs.keys()) pushAll(bench, scratch, name);
  bench.verifying = true;
  const { differences, skipped, errors } = verify(bench.engine, scratch);
  bench.verifying = false;
  if (errors.length > 0 || skipped.length > 0) return `verify did not compare ${skipped.join(", ")}`;
  return differences.length > 0 ? `verify found ${JSON.stringify(differences)}` : undefined;
}

function same(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

function show(values: ReadonlyMap<number, number>): string {
  const sorted = [...values].sort(([a], [b]) => a - b);
  return `{${sorted.map(([key, value]) => `${key}: ${value}`).join(", ")}}`;
}

/** A smaller history that still fails: fewer steps, nodes and edges, until nothing more can be left out. */
export function shrinkHistory(history: History, fails: (smaller: History) => boolean): History {
  const { graph } = history;
  const steps = shrinkList(history.steps, (fewer) => fails({ graph, steps: fewer }));
  const kept = shrinkList(graph, (fewer) => fails(restrict({ graph, steps }, fewer)));
  const fewerNodes = restrict({ graph, steps }, kept);
  const edges = fewerNodes.graph.flatMap(({ inputs }) => inputs);
  const needed = shrinkList(edges, (fewer) => fails(withEdges(fewerNodes, fewer)));
  const smaller = withEdges(fewerNodes, needed);
  return size(smaller) < size(history) ? shrinkHistory(smaller, fails) : smaller;
}

function size({ graph, steps }: History): number {
  return steps.length + graph.reduce((sum, { inputs }) => sum + 1 + inputs.length, 0);
}

/** The history of the `kept` nodes alone; those after a node that is left out get its inputs instead. */
function restrict({ graph, steps }: History, kept: readonly NodeSpec[]): History {
  const names = new Set(kept.map(({ name }) => name));
  const bypass = ({ inputs }: NodeSpec): EdgeSpec[] =>
    inputs.flatMap((edge) => {
      const from = graph.find(({ name }) => name === edge.from);
      return names.has(edge.from) || from === undefined ? [edge] : bypass(from);
    });
  const unique = (edges: EdgeSpec[]): EdgeSpec[] => [
    ...new Map(edges.map((edge) => [edge.from, edge])).values(),
  ];
  return {
    graph: kept.map((spec) => ({ ...spec, inputs: unique(bypass(spec)) })),
    steps: steps.filter((step) => {
      if (step.do === "push" || step.do === "poke") return names.has(step.to);
      return step.do !== "break" || names.has(step.node);
    }),
  };
}

function withEdges({ graph, steps }: History, edges: readonly EdgeSpec[]): History {
  return {
    graph: graph.map((spec) => ({ ...spec, inputs: spec.inputs.filter((edge) => edges.includes(edge)) })),
    steps,
  };
}

export function formatHistory({ graph, steps }: History): string {
  const nodes = graph.map(({ name, kind, inputs, tracks, drops }) => {
    const edges = inputs.map(({ from, handler, shift }) => `${from} +${shift} (${handler})`).join(", ");
    return `  ${name}: ${kind}${tracks ? ", tracks" : ""}, drops multiples of ${drops}${edges && `, from ${edges}`}`;
  });
  return ["graph:", ...nodes, "history:", ...steps.map((step, i) => `  ${i + 1}. ${formatStep(step)}`)].join(
    "\n",
  );
}

function formatStep(step: Step): string {
  const { do: what, ...rest } = step;
  return `${what} ${Object.values(rest)
    .map((value) => JSON.stringify(value))
    .join(" ")}`;
}
