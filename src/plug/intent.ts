/**
 * Intent: what should become of one logical port, from what the Southbound says and what is in place, before any
 * provider is asked. One pure function per logical port; rules P5, U1, U2 and U3 are decided here, by the conditions of
 * conditions/wanted.ts.
 *
 * Invariant: `unplug` is only ever answered from complete knowledge. Whatever is missing turns it into `stay`, with
 * what is missing as the reason.
 */
import type { Absence } from "./absence.ts";
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
  /** The port binding as it was when it left the view; absent: it is in view, or this daemon never saw it. */
  readonly lastSeen?: PortBindingRow;
  readonly ground: UnplugGround;
  readonly reason: string;
  /** False: it was so when the Southbound said so, and is asked again before anything is written. */
  readonly isCertain: boolean;
}
/** Plugged by us, and to be left as it is. */
export interface ToStay extends Subject {
  readonly kind: "stay";
  readonly reason: string;
  /** As in `ToUnplug`. */
  readonly lastSeen?: PortBindingRow;
  /** The next answer of the Southbound says whether it goes. */
  readonly isLeaving?: true;
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

/** The reason of a port whose port binding has left the view, while the Southbound is asked whether it is gone. */
export const NOT_ANSWERED_YET =
  "the Southbound is asked whether its port binding is gone, and has not answered yet";

/** What is known about the Southbound, as far as it bears on unplugging. */
export interface Knowledge {
  /** What keeps us from unplugging anything at all, or null. */
  readonly missing: string | null;
  /** The acknowledged condition contains `logical_port == lport`, and so does the one that is to replace it, if any. */
  asksFor(lport: string): boolean;
  /** What is asked for by name, and not here, may be on its way. */
  readonly isInDoubt: boolean;
}

/**
 * @param departed its port binding as it was when it left the view
 * @returns null: neither wanted here nor plugged by us
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
  const isCertain =
    lport.binding !== null || isFresh(absence) || (knowledge.asksFor(name) && !knowledge.isInDoubt);
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
