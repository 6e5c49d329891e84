/**
 * Intent: what should become of one logical port, from what the Southbound says and what is in place, before any
 * provider is asked. One pure function per logical port; rules P5, U1, U2 and U3 are decided here.
 *
 * Invariant: `unplug` is only ever answered from complete knowledge. Whatever is missing turns it into `stay`, with
 * what is missing as the reason.
 */
import {
  type ChassisIdentity,
  isBindable,
  isVif,
  isWanted,
  type Lport,
  plugTypeOf,
  requestedHere,
  requestedHereAsAdditional,
} from "./lport.ts";
import type { PortBindingRow } from "./rows.ts";

/** Why an interface is due to go: rule U1 (the first two) and U2. */
export type UnplugCause = "absent" | "not-bindable" | "withdrawn";

/** What the intent is with: another logical port, or another plug type, is another intent. */
interface Subject {
  readonly lport: Lport;
  readonly plugType: string;
}

/** Wanted here: an interface of this plug type is to be in place. */
export interface ToPlug extends Subject {
  readonly kind: "plug";
  readonly binding: PortBindingRow;
}
/** Plugged by us and no longer to be: it goes, if its provider agrees. */
export interface ToUnplug extends Subject {
  readonly kind: "unplug";
  readonly binding: PortBindingRow | null;
  readonly cause: UnplugCause;
  readonly reason: string;
}
/** Plugged by us, and to be left as it is. */
export interface ToStay extends Subject {
  readonly kind: "stay";
  readonly reason: string;
}
/** Wanted here, but an interface that is not ours carries its iface-id. */
export interface Foreign extends Subject {
  readonly kind: "foreign";
  readonly reason: string;
  readonly interface: string;
}
export type Intent = ToPlug | ToUnplug | ToStay | Foreign;

/** The reason of a port whose port binding has been asked for by name, and not answered yet. */
export const NOT_IN_VIEW = "its port binding is not in view yet";

export interface IntentSettings {
  readonly onWithdraw: "unplug" | "keep";
  readonly additionalChassis: boolean;
}

/** What is known about the Southbound, as far as it bears on unplugging. */
export interface Knowledge {
  /** What keeps us from unplugging anything at all, or null. */
  readonly missing: string | null;
  /** The acknowledged condition contains `logical_port == lport`, and so does the one that is to replace it, if any. */
  asksFor(lport: string): boolean;
}

/** @returns null: neither wanted here nor plugged by us */
export function decideIntent(
  lport: Lport,
  chassis: ChassisIdentity,
  knowledge: Knowledge,
  settings: IntentSettings,
): Intent | null {
  const { binding, owned } = lport;
  if (binding !== null && isWanted(binding, chassis, settings.additionalChassis)) {
    return intentOfWanted(lport, binding);
  }
  if (owned === null) return null;
  const { plugType } = owned;
  const due = dueForUnplug(lport, chassis, knowledge, settings);
  if (due.cause === null) return { kind: "stay", lport, plugType, reason: due.reason };
  if (knowledge.missing !== null) {
    return { kind: "stay", lport, plugType, reason: `${due.reason}, but ${knowledge.missing}` };
  }
  return { kind: "unplug", lport, plugType, binding, cause: due.cause, reason: due.reason };
}

function intentOfWanted(lport: Lport, binding: PortBindingRow): Intent {
  const plugType = plugTypeOf(binding) ?? "";
  const foreign = lport.others.find((vif) => !vif.owned);
  if (foreign === undefined) return { kind: "plug", lport, plugType, binding };
  const name = foreign.interface.name;
  return {
    kind: "foreign",
    lport,
    plugType,
    interface: name,
    reason: `interface ${name} carries this iface-id and was not plugged on OVN's direction; remove it, or remove vif-plug-type from the logical port`,
  };
}

interface Due {
  /** Null: it is not due. */
  readonly cause: UnplugCause | null;
  readonly reason: string;
}

function dueForUnplug(
  { name, binding }: Lport,
  chassis: ChassisIdentity,
  knowledge: Knowledge,
  settings: IntentSettings,
): Due {
  if (binding === null) {
    return knowledge.asksFor(name)
      ? { cause: "absent", reason: "the logical port has no port binding" }
      : { cause: null, reason: NOT_IN_VIEW };
  }
  if (!isVif(binding)) {
    const what = binding.type === "" ? "is a child port" : `has type ${JSON.stringify(binding.type)}`;
    return { cause: null, reason: `its port binding ${what}, so it is no VIF to plug or unplug` };
  }
  if (!isBindable(binding, chassis)) {
    return {
      cause: "not-bindable",
      reason: `requested-chassis is ${binding.options.get("requested-chassis")}`,
    };
  }
  if (plugTypeOf(binding) === null) {
    return settings.onWithdraw === "unplug"
      ? { cause: "withdrawn", reason: "the logical port has no vif-plug-type any more" }
      : { cause: null, reason: "vif-plug-type was withdrawn and plug.on_withdraw is keep" };
  }
  if (requestedHereAsAdditional(binding, chassis) && !requestedHere(binding, chassis)) {
    return {
      cause: null,
      reason: "requested here as an additional chassis and plug.additional_chassis is off",
    };
  }
  return { cause: null, reason: "requested_chassis is not this chassis, but it may still be bound here" };
}
