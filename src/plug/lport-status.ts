/**
 * The status on one logical port: its state, the reason, and the change to write, if any. One pure function; rules
 * P1 to P8 and the states of docs/rules.md are decided here.
 *
 * Invariant: a status that carries a change is the only thing that leads to a write.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { RefusedProvider } from "../providers/registry.ts";
import { shellWord } from "../text/shell.ts";
import {
  type Advice,
  inPlaceOf,
  type Leaving,
  leftoversIn,
  type Misplacement,
  misplacementOf,
} from "./advice.ts";
import { type Attempt, nonceOf, sentAwayBefore, setbacksOf } from "./attempt.ts";
import { type OtherChassis, type Unbound, unboundOf, whoHasIt } from "./bound.ts";
import { type Change, type Create, type Remove, sameBasis, type Update } from "./change.ts";
import type { Contests, Won } from "./contest.ts";
import { type DesiredInterface, diffInterface } from "./desired.ts";
import { type Intent, NOT_IN_VIEW, type ToPlug, type ToUnplug } from "./intent.ts";
import { badMtuOf, type ChassisIdentity, type Lport } from "./lport.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import type { Consultation } from "./question.ts";
import type { BridgeRef, InterfaceRow } from "./rows.ts";

export const PORT_STATES = [
  "plugged",
  "waiting",
  "pending",
  "foreign",
  "conflict",
  "incompatible",
  "no-provider",
  "error",
  "held",
] as const;
export type PortState = (typeof PORT_STATES)[number];

export interface LportStatus {
  readonly lport: string;
  readonly plugType: string;
  readonly state: PortState;
  /** The interface in place, or the one that is wanted. */
  readonly interface: string | null;
  readonly reason: string | null;
  /** What to write now. */
  readonly change: Change | null;
  /** Nothing but time may change this status: the port is to be asked for again, with back-off. */
  readonly retry: boolean;
  /** How often what is to be written was undone by others: the back-off starts from there. */
  readonly setbacks: number;
  /** How often the providers were asked for another answer. */
  readonly tries: number;
  /** It is in place, and ovn-controller has not bound it here (rule P8); absent: that is not so. */
  readonly unbound?: Unbound;
}

/** The interface is as the provider asked for, whatever ovs-vswitchd says of it: nothing waits to be written. */
export function isSettled({ state, retry }: LportStatus): boolean {
  return state === "plugged" || (state === "error" && !retry);
}

/** The reason of a port that is plugged and not known to work yet. */
export const NOT_ANSWERED = "ovs-vswitchd has not answered yet";

const SENT = "sent to the database";

/** Everything a status depends on. */
export interface StatusFacts {
  readonly intent: Intent;
  readonly advice: Advice | undefined;
  readonly attempt: Attempt | undefined;
  readonly chassis: ChassisFacts;
}

/** What is the same for all logical ports. */
export interface ChassisFacts {
  readonly bridge: BridgeRef | null;
  /** The name the integration bridge has to have. */
  readonly bridgeName: string;
  /** Null: no name is known. */
  readonly chassis: ChassisIdentity | null;
  /** Undefined: the Southbound has not been asked for that row, or has not answered. */
  otherChassis(row: Uuid): OtherChassis | undefined;
  readonly onRename: "replug" | "report";
  /** Why nobody may be asked and nothing written yet, or null. */
  readonly notActive: string | null;
  /** Who gets the interface of a name that a logical port wants, and what moves with it. */
  readonly contests: Pick<Contests, "contest" | "taker" | "takerOf" | "isInCircle">;
  /** Why unplugging is held back, or null. */
  held(lport: string): string | null;
}

export function decideStatus(at: StatusFacts): LportStatus {
  const { attempt } = at;
  if (attempt?.phase === "in-flight") {
    const name = nameOfChange(attempt.change);
    const sent =
      attempt.doubt === undefined ? SENT : `${SENT}, which has not said what became of it: ${attempt.doubt}`;
    return status(at, "pending", sent, name === null ? {} : { interface: name });
  }
  const decided = decideIntended(at);
  const misplacement = misplacementOf(at.advice);
  return misplacement === null || movesAway(at, decided) ? decided : sendAway(at, decided, misplacement);
}

