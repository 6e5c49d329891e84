/**
 * Attempts: what became of the changes that were sent to the database, per logical port. They enter the graph like any
 * other input, so that a decision never depends on a clock: a timer only counts a port's `nonce` up.
 */
import type { Answers } from "./answers.ts";
import type { Change } from "./change.ts";

interface Counted {
  /** How often the port's providers were asked for another answer. */
  readonly nonce: number;
}

export type Attempt =
  | (Counted & { readonly phase: "idle" })
  /** Sent and not answered: the port is not decided again, and the answers it was decided on are kept. */
  | (Counted & { readonly phase: "in-flight"; readonly change: Change; readonly answers: Answers })
  /** Refused by the server: that very change is not sent again until an input of the port changes or its time comes. */
  | (Counted & { readonly phase: "failed"; readonly change: Change; readonly error: string });

export function nonceOf(attempt: Attempt | undefined): number {
  return attempt?.nonce ?? 0;
}
