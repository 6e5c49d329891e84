/** What the session with the Southbound is made of: its tables, and what is asked before they are monitored. */
import { type Condition, type Environment, Session, type Transacting } from "ovsdb-jsonrpc";
import type { ChassisRow, PortBindingRow } from "../../plug/rows.ts";
import type { SouthboundAddress } from "../../plug/southbound-target.ts";
import { selectionOf } from "../../plug/tables.ts";
import { ovnSouthbound } from "../../schemas/ovn_southbound.gen.ts";
import { CHASSIS_WITHIN_MS } from "./chassis-lookup.ts";

/** What is monitored of the two tables of which not everything is. */
export interface Where {
  readonly Chassis: Condition<ChassisRow>;
  readonly Port_Binding: Condition<PortBindingRow>;
}

/** @param conditions asked on every connection, before anything is monitored there */
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
