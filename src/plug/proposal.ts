/**
 * The change that is proposed for a logical port: the difference between the interface in place and the desired interface.
 * The change is held back where the server has just refused it, or where others keep undoing it (rules T3, T4).
 */

import { cut } from "../text/cut.ts";
import { misplacementOf } from "./advice.ts";
import { setbacksOf } from "./attempt.ts";
import { type Change, type Create, type Remove, sameBasis, sendsAway, type Update } from "./change.ts";
import type { Won } from "./contest.ts";
import { type DesiredInterface, diffInterface } from "./desired.ts";
import { inPlaceAt, type LportStatus, nameOfChange, type StatusFacts, status } from "./lport-status.ts";
import type { BridgeRef } from "./rows.ts";

/** The change that gives the port a new interface, or the interface of another port; null: nothing differs. */
export function takeOf(contest: Won, bridge: BridgeRef, desired: DesiredInterface): Create | Update | null {
  if (contest.kind === "free") return { kind: "create", desired, bridge };
  const { observed, from, leaving } = contest;
  const edit = diffInterface(observed.interface, desired);
  if (edit === null) return null;
  return { kind: "update", desired, interface: observed.interface, edit, adoption: { from, leaving } };
}

/** @returns null while the port of the interface is not known: the next message of the database brings it */
export function removal(at: StatusFacts, bridge: BridgeRef, plugType: string): Remove | null {
  const { name } = at.intent.lport;
  const inPlace = inPlaceAt(at);
  if (inPlace === null || inPlace.port === null) return null;
  const { interface: iface, port } = inPlace;
  const misplaced = misplacementOf(at.advice);
  const remove: Remove = { kind: "remove", lport: name, plugType, bridge, interface: iface, port };
  return misplaced === null ? remove : { ...remove, misplaced: misplaced.whose };
}

/**
 * The status that carries the change, unless the server has just refused this very change.
 * @param won the contest, where interfaces change hands: ports that move together are also refused together
 */
export function propose(
  at: StatusFacts,
  change: Change | null,
  reason: string | null,
  won?: Won,
): LportStatus {
  const { attempt } = at;
  if (change === null) return status(at, "pending", "the port of its interface is not known yet", {});
  const together = won === undefined || won.together.length < 2 ? null : won.together;
  if (together !== null && won !== undefined && won.refused !== null) {
    const words =
      attempt?.phase === "failed"
        ? attempt.error
        : `it moves with logical port ${cut(won.refused)}, whose change was refused`;
    return status(at, "error", words, { retry: true });
  }
  const isOutOfTurn = won !== undefined && !won.isInTurn;
  if (
    together === null &&
    attempt?.phase === "failed" &&
    (isOutOfTurn || sameBasis(attempt.change, change) || wasRefusedToGo(at, attempt.change, change))
  ) {
    return status(at, "error", attempt.error, { retry: true });
  }
  const setbacks = setbacksOf(attempt, change);
  if (setbacks > 0) {
    const name = change.kind === "remove" ? change.interface.name : (nameOfChange(change) ?? "");
    return keptUndone(at, change.kind, name, setbacks);
  }
  return status(at, "pending", reason, { change: movingWith(change, together) });
}

/** A port whose interface was refused to go does not move either: the two changes would be sent in turn without a pause (rule T3). */
function wasRefusedToGo(at: StatusFacts, refused: Change, change: Change): boolean {
  const inPlace = inPlaceAt(at);
  return change.kind === "replug" && inPlace !== null && sendsAway(refused, inPlace);
}

/** Rule T4: others undid the change so often that the interface is left alone for a while. */
export function keptUndone(
  at: StatusFacts,
  kind: Change["kind"],
  name: string,
  setbacks: number,
): LportStatus {
  const reason = `another program keeps ${UNDOING[kind]} interface ${name}: configure one of the two programs to leave the interface alone`;
  return status(at, "error", reason, { retry: true, setbacks, interface: name });
}

/** What another program does to an interface, by the change that repairs it. */
const UNDOING: Readonly<Record<Change["kind"], string>> = {
  create: "removing",
  update: "undoing what is written to",
  remove: "adding the left over",
  replug: "removing",
};

function movingWith(change: Change, together: readonly string[] | null): Change {
  return together === null || change.kind === "remove" ? change : { ...change, together };
}
