/**
 * Attempts: what became of the changes that were sent to the database, per logical port. They enter the graph like any
 * other input, so that a decision never depends on a clock: a timer only counts a port's `nonce` up.
 */
import type { Answers } from "./answers.ts";
import { type Change, sameRepair, type Update } from "./change.ts";

interface Counted {
  /** How often the port's providers were asked for another answer. */
  readonly nonce: number;
}

/** An interface was put right, and how often that same repair was made. */
export interface Repair {
  readonly change: Update;
  readonly times: number;
  /** Its time has come: it may be made once more. */
  readonly isDue?: true;
}

export type Attempt =
  | (Counted & { readonly phase: "idle"; readonly repair?: Repair })
  /** Sent and not answered: the port is not decided again, and the answers it was decided on are kept. */
  | (Counted & {
      readonly phase: "in-flight";
      readonly change: Change;
      readonly answers: Answers;
      readonly repair?: Repair;
    })
  /** Refused by the server: that very change is not sent again until an input of the port changes or its time comes. */
  | (Counted & { readonly phase: "failed"; readonly change: Change; readonly error: string });

/**
 * A repair made this often and needed again is another program's doing, which wants something else: it is left for
 * growing whiles, so that the two do not fight (rule T4). People who edit an interface by hand are put right
 * at once (rule P3).
 */
const REPAIRS_IN_A_ROW = 3;

/** How often the repair that is needed was undone beyond what is put up with; 0: it may be made. */
export function undoneRepairs(attempt: Attempt | undefined, change: Change): number {
  const repair = attempt?.phase === "idle" ? attempt.repair : undefined;
  if (repair === undefined || repair.isDue || change.kind !== "update") return 0;
  if (!sameRepair(repair.change, change)) return 0;
  return Math.max(0, repair.times - REPAIRS_IN_A_ROW + 1);
}

/** The attempt after a commit. */
export function afterCommit(change: Change, before: Attempt | undefined): Attempt {
  const nonce = nonceOf(before);
  if (change.kind !== "update") return { phase: "idle", nonce };
  const last = before === undefined || before.phase === "failed" ? undefined : before.repair;
  const times = last !== undefined && sameRepair(last.change, change) ? last.times + 1 : 1;
  return { phase: "idle", nonce, repair: { change, times } };
}

/** The attempt when its time to be tried again has come: one more repair is allowed. */
export function askedAgain(before: Attempt | undefined): Attempt {
  const nonce = nonceOf(before) + 1;
  const repair = before?.phase === "idle" ? before.repair : undefined;
  return repair === undefined
    ? { phase: "idle", nonce }
    : { phase: "idle", nonce, repair: { ...repair, isDue: true } };
}

/** The attempt while a change is on its way. */
export function sent(change: Change, answers: Answers, before: Attempt | undefined): Attempt {
  const repair = before?.phase === "idle" ? before.repair : undefined;
  const attempt = { phase: "in-flight", change, answers, nonce: nonceOf(before) } as const;
  return repair === undefined ? attempt : { ...attempt, repair };
}

export function nonceOf(attempt: Attempt | undefined): number {
  return attempt?.nonce ?? 0;
}
