/** One logical port as the graph has it: what conditions are found for. A pure reading of the graph's data. */
import type { Engine } from "../../graph/index.ts";
import type { Answers } from "../answers.ts";
import type { PlugGraph } from "../graph.ts";
import { type ChassisIdentity, duplicatesOf, vifsOf } from "../lport.ts";
import type { PortBindingRow } from "../rows.ts";
import type { PlugSettings } from "../settings.ts";
import type { Verdict } from "../verdict.ts";
import type { Vif } from "../vif.ts";

export interface PortView {
  readonly engine: Engine;
  readonly graph: PlugGraph;
  readonly lport: string;
  readonly binding: PortBindingRow | null;
  /** Every interface on the integration bridge that carries its iface-id. */
  readonly vifs: readonly Vif[];
  readonly inPlace: Vif | null;
  readonly leftovers: readonly Vif[];
  readonly answers: Answers | undefined;
  readonly status: Verdict | null;
  readonly chassis: ChassisIdentity | null;
  readonly settings: PlugSettings;
}

/** @returns null when nothing is known of such a port: no port binding in view, no interface */
export function viewOf(engine: Engine, graph: PlugGraph, lport: string): PortView | null {
  const known = engine.data(graph.lport).byName.get(lport);
  const status = engine.data(graph.plug).get(lport) ?? null;
  if (known === undefined && status === null) return null;
  return {
    engine,
    graph,
    lport,
    binding: known?.binding ?? null,
    vifs: known === undefined ? [] : vifsOf(known),
    inPlace: known?.owned ?? null,
    leftovers: known === undefined ? [] : duplicatesOf(known),
    answers: engine.data(graph.answer).get(lport),
    status,
    chassis: engine.data(graph.localChassis).current.chassis,
    settings: engine.data(graph.inputs.settings).current,
  };
}
