/**
 * Attempts: what became of the changes that were sent to the database, per logical port. They enter the graph like any
 * other input, so that a decision never depends on a clock: a timer only counts a port's `nonce` up, or says that what
 * was written before does not count any more.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Advice } from "./advice.ts";
import { type Change, desiredAfter, misplacedOf } from "./change.ts";
import { type DesiredInterface, sameDesired } from "./desired.ts";

interface Counted {
  /** How often the port's providers were asked for another answer. */
  readonly nonce: number;
  /** Absent: nothing that counts. */
  readonly written?: Written;
  /** Absent: its interface has not become somebody else's lately. */
  readonly sentAway?: SentAway;
}

/** How often, within a short while, the interface had to go because it had become somebody else's (rule U7). */
export interface SentAway {
  readonly times: number;
  /** Its time has come: it may be plugged once more. */
  readonly isDue?: true;
}

/** What the interface was made, and how often in a row: whatever of it had to be written each time. */
export interface Written {
  readonly desired: DesiredInterface;
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
      readonly advice: Advice;
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

/** What is desired was written and undone so often that it is left for a while. */
export function undoneTooOften(attempt: Attempt | undefined, desired: DesiredInterface): boolean {
  const written = attempt?.written;
  if (written === undefined || written.isDue || !sameDesired(written.desired, desired)) return false;
  return written.times >= WRITES_IN_A_ROW;
}

/** Re-creating the bridge is not a conflict: what was written before is not counted. */
function isSame(written: Written, change: Change): boolean {
  const desired = desiredAfter(change);
  if (desired === null || !sameDesired(written.desired, desired)) return false;
  const bridge = bridgeOf(change);
  return bridge === null || written.bridge === null || bridge === written.bridge;
}

function bridgeOf(change: Change): Uuid | null {
  if (change.kind === "create") return change.bridge.uuid;
  return change.kind === "replug" ? bridgeOf(change.take) : null;
}

/** What is known once `change` was written `times` in a row; undefined for a removal. */
export function writtenBy(change: Change, times: number): Written | undefined {
  const desired = desiredAfter(change);
  return desired === null ? undefined : { desired, bridge: bridgeOf(change), times };
}

export function afterCommit(change: Change, before: Attempt | undefined): Attempt {
  const last = before?.written;
  const times = last !== undefined && isSame(last, change) ? last.times + 1 : 1;
  const idle = { phase: "idle", nonce: nonceOf(before) } as const;
  return counted(idle, writtenBy(change, times), sentAwayAfter(change, before?.sentAway));
}

function sentAwayAfter(change: Change, before: SentAway | undefined): SentAway | undefined {
  if (misplacedOf(change) !== null) return { times: (before?.times ?? 0) + 1 };
  return before === undefined ? undefined : { times: before.times };
}

/** How often its interface was sent away before it may be plugged again; 0: it may be. */
export function sentAwayBefore(attempt: Attempt | undefined): number {
  const sentAway = attempt?.sentAway;
  return sentAway === undefined || sentAway.isDue ? 0 : sentAway.times;
}

/** The port is decided on new answers, because its consultations have ended. */
export function afterRefusal(change: Change, error: string, before: Attempt | undefined): Attempt {
  const failed = { phase: "failed", change, error, nonce: nonceOf(before) + 1 } as const;
  return counted(failed, notDue(before?.written), before?.sentAway);
}

/** Nothing is known against the change: it is decided anew, on new answers, whether it is due or not. */
export function afterLoss(before: Attempt | undefined): Attempt {
  return counted({ phase: "idle", nonce: nonceOf(before) + 1 }, before?.written, before?.sentAway);
}

/** The attempt when its time to be tried again has come: it may be written once more. */
export function askedAgain(before: Attempt | undefined): Attempt {
  const written = before?.written;
  const due = written === undefined ? undefined : ({ ...written, isDue: true } as const);
  const sentAway = before?.sentAway;
  const mayCome = sentAway === undefined ? undefined : ({ ...sentAway, isDue: true } as const);
  return counted({ phase: "idle", nonce: nonceOf(before) + 1 }, due, mayCome);
}

/** The attempt when a provider has another answer than the one that it gave. */
export function answeredAnew(before: Attempt | undefined): Attempt {
  return counted({ phase: "idle", nonce: nonceOf(before) + 1 }, before?.written, before?.sentAway);
}

/** The attempt while a change is on its way. */
export function sent(change: Change, advice: Advice, before: Attempt | undefined): Attempt {
  const inFlight = { phase: "in-flight", change, advice, nonce: nonceOf(before) } as const;
  return counted(inFlight, before?.written, before?.sentAway);
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

/** A short while has passed since its interface was sent away; null: nothing is left to be known of it. */
export function stayed({ nonce, written }: Attempt): Attempt | null {
  return nonce === 0 && written === undefined ? null : counted({ phase: "idle", nonce }, written);
}

/** The attempt, which counts what was written where something was, and how often the interface was sent away. */
export function counted(attempt: Attempt, written: Written | undefined, sentAway?: SentAway): Attempt {
  if (written === undefined && sentAway === undefined) return attempt;
  return {
    ...attempt,
    ...(written === undefined ? {} : { written }),
    ...(sentAway === undefined ? {} : { sentAway }),
  };
}

function notDue(written: Written | undefined): Written | undefined {
  if (written === undefined) return undefined;
  const { isDue: _, ...rest } = written;
  return rest;
}
