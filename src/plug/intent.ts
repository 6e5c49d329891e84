/**
 * Intent: what should become of one logical port, from what the Southbound says and what is in place, before any
 * provider is asked. One pure function per logical port; rules P5, U1, U2 and U3 are decided here, by the conditions of
 * conditions/wanted.ts.
 *
 * Invariant: `unplug` is only ever answered from complete knowledge. Whatever is missing turns it into `stay`, with
 * what is missing as the reason.
 */
import { type Consequence, firstUnmet, type UnplugGround, type WantedSettings } from "./conditions/wanted.ts";
import { type ChassisIdentity, type Lport, plugTypeOf } from "./lport.ts";
import type { PortBindingRow } from "./rows.ts";

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
  readonly ground: UnplugGround;
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
  settings: WantedSettings,
): Intent | null {
  const { name, binding, inPlace } = lport;
  const facts = binding === null ? null : { binding, chassis, settings };
  const unmet = facts === null ? null : firstUnmet(facts);
  if (binding !== null && unmet === null) return intentOfWanted(lport, binding);
  if (inPlace === null) return null;
  const { plugType } = inPlace;
  const { goes, reason } =
    facts === null || unmet === null ? consequenceOfAbsence(name, knowledge) : unmet.consequence(facts);
  if (goes === null) return { kind: "stay", lport, plugType, reason };
  if (knowledge.missing !== null) {
    return { kind: "stay", lport, plugType, reason: `${reason}, but ${knowledge.missing}` };
  }
  return { kind: "unplug", lport, plugType, binding, ground: goes, reason };
}

function intentOfWanted(lport: Lport, binding: PortBindingRow): Intent {
  const plugType = plugTypeOf(binding) ?? "";
  const foreign = lport.others.find((observed) => !observed.isOwned);
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

function consequenceOfAbsence(name: string, knowledge: Knowledge): Consequence {
  return knowledge.asksFor(name)
    ? { goes: "absent", reason: "the logical port has no port binding" }
    : { goes: null, reason: NOT_IN_VIEW };
}
