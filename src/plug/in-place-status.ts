/**
 * The status of a port whose interface is as desired: what ovs-vswitchd and ovn-controller say of the interface (rule P8),
 * and other faults that people should know.
 */
import { shellWord } from "../text/shell.ts";
import { type Unbound, unboundOf, whoHasIt } from "./bound.ts";
import { badMtuOf, type Lport } from "./lport.ts";
import { inPlaceAt, type LportStatus, type StatusFacts, status } from "./lport-status.ts";
import type { InterfaceRow } from "./rows.ts";

/** The reason of a port that is plugged and not known to work yet. */
export const NOT_ANSWERED = "ovs-vswitchd has not answered yet";

/** The status of a port whose interface is as desired: ovs-vswitchd decides between `plugged` and `error`. */
export function stands(at: StatusFacts, reason: string | null): LportStatus {
  const iface = inPlaceAt(at)?.interface;
  if (iface === undefined) return status(at, "plugged", reason, {});
  const fault = vswitchdFault(iface);
  if (fault !== null) return status(at, "error", fault, {});
  if (reason !== null) return status(at, "plugged", reason, {});
  if (iface.ofport === null) return status(at, "plugged", badMtu(at.intent.lport) ?? NOT_ANSWERED, {});
  const [mtu, down, unbound] = [badMtu(at.intent.lport), isDown(iface), unboundAt(at)];
  if (mtu === null && down === null && unbound === null) return status(at, "plugged", null, {});
  const remarks = [mtu, down, unbound === null ? null : notBound(at, unbound)];
  const shown = remarks.filter((remark) => remark !== null).join("; ");
  return status(at, "plugged", shown, unbound === null ? {} : { unbound });
}

/** Only an interface that ovs-vswitchd has given a number is bound by ovn-controller (ovn-controller(8)). */
function unboundAt({ intent, chassis }: StatusFacts): Unbound | null {
  return intent.kind === "plug" ? unboundOf(intent.binding, chassis.chassis) : null;
}

function notBound({ chassis }: StatusFacts, unbound: Unbound): string {
  const who = whoHasIt(unbound, unbound.by === null ? undefined : chassis.otherChassis(unbound.by));
  return `ovn-controller has not bound it here: ${who}`;
}

/** The words for a network device of the system that is down: such a port passes no traffic (rule P8). Null: it is up. */
function isDown(iface: InterfaceRow): string | null {
  if (iface.type !== "" || iface.admin_state !== "down") return null;
  return `network device ${iface.name} is down, so nothing passes: ip link set ${shellWord(iface.name)} up`;
}

function badMtu({ binding }: Lport): string | null {
  const bad = binding === null ? null : badMtuOf(binding);
  if (bad === null) return null;
  return `no MTU is requested: ${bad.option} is ${JSON.stringify(bad.text)}, and has to be a decimal number of bytes, at most 2147483647`;
}

/** What ovs-vswitchd says against the interface; null: nothing. */
export function vswitchdFault(iface: InterfaceRow): string | null {
  if (iface.error !== null && iface.error !== "") return `ovs-vswitchd: ${iface.error}`;
  return iface.ofport === -1 ? "ovs-vswitchd could not add the interface to the datapath (ofport -1)" : null;
}
