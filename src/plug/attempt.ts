/**
 * Attempts: the outcomes of the changes that were sent to the database, one for each logical port. Attempts enter the graph
 * like any other input, so that no decision depends on a clock: a timer only counts the `nonce` of a port up, or says that
 * earlier writes do not count any more.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Advice } from "./advice.ts";
import { type Change, desiredAfter, misplacedOf, PLUGGED, thingsWrittenBy } from "./change.ts";
import { type DesiredInterface, sameDesired } from "./desired.ts";

interface Counted {
  /** How often the port's providers were asked for another answer. */
  readonly nonce: number;
  /** Absent: no earlier write counts. */
  readonly written?: Written;
  /** Absent: the interface of the port has had no other owner lately. */
  readonly sentAway?: SentAway;
}

/** How often, within 60 s, the interface was removed because it had another owner (rule U7). */
export interface SentAway {
  readonly times: number;
  /** The back-off is over: the port may be plugged once more. */
  readonly isDue?: true;
}

/** The state that the interface was given, and how often in a row. */
export interface Written {
  readonly desired: DesiredInterface;
  /** The bridge that the interface was added to; null: the interface was there before. */
  readonly bridge: Uuid | null;
  /** By thing (change.ts): how often it was written. Edits of different things are no disagreement about one of them. */
  readonly times: ReadonlyMap<string, number>;
  /** The back-off is over: the state may be written once more. */
  readonly isDue?: true;
}

export type Attempt =
  | (Counted & { readonly phase: "idle" })
  /** The change was sent and its outcome is unknown: the port is not decided again and keeps the answers behind the change. */
  | (Counted & {
      readonly phase: "in-flight";
      readonly change: Change;
      readonly advice: Advice;
      /** An answer of the database that does not say whether the change was committed. */
      readonly doubt?: string;
    })
  /** The server refused the change: this change is not sent again until an input of the port changes or the back-off ends. */
  | (Counted & { readonly phase: "failed"; readonly change: Change; readonly error: string });

/**
 * The number of writes of one thing in a row (a first write and three repairs) after which another program must be undoing
 * them. vifplugd then leaves the interface alone for longer and longer times, so that the two programs do not fight (rule T4).
 * What people edit by hand is repaired at once (rule P3).
 */
const WRITES_IN_A_ROW = 4;

/** How often the desired state was undone beyond what vifplugd accepts; 0: the change may be written. */
export function setbacksOf(attempt: Attempt | undefined, change: Change): number {
  const written = attempt?.written;
  if (written === undefined || written.isDue || !isSame(written, change)) return 0;
  const times = thingsWrittenBy(change).map((thing) => timesOf(written, thing));
  return beyond(Math.max(...times));
}

/** Whoever plugged the interface wrote all of it. */
function timesOf({ times }: Written, thing: string): number {
  return times.get(thing) ?? (times.has(PLUGGED) ? 1 : 0);
}

/** How often any part of the desired state was undone beyond what vifplugd accepts; 0: the port may move. */
export function setbacksOfAll(attempt: Attempt | undefined, desired: DesiredInterface): number {
  const written = attempt?.written;
  if (written === undefined || written.isDue || !sameDesired(written.desired, desired)) return 0;
  return beyond(Math.max(...written.times.values()));
}

function beyond(times: number): number {
  return Math.max(0, times - WRITES_IN_A_ROW + 1);
}

/** Re-creating the bridge is not a conflict: writes on the former bridge do not count. */
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

/** What counts after a change was committed; undefined for a removal. @param before what counted before */
export function writtenAfter(change: Change, before: Written | undefined): Written | undefined {
  const desired = desiredAfter(change);
  if (desired === null) return undefined;
  const bridge = bridgeOf(change);
  const last = before !== undefined && isSame(before, change) ? before : { desired, bridge, times: NEVER };
  const times = new Map(last.times);
  for (const thing of thingsWrittenBy(change)) times.set(thing, timesOf(last, thing) + 1);
  return { desired, bridge, times };
}

const NEVER: ReadonlyMap<string, number> = new Map();

export function afterCommit(change: Change, before: Attempt | undefined): Attempt {
  const idle = { phase: "idle", nonce: nonceOf(before) } as const;
  return counted(idle, writtenAfter(change, before?.written), sentAwayAfter(change, before?.sentAway));
}

function sentAwayAfter(change: Change, before: SentAway | undefined): SentAway | undefined {
  if (misplacedOf(change) !== null) return { times: (before?.times ?? 0) + 1 };
  return before === undefined ? undefined : { times: before.times };
}

/** How often the interface of the port was sent away; 0: the port may be plugged now. */
export function sentAwayBefore(attempt: Attempt | undefined): number {
  const sentAway = attempt?.sentAway;
  return sentAway === undefined || sentAway.isDue ? 0 : sentAway.times;
}

/** The attempt after a refusal: the consultations have ended, so the port is decided on new answers. */
export function afterRefusal(change: Change, error: string, before: Attempt | undefined): Attempt {
  const failed = { phase: "failed", change, error, nonce: nonceOf(before) + 1 } as const;
  return counted(failed, notDue(before?.written), before?.sentAway);
}

/** The attempt after a change that was lost (transactor.ts): no refusal counts, and the port is decided on new answers. */
export function afterLoss(before: Attempt | undefined): Attempt {
  return counted({ phase: "idle", nonce: nonceOf(before) + 1 }, before?.written, before?.sentAway);
}

/** The attempt when the back-off of the port is over: the change may be written once more. */
export function askedAgain(before: Attempt | undefined): Attempt {
  const written = before?.written;
  const due = written === undefined ? undefined : ({ ...written, isDue: true } as const);
  const sentAway = before?.sentAway;
  const mayCome = sentAway === undefined ? undefined : ({ ...sentAway, isDue: true } as const);
  return counted({ phase: "idle", nonce: nonceOf(before) + 1 }, due, mayCome);
}

/** The attempt when a provider gives a new answer. */
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

/** The attempt of a port that has stayed in place for a while; null: nothing about the port counts any more. */
export function settled({ nonce }: Attempt): Attempt | null {
  return nonce === 0 ? null : { phase: "idle", nonce };
}

export function nonceOf(attempt: Attempt | undefined): number {
  return attempt?.nonce ?? 0;
}

/** The attempt 60 s after the interface was sent away; null: nothing about the port counts any more. */
export function stayed({ nonce, written }: Attempt): Attempt | null {
  return nonce === 0 && written === undefined ? null : counted({ phase: "idle", nonce }, written);
}

/** The attempt together with the counts of writes and of removals (rule U7), where there are any. */
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
