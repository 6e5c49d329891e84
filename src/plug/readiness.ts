/**
 * Whether everything is known and at hand to decide every logical port, and if not, what is missing: what is the same
 * for all ports of the chassis, and therefore told once. A pure reading of the graph's data.
 */
import type { Engine } from "../graph/index.ts";
import type { PlugGraph } from "./graph.ts";
import { notConnected, whyNotActive } from "./nodes/activity.ts";
import { missingKnowledge } from "./nodes/intent.ts";
import { faultOf } from "./southbound-target.ts";
import { noBridge } from "./verdict.ts";

export interface Obstacle {
  readonly kind:
    | "local-database"
    | "chassis-name"
    | "lock"
    | "bridge"
    | "southbound"
    | "chassis-row"
    | "incomplete"
    | "northd";
  /** A sentence for people. */
  readonly reason: string;
}

/** The first thing that is missing for a complete pass, or null. */
export function obstacleOf(engine: Engine, graph: PlugGraph): Obstacle | null {
  const activity = engine.data(graph.inputs.activity).current;
  const local = engine.data(graph.localChassis).current;
  const why = whyNotActive(activity, local);
  if (why !== null) {
    if (why === notConnected.reason) return { kind: "local-database", reason: why };
    if (activity.active) return { kind: "incomplete", reason: why };
    return { kind: local.chassis === null ? "chassis-name" : "lock", reason: why };
  }
  if (local.bridge === null) return { kind: "bridge", reason: noBridge(local.bridgeName) };
  const southbound = engine.data(graph.inputs.southbound).current;
  const missing = missingKnowledge(southbound, local);
  if (missing === null) return null;
  if (!southbound.synced) {
    const fault = faultOf(engine.data(graph.southboundTarget).current);
    return { kind: "southbound", reason: fault ?? missing };
  }
  if (local.chassis === null || local.chassis.record === null)
    return { kind: "chassis-row", reason: missing };
  const isComplete = southbound.acknowledged?.chassisUuid === local.chassis.record._uuid;
  return { kind: isComplete && !local.northdHasWritten ? "northd" : "incomplete", reason: missing };
}
