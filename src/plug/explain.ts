/**
 * Why a logical port is plugged or not: every condition that bears on it, with its value and the row it came from, in
 * the order in which they are decided. A pure reading of the graph's data; nothing is decided here.
 */
import type { Engine } from "../graph/index.ts";
import {
  bindingConditions,
  type Condition,
  chassisCondition,
  mtuConditions,
  requestConditions,
} from "./explain-binding.ts";
import {
  duplicateConditions,
  holdConditions,
  nameConditions,
  providerConditions,
  vifCondition,
} from "./explain-interface.ts";
import type { PlugGraph } from "./graph.ts";
import { vifsOf } from "./lport.ts";
import { missingKnowledge } from "./nodes/intent.ts";
import { obstacleOf } from "./readiness.ts";
import type { PortBindingRow } from "./rows.ts";
import type { Verdict } from "./verdict.ts";

export interface Explanation {
  readonly lport: string;
  readonly verdict: Verdict | null;
  readonly conditions: readonly Condition[];
  /** What would have to change for the port to be plugged; null when nothing has to. */
  readonly remedy: string | null;
}

/** @returns null when nothing is known of such a port: no port binding in view, no interface */
export function explain(engine: Engine, graph: PlugGraph, lport: string): Explanation | null {
  const known = engine.data(graph.lport).byName.get(lport);
  const [binding, vifs] = known === undefined ? [null, []] : [known.binding, vifsOf(known)];
  const verdict = engine.data(graph.plug).get(lport) ?? null;
  if (binding === null && vifs.length === 0 && verdict === null) return null;
  const { chassis } = engine.data(graph.localChassis).current;
  const additional = engine.data(graph.inputs.settings).current.additionalChassis;
  const wanting = [
    ...bindingConditions(binding),
    chassisCondition(chassis),
    ...(binding === null ? [] : requestConditions(binding, chassis, additional)),
  ];
  const conditions = [
    ...wanting,
    ...(binding === null ? [] : mtuConditions(binding)),
    ...vifs.map(vifCondition),
    ...(known === undefined ? [] : duplicateConditions(known)),
    ...providerConditions(engine, graph, lport),
    ...(verdict === null ? [] : nameConditions(engine, graph, verdict)),
    ...holdConditions(engine, graph, lport),
    ...activityConditions(engine, graph),
  ];
  return { lport, verdict, conditions, remedy: remedyOf(engine, graph, { binding, verdict, wanting }) };
}

function activityConditions(engine: Engine, graph: PlugGraph): readonly Condition[] {
  const activity = engine.data(graph.activity).current;
  const local = engine.data(graph.localChassis).current;
  const missing = missingKnowledge(engine.data(graph.inputs.southbound).current, local);
  return [
    {
      condition: "this daemon may write",
      holds: activity === null,
      value: activity?.reason ?? "it holds the lock",
      source: "lock in Open_vSwitch",
    },
    {
      condition: "the integration bridge exists",
      holds: local.bridge !== null,
      value: local.bridgeName,
      source: local.bridge === null ? "Bridge" : `Bridge ${local.bridge.uuid}`,
    },
    {
      condition: "enough is known of the Southbound to unplug",
      holds: missing === null,
      value: missing?.reason ?? "its answer for this chassis is complete",
      source: "OVN_Southbound",
    },
  ];
}

interface Known {
  readonly binding: PortBindingRow | null;
  readonly verdict: Verdict | null;
  readonly wanting: readonly Condition[];
}

function remedyOf(engine: Engine, graph: PlugGraph, { binding, verdict, wanting }: Known): string | null {
  if (verdict?.state === "plugged") return null;
  if (verdict?.reason) return verdict.reason;
  // While that is so, what is not in view may be there.
  const obstacle = obstacleOf(engine, graph);
  if (obstacle !== null) return obstacle.reason;
  if (binding === null) return "create the logical port, or request this chassis for it (requested-chassis)";
  const failing = wanting.find(({ holds }) => holds === false);
  return failing === undefined ? null : `it is not so that ${failing.condition}: ${failing.value}`;
}
