/**
 * Intent: what should become of one logical port. The intent follows from the Southbound and from the interface in place,
 * before any provider is asked. One pure function decides one logical port; the conditions of conditions/wanted.ts decide
 * rules P5, U1, U2 and U3.
 *
 * Invariant: `unplug` needs complete knowledge. Where knowledge is missing, the intent is `stay`, and its reason names the
 * missing knowledge.
 */
import type { Absence } from "./absence.ts";
import { type Consequence, firstUnmet, type UnplugGround, type WantedSettings } from "./conditions/wanted.ts";
import { type ChassisIdentity, type Lport, plugTypeOf } from "./lport.ts";
import type { PortBindingRow } from "./rows.ts";

/** The logical port and the plug type that the intent is about. */
interface Subject {
  readonly lport: Lport;
  readonly plugType: string;
}

/** The logical port is wanted here: an interface of this plug type is to be in place. */
export interface ToPlug extends Subject {
  readonly kind: "plug";
  readonly binding: PortBindingRow;
}
/** The interface is ours and no longer wanted: the interface goes, if its provider agrees. */
export interface ToUnplug extends Subject {
  readonly kind: "unplug";
  readonly binding: PortBindingRow | null;
  /** The port binding as it left the view; absent: the port binding is in view, or this daemon never saw it. */
  readonly lastSeen?: PortBindingRow;
  readonly ground: UnplugGround;
  readonly reason: string;
  /** False: an earlier answer of the Southbound said so, and what the Southbound says next tells whether that is still so. */
  readonly isCertain: boolean;
}
/** The interface is ours and stays as it is. */
export interface ToStay extends Subject {
  readonly kind: "stay";
  readonly reason: string;
  /** As in `ToUnplug`. */
  readonly lastSeen?: PortBindingRow;
  /** The next answer of the Southbound decides whether the interface goes. */
  readonly isLeaving?: true;
}
/** The logical port is wanted here, but a foreign interface carries its iface-id. */
export interface Foreign extends Subject {
  readonly kind: "foreign";
  readonly reason: string;
  readonly interface: string;
}
export type Intent = ToPlug | ToUnplug | ToStay | Foreign;

/** The reason of a port whose port binding has been asked for by name, and not answered yet. */
export const NOT_IN_VIEW = "its port binding is not in view yet";

/** The reason of a port whose port binding has left the view, while the Southbound is asked whether it is gone. */
export const NOT_ANSWERED_YET =
  "the Southbound is asked whether its port binding is gone, and has not answered yet";

/** The reason of a port that is to go, while a part of what one commit changed may be on its way. */
export const NOT_ALL_TOLD = "the Southbound has not told yet all that its last commit has changed";

/** The knowledge about the Southbound that unplugging needs. */
export interface Knowledge {
  /** The missing knowledge that forbids any unplug, in words; null: nothing is missing. */
  readonly missing: string | null;
  /** The acknowledged condition contains `logical_port == lport`, and so does the one that is to replace it, if any. */
  asksFor(lport: string): boolean;
  /** One monitor has told of a commit, and what another monitor has to tell of the same commit may be on its way. */
  readonly isInDoubt: boolean;
}

/**
 * @param departed the port binding as it left the view
 * @returns null: the logical port is not wanted here, and no interface of ours is in place
 */
export function decideIntent(
  lport: Lport,
  chassis: ChassisIdentity,
  knowledge: Knowledge,
  settings: WantedSettings,
  absence?: Absence,
  departed: PortBindingRow | null = null,
): Intent | null {
  const { name, inPlace } = lport;
  const outOfView = absence?.kind === "elsewhere" && !knowledge.asksFor(name) ? absence : null;
  const binding = lport.binding ?? outOfView?.row ?? null;
  const facts = binding === null ? null : { binding, chassis, settings };
  const unmet = facts === null ? null : firstUnmet(facts);
  if (binding !== null && unmet === null && outOfView === null) return intentOfWanted(lport, binding);
  if (inPlace === null) return null;
  const { plugType } = inPlace;
  const { goes, reason, isLeaving } =
    facts === null || unmet === null
      ? consequenceOfAbsence(name, knowledge, absence)
      : { ...unmet.consequence(facts), isLeaving: false };
  const lastSeen = departed === null ? {} : { lastSeen: departed };
  const stay = { kind: "stay", lport, plugType, ...(binding === null ? lastSeen : {}) } as const;
  if (goes === null) return { ...stay, reason, ...(isLeaving ? { isLeaving } : {}) };
  if (knowledge.missing !== null) return { ...stay, reason: `${reason}, but ${knowledge.missing}` };
  const isKnown = lport.binding !== null || knowledge.asksFor(name);
  const isCertain = isFresh(absence) || (isKnown && !knowledge.isInDoubt);
  return { kind: "unplug", lport, plugType, binding, ground: goes, reason, isCertain, ...lastSeen };
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

function isFresh(absence: Absence | undefined): boolean {
  return (absence?.kind === "gone" || absence?.kind === "elsewhere") && absence.reply.isFresh;
}

function consequenceOfAbsence(
  name: string,
  knowledge: Knowledge,
  absence: Absence | undefined,
): Consequence & { readonly isLeaving: boolean } {
  if (knowledge.asksFor(name) || absence?.kind === "gone") {
    return { goes: "absent", reason: "the logical port has no port binding", isLeaving: false };
  }
  if (absence?.kind === "asked") return { goes: null, reason: NOT_ANSWERED_YET, isLeaving: true };
  const { missing } = knowledge;
  const reason = missing === null ? NOT_IN_VIEW : `${NOT_IN_VIEW}: ${missing}`;
  return { goes: null, reason, isLeaving: false };
}