function movesAway(at: StatusFacts, { change }: LportStatus): boolean {
  if (change?.kind === "remove" || change?.kind === "replug") return true;
  return at.chassis.contests.taker(at.intent.lport.name) !== null;
}

function inPlaceAt({ intent, advice }: StatusFacts): ObservedInterface | null {
  return inPlaceOf(intent, advice);
}

/** Rule U7: wrongly wired is worse than unplugged, whatever else was decided. */
function sendAway(at: StatusFacts, decided: LportStatus, { whose, isBuiltIn }: Misplacement): LportStatus {
  const { notActive, bridge } = at.chassis;
  const { name } = at.intent.lport;
  const inPlace = inPlaceAt(at);
  if (notActive !== null || bridge === null || inPlace === null) return decided;
  const held = isBuiltIn ? null : at.chassis.held(name);
  const reason = `interface ${inPlace.interface.name} belongs to ${whose} now`;
  if (held !== null) return status(at, "held", `${reason}, but ${held}`, {});
  return propose(at, removal(at, bridge, inPlace.plugType), reason);
}

function decideIntended(at: StatusFacts): LportStatus {
  const { intent } = at;
  switch (intent.kind) {
    case "foreign":
      return status(at, "foreign", intent.reason, { interface: intent.interface });
    case "stay":
      return stands(at, intent.reason);
    case "plug":
    case "unplug":
      return decideAsked(at, intent);
  }
}

function decideAsked(at: StatusFacts, intent: ToPlug | ToUnplug): LportStatus {
  const { notActive, bridge, bridgeName } = at.chassis;
  if (notActive !== null) {
    return intent.lport.inPlace === null ? status(at, "pending", notActive, {}) : stands(at, notActive);
  }
  if (bridge === null) return status(at, "pending", noBridge(bridgeName), {});
  const { advice } = at;
  if (advice === undefined) return status(at, "pending", "its provider has not been asked yet", {});
  if (advice.kind === "no-provider") {
    return status(at, "no-provider", noProvider(advice.plugType, advice.refused), {});
  }
  const { desired } = advice.main;
  const awaited = awaitedIn(advice);
  if (awaited !== null) return awaitAnswer(at, intent, awaited);
  const unready = refusal(advice.main);
  const unwilling = unready ?? refusalToLeave(advice.leaving, at, desired);
  if (unwilling !== null) {
    if (unready === null && desired !== null && at.chassis.contests.isInCircle(intent.lport.name)) {
      const reason = `logical port ${intent.lport.name} keeps the others from moving: ${unwilling.reason}`;
      return status(at, "conflict", reason, { interface: desired.wanted.name, retry: true });
    }
    return status(at, unwilling.state, unwilling.reason, { retry: unwilling.state !== "no-provider" });
  }
  if (desired !== null) return decidePlug(at, bridge, desired);
  return decideUnplug(at, bridge, intent);
}

/** What is plugged is as right as it was, as far as anybody knows. */
function awaitAnswer(at: StatusFacts, intent: ToPlug | ToUnplug, reason: string): LportStatus {
  const { inPlace } = intent.lport;
  if (intent.kind === "plug" && inPlace?.plugType === intent.plugType) return stands(at, null);
  return status(at, "pending", reason, {});
}

function decideUnplug(at: StatusFacts, bridge: BridgeRef, intent: ToPlug | ToUnplug): LportStatus {
  const { name } = intent.lport;
  const held = at.chassis.held(name);
  if (held !== null) return status(at, "held", held, {});
  // The next answer of the Southbound says whether it is still so.
  if (intent.kind === "unplug" && !intent.isCertain) return stands(at, NOT_IN_VIEW);
  const taker = at.chassis.contests.taker(name);
  if (taker !== null) {
    return status(at, "pending", `logical port ${taker} takes its interface over`, {});
  }
  return propose(at, removal(at, bridge, intent.plugType), intent.kind === "unplug" ? intent.reason : null);
}

