/**
 * Whether every logical port of the chassis can be decided, and the obstacle if not. A pure reading of the graph's data.
 */
import type { Engine } from "../graph/index.ts";
import { isAwaited } from "./advice.ts";
import type { PlugGraph } from "./graph.ts";
import { missingKnowledge } from "./nodes/intent-node.ts";
import type { Obstacle } from "./obstacle.ts";
import { noBridge } from "./refusals.ts";
import { faultOf } from "./southbound-target.ts";

/** The first obstacle to a complete pass, or null. */
export function obstacleOf(engine: Engine, graph: PlugGraph): Obstacle | null {
  const activity = engine.data(graph.activity).current;
  if (activity !== null) return activity;
  const local = engine.data(graph.localChassis).current;
  if (local.bridge === null) return { code: "bridge", reason: noBridge(local.bridgeName) };
  const missing = missingKnowledge(engine.data(graph.inputs.southbound).current, local);
  if (missing?.code !== "southbound") return missing;
  const fault = faultOf(engine.data(graph.southboundTarget).current);
  return fault === null ? missing : { ...missing, reason: fault };
}

/**
 * Whether the Southbound has answered all questions about ports whose bindings are not in view. Until then such a port may
 * turn out to be due to go, although a complete pass has no obstacle.
 */
export function hasAnswered(engine: Engine, graph: PlugGraph): boolean {
  const { acknowledged, isInDoubt } = engine.data(graph.inputs.southbound).current;
  if (isInDoubt === true) return false;
  for (const lport of engine.data(graph.monitorScope).current.lports) {
    if (acknowledged?.lports.has(lport) !== true) return false;
  }
  return !engine
    .data(graph.absence)
    .values()
    .some(({ kind }) => kind === "asked" || kind === "waiting");
}

/** Whether every logical port is decided, with all that is to be known of it: nobody is still to answer. */
export function isDecided(engine: Engine, graph: PlugGraph): boolean {
  return (
    !engine.needsRun &&
    obstacleOf(engine, graph) === null &&
    hasAnswered(engine, graph) &&
    !engine.data(graph.advice).values().some(isAwaited)
  );
}
