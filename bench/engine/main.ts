/** Part `engine`: the daemon's graph by its number of ports, and the engine itself beside @tanstack/db-ivm. */
import { type Figure, quantile } from "../support/figures.ts";
import type { Part, Ratio } from "../support/report.ts";
import { MEMORY, RECOMPUTE, RECOMPUTE_AFTER_CHANGES } from "./daemon-graph.ts";
import { figuresOf, ratiosOf } from "./process.ts";
import { measureSynthetic, SIZES } from "./synthetic.ts";

const SMALLEST = Math.min(...SIZES);
const LARGEST = Math.max(...SIZES);

export const engine: Part = {
  name: "engine",
  about: "the daemon's graph with 100 to 10,000 ports, and the engine beside @tanstack/db-ivm",
  measure(quick) {
    const changes = quick ? 2_000 : 20_000;
    const figures = [...SIZES.flatMap((ports) => figuresOf(ports, changes)), ...measureSynthetic(changes)];
    const perTurn = ratiosOf(SMALLEST, LARGEST, quick ? 10 : 40);
    return { figures, ratios: [changeRatio(perTurn), ...goalsOf(figures)] };
  },
};

function changeRatio(perTurn: readonly number[]): Ratio {
  const sorted = Float64Array.from(perTurn).sort();
  return {
    name: "one change with 10,000 ports to one with 100",
    value: quantile(sorted, 0.5),
    quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
    goal: { atMost: 2 },
  };
}

function goalsOf(figures: readonly Figure[]): readonly Ratio[] {
  const graph = "the daemon's graph";
  const change = "one change, to the status";
  const again = "one change, of 100 ports in turn";
  const find = (subject: string, metric: string, ports: number): Figure => {
    const found = figures.find(
      (one) => one.subject === subject && one.metric === metric && one.ports === ports,
    );
    if (found === undefined) throw new Error(`${metric} of ${subject} was not measured`);
    return found;
  };
  const largest = find(graph, change, LARGEST);
  const join = (by: string) => find(`join by ${by}`, "one change", LARGEST).median;
  const recompute = (ports: number) => find(graph, RECOMPUTE, ports).median;
  return [
    {
      name: "the same with 100 ports in turn, which the caches hold",
      value: find(graph, again, LARGEST).median / find(graph, again, SMALLEST).median,
      goal: { atMost: 2 },
    },
    { name: "p99 of one change with 10,000 ports, µs", value: largest.p99, goal: { atMost: 100 } },
    { name: "recompute of 10,000 ports, ms", value: recompute(LARGEST), goal: { atMost: 60 } },
    {
      name: "recompute of 10,000 ports to ten of 1,000",
      value: recompute(LARGEST) / (10 * recompute(1_000)),
      goal: { atMost: 1.5 },
    },
    {
      name: "recompute after tens of thousands of changes, ms",
      value: find(graph, RECOMPUTE_AFTER_CHANGES, LARGEST).median,
    },
    {
      name: "one of 10,000 ports in the graph, bytes",
      value: find(graph, MEMORY, LARGEST).median,
      goal: { atMost: 1_500 },
    },
    { name: "the join: @tanstack/db-ivm to src/graph", value: join("@tanstack/db-ivm") / join("src/graph") },
  ];
}
