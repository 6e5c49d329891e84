/**
 * Attempts: what became of the changes that were sent to the database, per logical port. They enter the graph like any
 * other input, so that a decision never depends on a clock: a timer only counts a port's `nonce` up, or says that what
 * was written before does not count any more.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Answers } from "./answers.ts";
import { type Change, sameTarget, type Target, targetOf } from "./change.ts";

interface Counted {
  /** How often the port's providers were asked for another answer. */
  readonly nonce: number;
  /** Absent: nothing that counts. */
  readonly written?: Written;
}

/** What the interface was made, and how often in a row: whatever of it had to be written each time. */
export interface Written {
  readonly target: Target;
  /** The bridge it was added to; null: it was there. */
  readonly bridge: Uuid | null;
  readonly times: number;
  /** Its time has come: it may be written once more. */
  readonly isDue?: true;
}

export type Attempt =
  | (Counted & { readonly phase: "idle" })
  /** Sent, and what became of it is not known: the port is not decided again, and the answers it was decided on are kept. */
  | (Counted & {
      readonly phase: "in-flight";
      readonly change: Change;
      readonly answers: Answers;
      /** The answer, which does not say whether the change was committed. */
      readonly doubt?: string;
    })
  /** Refused by the server: that very change is not sent again until an input of the port changes or its time comes. */
  | (Counted & { readonly phase: "failed"; readonly change: Change; readonly error: string });

/**
 * An interface that was made the same thing this often (once, and then put right three times) and needs it again is
 * another program's doing, which wants something else: it is left for growing whiles, so that the two do not fight (rule
 * T4). People who edit an interface by hand are put right at once (rule P3).
 */
const WRITES_IN_A_ROW = 4;

/** How often what is to be written was undone beyond what is put up with; 0: it may be written. */
export function setbacksOf(attempt: Attempt | undefined, change: Change): number {
  const written = attempt?.written;
  if (written === undefined || written.isDue || !isSame(written, change)) return 0;
  return Math.max(0, written.times - WRITES_IN_A_ROW + 1);
}

/** A bridge that was made anew has lost its interfaces by that, and nobody is against them. */
function isSame(written: Written, change: Change): boolean {
  const target = targetOf(change);
  if (target === null || !sameTarget(written.target, target)) return false;
  const bridge = bridgeOf(change);
  return bridge === null || written.bridge === null || bridge === written.bridge;
}

function bridgeOf(change: Change): Uuid | null {
  if (change.kind === "create") return change.bridge.uuid;
  return change.kind === "replug" ? change.create.bridge.uuid : null;
}

/** What is known once `change` was written `times` in a row; undefined for a removal. */
export function writtenBy(change: Change, times: number): Written | undefined {
  const target = targetOf(change);
  return target === null ? undefined : { target, bridge: bridgeOf(change), times };
}

export function afterCommit(change: Change, before: Attempt | undefined): Attempt {
  const last = before?.written;
  const times = last !== undefined && isSame(last, change) ? last.times + 1 : 1;
  return counted({ phase: "idle", nonce: nonceOf(before) }, writtenBy(change, times));
}

/** The port is decided on new answers, because its consultations have ended. */
export function afterRefusal(change: Change, error: string, before: Attempt | undefined): Attempt {
  return counted({ phase: "failed", change, error, nonce: nonceOf(before) + 1 }, notDue(before?.written));
}

/** Nothing is known against the change: it is decided anew, on new answers, whether it is due or not. */
export function afterLoss(before: Attempt | undefined): Attempt {
  return counted({ phase: "idle", nonce: nonceOf(before) + 1 }, before?.written);
}

/** The attempt when its time to be tried again has come: it may be written once more. */
export function askedAgain(before: Attempt | undefined): Attempt {
  const written = before?.written;
  const due = written === undefined ? undefined : ({ ...written, isDue: true } as const);
  return counted({ phase: "idle", nonce: nonceOf(before) + 1 }, due);
}

/** The attempt while a change is on its way. */
export function sent(change: Change, answers: Answers, before: Attempt | undefined): Attempt {
  return counted({ phase: "in-flight", change, answers, nonce: nonceOf(before) }, before?.written);
}

/** The attempt when the database has not said whether the change was committed; null: nothing is in flight. */
export function doubted(before: Attempt | undefined, doubt: string): Attempt | null {
  return before?.phase === "in-flight" ? { ...before, doubt } : null;
}

/** The attempt of a port that has stayed in place for a while; null: nothing is left to be known of it. */
export function settled({ nonce }: Attempt): Attempt | null {
  return nonce === 0 ? null : { phase: "idle", nonce };
}

export function nonceOf(attempt: Attempt | undefined): number {
  return attempt?.nonce ?? 0;
}

/** The attempt, which counts what was written where something was. */
export function counted(attempt: Attempt, written: Written | undefined): Attempt {
  return written === undefined ? attempt : { ...attempt, written };
}

function notDue(written: Written | undefined): Written | undefined {
  if (written === undefined) return undefined;
  const { isDue: _, ...rest } = written;
  return rest;
}
