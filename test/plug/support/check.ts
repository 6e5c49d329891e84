/** What a history must not lead to, whatever is in it. */
import type { RunResult } from "../../../src/graph/index.ts";
import type { Property } from "../../support/random.ts";
import { shrinkList } from "../../support/random.ts";
import { formatSteps, randomStep, type Step } from "./history.ts";
import { faultOfChanges } from "./invariants.ts";
import { perform } from "./perform.ts";
import { World, type WorldOptions } from "./world.ts";

export type History = readonly Step[];

/** Histories on chassis of their own; `failure` is given each. */
export function histories(
  cases: number,
  length: number,
  failure: (history: History) => string | undefined,
): Property<History> {
  return {
    cases,
    generate: (random) => random.list(length, () => randomStep(random)),
    failure,
    shrink: shrinkList,
    format: formatSteps,
  };
}

/** Plays a history, and looks after every run for a difference to a recompute and for a decision that is wrong. */
export function faultOfHistory(history: History, options: WorldOptions = {}): string | undefined {
  let fault: string | undefined;
  const onRun = (result: RunResult, world: World) => {
    options.onRun?.(result, world);
    // Before anything of it is sent.
    if (result.errors.length === 0) fault ??= faultOfChanges(world);
  };
  const world = new World({ ...options, onRun });
  for (const step of history) {
    perform(world, step);
    if (step.run) fault = faultOfData(world) ?? fault;
    if (fault !== undefined) return `after ${JSON.stringify(step)}: ${fault}`;
  }
  return undefined;
}

export function faultOfData(world: World): string | undefined {
  const { differences, skipped, errors } = world.verify();
  if (errors.length > 0 || skipped.length > 0) return `no comparison: ${Bun.inspect({ errors, skipped })}`;
  const [first] = differences;
  if (first === undefined) return undefined;
  const { node, key, ours, theirs } = first;
  return `node ${node} differs from a recompute in ${key}: ${Bun.inspect({ ours, theirs }, { depth: 4 })}`;
}
