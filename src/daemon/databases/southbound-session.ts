/** Makes the session with the Southbound: its tables, and the look-up before they are monitored. */
import { type Condition, type Environment, Session, type Transacting } from "ovsdb-jsonrpc";
import type { ChassisRow, PortBindingRow } from "../../plug/rows.ts";
import type { SouthboundAddress } from "../../plug/southbound-target.ts";
import { selectionOf } from "../../plug/tables.ts";
import { ovnSouthbound } from "../../schemas/ovn_southbound.gen.ts";
import { CHASSIS_WITHIN_MS } from "./chassis-lookup.ts";

/** The conditions of the two tables that are not monitored in full. */
export interface Where {
  readonly Chassis: Condition<ChassisRow>;
  readonly Port_Binding: Condition<PortBindingRow>;
}

/** @param conditions called on every connection before the first monitor request; gives the conditions */
export function connect(
  environment: Environment,
  target: SouthboundAddress,
  where: Where,
  conditions: (connection: Transacting) => Promise<Partial<Where>>,
) {
  return new Session({
    environment,
    database: ovnSouthbound,
    remotes: target.remotes,
    tls: target.tls,
    ...(target.probeIntervalMs === undefined ? {} : { probeIntervalMs: target.probeIntervalMs }),
    monitor: selectionOf("OVN_Southbound"),
    where,
    beforeMonitor: { conditions, withinMs: CHASSIS_WITHIN_MS },
  });
}