function decidePlug(at: StatusFacts, bridge: BridgeRef, desired: DesiredInterface): LportStatus {
  const { onRename } = at.chassis;
  const lport = at.intent.lport.name;
  const inPlace = inPlaceAt(at);
  const { name } = desired.wanted;
  if (inPlace !== null && inPlace.interface.name === name) {
    // Its iface-id is the logical port's, or it would not be the port's.
    const edit = diffInterface(inPlace.interface, desired, inPlace.plugType === desired.plugType);
    if (edit === null) return clearLeftovers(at, bridge, desired) ?? stands(at, null);
    return propose(at, { kind: "update", desired, interface: inPlace.interface, edit }, null);
  }
  if (inPlace !== null && onRename === "report" && !at.chassis.contests.isInCircle(lport)) {
    const reason = `plugged as ${inPlace.interface.name}, and the provider now says ${name}: recreate the logical port, or set plug.on_rename to replug`;
    return status(at, "incompatible", reason, {});
  }
  const contest = at.chassis.contests.contest(lport, name);
  if (contest.kind === "lost") return status(at, "conflict", contest.reason, { interface: name });
  const sentAway = timesSentAway(at);
  if (contest.kind === "free" && sentAway > 1) {
    const reason = `its interface became another's ${sentAway} times within a short while: it is plugged again with back-off`;
    return status(at, "waiting", reason, { interface: name, retry: true, setbacks: sentAway - 2 });
  }
  const take = takeOf(contest, bridge, desired);
  if (take === null) return status(at, "pending", "its interface is about to be seen as its own", {});
  const reason = contest.kind === "take" ? `taken over from logical port ${contest.from}` : null;
  if (inPlace === null) return propose(at, take, reason, contest);
  const isTaken = at.chassis.contests.taker(lport) !== null;
  const remove = isTaken ? null : removal(at, bridge, desired.plugType);
  if (!isTaken && remove === null) return propose(at, null, null);
  return propose(at, { kind: "replug", leaves: inPlace.interface, remove, take }, reason, contest);
}

/** The interface that the port gets: a new one, or that of another port, in place. */
function takeOf(contest: Won, bridge: BridgeRef, desired: DesiredInterface): Create | Update | null {
  if (contest.kind === "free") return { kind: "create", desired, bridge };
  const { observed, from, leaving } = contest;
  const edit = diffInterface(observed.interface, desired);
  if (edit === null) return null;
  return { kind: "update", desired, interface: observed.interface, edit, adoption: { from, leaving } };
}

/** Rule U1: what is left over of a port that is in place goes, one after the other. */
function clearLeftovers(at: StatusFacts, bridge: BridgeRef, desired: DesiredInterface): LportStatus | null {
  const [first] = leftoversIn(at.advice);
  if (first === undefined) return null;
  const { observed: over, leaving } = first;
  const { interface: iface, port, plugType } = over;
  if (port === null) return null;
  const { name } = over.interface;
  const lport = at.intent.lport.name;
  const taker = at.chassis.contests.takerOf(over);
  if (taker !== null) return stands(at, `logical port ${taker} takes interface ${name} back`);
  const also = `interface ${name} has its iface-id as well`;
  const refused = "answer" in leaving ? refusal(leaving) : noProviderFor(leaving);
  if (refused !== null)
    return { ...stands(at, `${also}, and stays: ${refused.reason}`), retry: refused.state !== "no-provider" };
  const held = at.chassis.held(lport);
  if (held !== null) return status(at, "held", `${also}, but ${held}`, {});
  const remove: Remove = { kind: "remove", lport, plugType, bridge, interface: iface, port, keeps: desired };
  return propose(at, remove, `${also}, and is left over`);
}

