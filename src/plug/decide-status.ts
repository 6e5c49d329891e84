/**
 * Decides the status of one logical port, by one pure function. Rules P1 to P7, the unplug rules and the states of
 * docs/rules.md follow here from the port's intent, its advice, its last attempt and the contest for its name.
 */

import { cut } from "../text/cut.ts";
import { inPlaceOf, leftoversIn, type Misplacement, misplacementOf } from "./advice.ts";
import { sentAwayBefore } from "./attempt.ts";
import type { Remove } from "./change.ts";
import { type DesiredInterface, diffInterface } from "./desired.ts";
import { stands } from "./in-place-status.ts";
import { NOT_ALL_TOLD, NOT_IN_VIEW, type ToPlug, type ToUnplug } from "./intent.ts";
import { inPlaceAt, type LportStatus, nameOfChange, type StatusFacts, status } from "./lport-status.ts";
import { noProvider } from "./no-provider.ts";
import { keptUndone, propose, removal, takeOf } from "./proposal.ts";
import { awaitedIn, noBridge, noProviderFor, refusal, refusalToLeave } from "./refusals.ts";
import type { BridgeRef } from "./rows.ts";

const SENT = "sent to the database";
const UNASKED = "its provider has not been asked yet";

export function decideStatus(at: StatusFacts): LportStatus {
  const { attempt } = at;
  if (attempt?.phase === "in-flight") {
    const sent =
      attempt.doubt === undefined ? SENT : `${SENT}, which has not said what became of it: ${attempt.doubt}`;
    return status(at, "pending", sent, { interface: nameOfChange(attempt.change) });
  }
  const decided = decideIntended(at);
  const misplacement = misplacementOf(at.advice);
  return misplacement === null || movesAway(at, decided) ? decided : sendAway(at, decided, misplacement);
}

function movesAway(at: StatusFacts, { change }: LportStatus): boolean {
  if (change?.kind === "remove" || change?.kind === "replug") return true;
  return at.chassis.contests.taker(at.intent.lport.name) !== null;
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
  if (advice === undefined) return status(at, "pending", UNASKED, {});
  if (advice.kind === "no-provider") {
    return status(at, "no-provider", noProvider(advice.plugType, advice.refused), {});
  }
  const { desired } = advice.main;
  const awaited = awaitedIn(advice);
  if (awaited !== null) return awaitAnswer(at, intent, awaited);
  const unwilling = refusal(advice.main) ?? refusalToLeave(advice.leaving, at, desired);
  if (unwilling !== null) {
    if (desired !== null && at.chassis.contests.isInCircle(intent.lport.name)) {
      const reason = `logical port ${cut(intent.lport.name)} keeps the others from moving: ${unwilling.reason}`;
      return status(at, "conflict", reason, { interface: desired.wanted.name, retry: true });
    }
    return status(at, unwilling.state, unwilling.reason, { retry: unwilling.state !== "no-provider" });
  }
  if (desired !== null) return decidePlug(at, bridge, desired);
  return intent.kind === "unplug" ? decideUnplug(at, bridge, intent) : status(at, "pending", UNASKED, {});
}

/** While an answer is awaited, a plugged port keeps its state: as far as anybody knows, its interface is still right. */
function awaitAnswer(at: StatusFacts, intent: ToPlug | ToUnplug, reason: string): LportStatus {
  const { inPlace } = intent.lport;
  if (intent.kind === "plug" && inPlace?.plugType === intent.plugType) return stands(at, null);
  return status(at, "pending", reason, {});
}

function decideUnplug(at: StatusFacts, bridge: BridgeRef, intent: ToUnplug): LportStatus {
  const { name } = intent.lport;
  const held = at.chassis.held(name);
  if (held !== null) return status(at, "held", held, {});
  // The next answer of the Southbound says whether it is still so.
  if (!intent.isCertain) return stands(at, intent.lport.binding === null ? NOT_IN_VIEW : NOT_ALL_TOLD);
  const taker = at.chassis.contests.taker(name);
  if (taker !== null) return takenOver(at, taker);
  return propose(at, removal(at, bridge, intent.plugType), intent.reason);
}

