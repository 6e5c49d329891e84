/**
 * What must hold after every run of a random history. The checks know nothing of how the engine works: valid data equal
 * the function of the inputs, a mirror that follows the tracked changes alone equals the data, no function is called
 * twice in a run, and nothing is left behind without a cause.
 */
import {
  describeGraph,
  type Engine,
  type Reading,
  type RunResult,
  scratchOf,
  verify,
} from "../../src/graph/index.ts";
import { type History, KEYS, type NodeSpec, type Step } from "./history.ts";
import { Bench, type Changes, known, setValue, type Values, valueAt } from "./model.ts";

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
  const before = callsOf(bench);
  bench.engine.run();
  return callsOf(bench) > before ? "nothing was asked for, yet a function was called" : undefined;
}

function callsOf({ engine, statistics }: Bench): number {
  const { nodes } = describeGraph(engine, statistics);
  return nodes.reduce((sum, { live }) => sum + (live?.samples ?? 0), 0);
}

function take(bench: Bench, step: Step): string | undefined {
  const { engine, world } = bench;
  switch (step.do) {
    case "push": {
      const content = known(world, step.to);
      if (step.how === "reset") content.clear();
      for (const [key, value] of step.entries) setValue(content, key, value ?? undefined);
      const batch = { entries: step.entries, bulk: step.how === "bulk" };
      engine.push(known(bench.inputs, step.to), batch, { label: step.how, reset: step.how === "reset" });
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
  engine.push(known(bench.inputs, name), batch, { label: "everything", reset: true });
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
