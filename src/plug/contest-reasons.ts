/** The sentences of rule P6 for people: why a logical port does not get an interface name. */

import { cut } from "../text/cut.ts";
import { shellWord } from "../text/shell.ts";
import type { Leaving } from "./advice.ts";
import { noProvider } from "./no-provider.ts";
import { type ObservedInterface, OVN_PLUGGED } from "./observed-interface.ts";

/** Why an interface may not leave; null: it may. */
export function refusalOf(leaving: Leaving | null): string | null {
  if (leaving === null) return null;
  if ("noProviderFor" in leaving) return noProvider(leaving.noProviderFor, leaving.refused);
  const { answer } = leaving;
  return "reason" in answer ? answer.reason : null;
}

/** The number that ovs-vswitchd gives to the local port of a bridge (OFPP_LOCAL, OpenFlow 1.0). */
const OWN_OF_BRIDGE = 65534;

/** The reason has a command to copy only where the interface cannot be a local port of a bridge. */
export function holderReason(holder: ObservedInterface, name: string): string {
  const { interface: row, port } = holder;
  if (holder.isOwned) return `interface ${name} is plugged for logical port ${cut(holder.lport ?? "")}`;
  const mayBeOfBridge = row.ofport === OWN_OF_BRIDGE || (row.type === "internal" && row.ofport === null);
  if (mayBeOfBridge && !row.external_ids.has(OVN_PLUGGED)) {
    return `interface ${name} is, or may be, the local port of a bridge, and stays: the logical port needs another interface name`;
  }
  const command = `ovs-vsctl del-port ${shellWord(port?.name ?? name)}`;
  if (row.external_ids.has(OVN_PLUGGED) && !holder.onBridge) {
    return `interface ${name} was plugged on another bridge; remove it there with ${command}`;
  }
  return `an interface ${name} exists that was not plugged for OVN on this bridge; if nobody needs it, remove it with ${command}`;
}