function takenOver(at: StatusFacts, taker: string): LportStatus {
  return status(at, "pending", `logical port ${cut(taker)} takes its interface over`, {});
}

function decidePlug(at: StatusFacts, bridge: BridgeRef, desired: DesiredInterface): LportStatus {
  const { onRename } = at.chassis;
  const lport = at.intent.lport.name;
  const inPlace = inPlaceAt(at);
  const taker = at.chassis.contests.taker(lport);
  const { name } = desired.wanted;
  if (inPlace !== null && inPlace.interface.name === name) {
    // The port's provider has come to name an interface that another port's transaction, on its way, takes over.
    if (taker !== null) return takenOver(at, taker);
    // The iface-id is right: the interface was found by it.
    const edit = diffInterface(inPlace.interface, desired, inPlace.plugType === desired.plugType);
    if (edit === null) return clearLeftovers(at, bridge, desired) ?? stands(at, null);
    return propose(at, { kind: "update", desired, interface: inPlace.interface, edit }, null);
  }
  if (inPlace !== null && onRename === "report" && !at.chassis.contests.isInCircle(lport)) {
    const reason = `plugged as ${inPlace.interface.name}, but the provider now names ${name}: recreate the logical port, or set plug.on_rename to replug`;
    return status(at, "incompatible", reason, {});
  }
  const contest = at.chassis.contests.contest(lport, name);
  if (contest.kind === "lost") {
    const { reason, setbacks } = contest;
    if (setbacks === undefined) return status(at, "conflict", reason, { interface: name });
    return keptUndone(at, inPlace === null ? "update" : "replug", name, setbacks);
  }
  const sentAway = timesSentAway(at);
  // A port whose interface is taken over, be it one of several, moves in the same pass: ports that move together all move, or none.
  if (contest.kind === "free" && contest.together.length < 2 && sentAway > 1) {
    const reason = `its interface got another owner ${sentAway} times within a short while: it is plugged again with back-off`;
    return status(at, "waiting", reason, { interface: name, retry: true, setbacks: sentAway - 2 });
  }
  const take = takeOf(contest, bridge, desired);
  if (take === null)
    return status(at, "pending", "the local database has not told yet that the interface is its own", {});
  const reason = contest.kind === "take" ? `taken over from logical port ${cut(contest.from)}` : null;
  if (inPlace === null) return propose(at, take, reason, contest);
  const remove = taker !== null ? null : removal(at, bridge, desired.plugType);
  if (taker === null && remove === null) return propose(at, null, null);
  return propose(at, { kind: "replug", leaves: inPlace.interface, remove, take }, reason, contest);
}

/** Rule U1: the leftovers of a port that is in place go, one after the other. */
function clearLeftovers(at: StatusFacts, bridge: BridgeRef, desired: DesiredInterface): LportStatus | null {
  const [first] = leftoversIn(at.advice);
  if (first === undefined) return null;
  const { observed: over, leaving } = first;
  const { interface: iface, port, plugType } = over;
  if (port === null) return null;
  const { name } = over.interface;
  const lport = at.intent.lport.name;
  const taker = at.chassis.contests.takerOf(over);
  if (taker !== null) return stands(at, `logical port ${cut(taker)} takes interface ${name} back`);
  const also = `interface ${name} has its iface-id as well`;
  const refused = "answer" in leaving ? refusal(leaving) : noProviderFor(leaving);
  if (refused !== null)
    return { ...stands(at, `${also}, and stays: ${refused.reason}`), retry: refused.state !== "no-provider" };
  const held = at.chassis.held(lport);
  if (held !== null) return status(at, "held", `${also}, but ${held}`, {});
  const remove: Remove = { kind: "remove", lport, plugType, bridge, interface: iface, port, keeps: desired };
  return propose(at, remove, `${also}, and is left over`);
}

/** Rule U7: how often in a row the interface had another owner, this time included; 0: nothing speaks against plugging. */
function timesSentAway({ attempt, advice, intent }: StatusFacts): number {
  const before = sentAwayBefore(attempt);
  if (inPlaceOf(intent, advice) === null) return before;
  return misplacementOf(advice) === null ? 0 : before + 1;
}