/** Rule U7: how often in a row the interface was another's, this time included; 0: that is nothing against plugging. */
function timesSentAway({ attempt, advice, intent }: StatusFacts): number {
  const before = sentAwayBefore(attempt);
  if (inPlaceOf(intent, advice) === null) return before;
  return misplacementOf(advice) === null ? 0 : before + 1;
}

/** @returns null while the port of the interface is not known: the next message of the database brings it */
function removal(at: StatusFacts, bridge: BridgeRef, plugType: string): Remove | null {
  const { name } = at.intent.lport;
  const inPlace = inPlaceAt(at);
  if (inPlace === null || inPlace.port === null) return null;
  const { interface: iface, port } = inPlace;
  const misplaced = misplacementOf(at.advice);
  const remove: Remove = { kind: "remove", lport: name, plugType, bridge, interface: iface, port };
  return misplaced === null ? remove : { ...remove, misplaced: misplaced.whose };
}

/**
 * The change is to be written, unless it is the very one that the server has just refused.
 * @param won where interfaces change hands; what moves together is refused together, too
 */
function propose(at: StatusFacts, change: Change | null, reason: string | null, won?: Won): LportStatus {
  const { attempt } = at;
  if (change === null) return status(at, "pending", "the port of its interface is not known yet", {});
  const together = won === undefined || won.together.length < 2 ? null : won.together;
  if (together !== null && won?.isRefused) {
    const [leader] = together;
    const words =
      attempt?.phase === "failed"
        ? attempt.error
        : `it moves with logical port ${leader}, whose change was refused`;
    return status(at, "error", words, { retry: true });
  }
  if (together === null && attempt?.phase === "failed" && sameBasis(attempt.change, change)) {
    return status(at, "error", attempt.error, { retry: true });
  }
  const setbacks = setbacksOf(attempt, change);
  if (setbacks > 0) {
    const name = nameOfChange(change);
    const undoes = change.kind === "update" ? `undoing what is written to` : `removing`;
    const reason = `another program keeps ${undoes} interface ${name}: see that one of the two leaves it alone`;
    return status(at, "error", reason, {
      retry: true,
      setbacks,
      ...(name === null ? {} : { interface: name }),
    });
  }
  return status(at, "pending", reason, { change: movingWith(change, together) });
}

function movingWith(change: Change, together: readonly string[] | null): Change {
  return together === null || change.kind === "remove" ? change : { ...change, together };
}

/** The interface is as it has to be; what ovs-vswitchd says of it decides between plugged and error. */
function stands(at: StatusFacts, reason: string | null): LportStatus {
  const iface = inPlaceAt(at)?.interface;
  const fault = iface === undefined ? null : vswitchdFault(iface);
  if (fault !== null) return status(at, "error", fault, {});
  if (reason !== null) return status(at, "plugged", reason, {});
  const unanswered = iface !== undefined && iface.ofport === null;
  if (unanswered) return status(at, "plugged", badMtu(at.intent.lport) ?? NOT_ANSWERED, {});
  const unbound = unboundAt(at);
  const remarks = [badMtu(at.intent.lport), isDown(iface), unbound === null ? null : notBound(at, unbound)];
  const shown = remarks.filter((remark) => remark !== null).join("; ");
  return status(at, "plugged", shown === "" ? null : shown, unbound === null ? {} : { unbound });
}

/** Only an interface that ovs-vswitchd has given a number is bound by ovn-controller (ovn-controller(8)). */
function unboundAt({ intent, chassis }: StatusFacts): Unbound | null {
  return intent.kind === "plug" ? unboundOf(intent.binding, chassis.chassis) : null;
}

/** The start of the reason of a port that is plugged and not bound. */
export const NOT_BOUND = "ovn-controller has not bound it here";

function notBound({ chassis }: StatusFacts, unbound: Unbound): string {
  const who = whoHasIt(unbound, unbound.by === null ? undefined : chassis.otherChassis(unbound.by));
  return `${NOT_BOUND}: ${who}`;
}

