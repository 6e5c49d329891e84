/**
 * Random graphs and random histories for the engine, as plain data: made, made smaller, and written down.
 */
import { type Random, shrinkList } from "../support/random.ts";

/** Every node holds small integers under the keys 0 to KEYS - 1. */
export const KEYS = 6;

export type Entries = readonly (readonly [key: number, value: number | null])[];

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
