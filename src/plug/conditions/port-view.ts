/** One logical port with all facts that conditions depend on. A pure reading of the graph's data. */
import type { Engine } from "../../graph/index.ts";
import { type Advice, inPlaceOf, leftoversIn } from "../advice.ts";
import type { PlugGraph } from "../graph.ts";
import { type ChassisIdentity, interfacesOf } from "../lport.ts";
import type { LportStatus } from "../lport-status.ts";
import type { ObservedInterface } from "../observed-interface.ts";
import type { PortBindingRow } from "../rows.ts";
import type { PlugSettings } from "../settings.ts";

export interface PortView {
  readonly engine: Engine;
  readonly graph: PlugGraph;
  readonly lport: string;
  readonly binding: PortBindingRow | null;
  /** Every interface on the integration bridge that carries its iface-id. */
  readonly interfaces: readonly ObservedInterface[];
  readonly inPlace: ObservedInterface | null;
  readonly leftovers: readonly ObservedInterface[];
  readonly advice: Advice | undefined;
  readonly status: LportStatus | null;
  readonly chassis: ChassisIdentity | null;
  readonly settings: PlugSettings;
}

/** @returns null: the port is unknown, without a port binding in view and without an interface */
export function viewOf(engine: Engine, graph: PlugGraph, lport: string): PortView | null {
  const known = engine.data(graph.lport).byName.get(lport);
  if (known === undefined) return null;
  const advice = engine.data(graph.advice).get(lport);
  return {
    engine,
    graph,
    lport,
    binding: known.binding,
    interfaces: interfacesOf(known),
    inPlace: inPlaceOf({ lport: known }, advice),
    leftovers: leftoversIn(advice).map(({ observed }) => observed),
    advice,
    status: engine.data(graph.plug).get(lport) ?? null,
    chassis: engine.data(graph.localChassis).current.chassis,
    settings: engine.data(graph.inputs.settings).current,
  };
}