/** A device of the system that is down is a dead path, however well everything else looks (rule P8). */
function isDown(iface: InterfaceRow | undefined): string | null {
  if (iface === undefined || iface.type !== "" || iface.admin_state !== "down") return null;
  return `network device ${iface.name} is down, so nothing passes: ip link set ${iface.name} up`;
}

function badMtu({ binding }: Lport): string | null {
  const bad = binding === null ? null : badMtuOf(binding);
  if (bad === null) return null;
  return `no MTU is requested: ${bad.option} is ${JSON.stringify(bad.text)}, and has to be a decimal number of bytes, at most 2147483647`;
}

function vswitchdFault(iface: InterfaceRow): string | null {
  if (iface.error !== null && iface.error !== "") return `ovs-vswitchd: ${iface.error}`;
  return iface.ofport === -1 ? "ovs-vswitchd could not add the interface to the datapath (ofport -1)" : null;
}

/** Whose answer is not known yet, in words; null: everybody has answered. */
function awaitedIn({ main, leaving }: Extract<Advice, { kind: "asked" }>): string | null {
  const consultations = leaving !== null && "answer" in leaving ? [main, leaving] : [main];
  for (const { answer } of consultations) {
    if (answer.kind === "not-ready" && answer.awaited === true) return answer.reason;
  }
  return null;
}

interface Refusal {
  readonly state: "waiting" | "error" | "no-provider";
  readonly reason: string;
}

function refusal({ question, answer, desired }: Consultation): Refusal | null {
  if (desired !== null) return null;
  switch (answer.kind) {
    case "not-ready":
      return { state: "waiting", reason: answer.reason };
    case "broken":
      return { state: "error", reason: `provider ${question.provider.type}: ${answer.reason}` };
    default:
      return null;
  }
}

/** An interface whose own provider is gone may change hands in place, but it may not be removed. */
function refusalToLeave(
  leaving: Leaving | null,
  at: StatusFacts,
  desired: DesiredInterface | null,
): Refusal | null {
  if (leaving === null) return null;
  if ("answer" in leaving) return refusal(leaving);
  const renames = desired !== null && inPlaceAt(at)?.interface.name !== desired.wanted.name;
  return renames ? noProviderFor(leaving) : null;
}

function noProviderFor(leaving: Exclude<Leaving, Consultation>): Refusal {
  return { state: "no-provider", reason: noProvider(leaving.noProviderFor, leaving.refused) };
}

export function noBridge(name: string): string {
  return `there is no integration bridge ${name}: add it (ovs-vsctl add-br ${shellWord(name)}), or name the one that is there (external_ids:ovn-bridge)`;
}

function noProvider(plugType: string, refused: RefusedProvider | null): string {
  const quoted = JSON.stringify(plugType);
  if (refused !== null) {
    return `provider ${refused.type}, which answers to plug type ${quoted}, failed to start: ${refused.reason}`;
  }
  return `no enabled provider answers to plug type ${quoted}; add one under providers`;
}

function status(
  at: StatusFacts,
  state: PortState,
  reason: string | null,
  rest: {
    readonly interface?: string;
    readonly change?: Change;
    readonly retry?: boolean;
    readonly setbacks?: number;
    readonly unbound?: Unbound;
  },
): LportStatus {
  return {
    lport: at.intent.lport.name,
    plugType: at.intent.plugType,
    state,
    interface: rest.interface ?? inPlaceAt(at)?.interface.name ?? nameOfChange(rest.change),
    reason,
    change: rest.change ?? null,
    retry: rest.retry ?? false,
    setbacks: rest.setbacks ?? 0,
    tries: nonceOf(at.attempt),
    ...(rest.unbound === undefined ? {} : { unbound: rest.unbound }),
  };
}

function nameOfChange(change: Change | undefined): string | null {
  if (change?.kind === "update") return change.interface.name;
  if (change?.kind === "replug") return change.take.desired.wanted.name;
  return change?.kind === "create" ? change.desired.wanted.name : null;
}
