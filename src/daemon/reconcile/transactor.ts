/**
 * Carries changes to the database: as one transaction when it can, in smaller ones when the server refuses it, so
 * that one bad port never holds up another (rules T1 to T3).
 *
 * Invariants: every work handed in gets exactly one outcome; nothing is sent again that was or may have been committed
 * (rule T5).
 */
import type { Operation, TransactError } from "ovsdb-jsonrpc";
import type { Cause } from "../../graph/index.ts";
import type { Advice } from "../../plug/advice.ts";
import { type Change, togetherOf } from "../../plug/change.ts";
import { transactionOf } from "../../plug/operations.ts";
import { clipWords } from "../../text/cut.ts";

/** A change, why it is made (null: it is what the logical port asks for), and the answers that led to it. */
export interface Work {
  readonly change: Change;
  readonly reason: string | null;
  readonly advice: Advice;
  /** What made the port be decided; null: every port was. */
  readonly cause: Cause | null;
}

export type Outcome =
  | { readonly kind: "committed"; readonly work: Work }
  /** The server's word against this very change. */
  | { readonly kind: "refused"; readonly work: Work; readonly error: string }
  /** Nothing is known against the change, which was not committed: there was no connection, or no lock. */
  | { readonly kind: "lost"; readonly work: Work; readonly error: string }
  /** It was or may have been committed: fresh state will tell, and where that says no, it was `otherwise`. */
  | {
      readonly kind: "unknown";
      readonly work: Work;
      readonly error: string;
      readonly otherwise: "lost" | "refused";
    };

/** What is known of a change in the end. */
export type Conclusion = Exclude<Outcome, { readonly kind: "unknown" }>;

export interface TransactorOptions {
  transact(
    operations: readonly Operation[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: TransactError }>;
  /** This session holds the lock. */
  isOurs(lock: string): boolean;
  /** What led to the change is known to be so still: it may be sent once more. */
  isStillSo(change: Change): boolean;
  /** Called once or more for the works of one `submit`. */
  report(outcomes: readonly Outcome[]): void;
}

/**
 * Errors that the server answers to every change alike: all changes are refused, and tried again with back-off. A server that
 * says "not owner" and has not said that the lock was lost would say the same again, as often as it is asked.
 */
const ABOUT_ALL: ReadonlySet<TransactError["code"]> = new Set(["unknown database", "not owner", "canceled"]);

/**
 * Errors after which the changes may be there. After one of a server that goes on to answer, a change that is not there is
 * not sent again at once: the server would say the same.
 */
const MAYBE_COMMITTED: ReadonlyMap<TransactError["code"], "lost" | "refused"> = new Map([
  ["disconnected", "lost"],
  ["cluster error", "refused"],
  ["abandoned", "refused"],
  ["not attempted", "refused"],
  ["unreadable result", "refused"],
  ["protocol error", "refused"],
]);

export class Transactor {
  readonly #options: TransactorOptions;

  constructor(options: TransactorOptions) {
    this.#options = options;
  }

  async submit(works: readonly Work[], lock: string): Promise<void> {
    const transaction = transactionOf(
      works.map((work) => work.change),
      lock,
    );
    const result = await this.#options.transact(transaction.operations);
    if (result.ok) {
      this.#options.report(works.map((work) => ({ kind: "committed", work })));
      return;
    }
    const { error } = result;
    const isLockLost = error.code === "not owner" && !this.#options.isOurs(lock);
    if (error.code === "not sent" || isLockLost) {
      this.#options.report(works.map((work) => ({ kind: "lost", work, error: wordsOf(error) })));
      return;
    }
    const otherwise = MAYBE_COMMITTED.get(error.code);
    if (otherwise !== undefined) {
      const words = wordsOf(error);
      this.#options.report(works.map((work) => ({ kind: "unknown", work, error: words, otherwise })));
      return;
    }
    const units = unitsOf(works);
    if (units.length === 1 || ABOUT_ALL.has(error.code)) {
      this.#options.report(works.map((work) => ({ kind: "refused", work, error: wordsOf(error) })));
      return;
    }
    const culprit = error.operation === null ? null : (transaction.lports[error.operation] ?? null);
    if (culprit === null) {
      const half = units.length >> 1;
      const [some, others] = [units.slice(0, half).flat(), units.slice(half).flat()];
      await Promise.all([this.#submitAgain(some, lock), this.#submitAgain(others, lock)]);
      return;
    }
    const isCulprit = (work: Work) => togetherOf(work.change).includes(culprit);
    this.#options.report(
      works.filter(isCulprit).map((work) => ({ kind: "refused", work, error: wordsOf(error) })),
    );
    await this.#submitAgain(
      works.filter((work) => !isCulprit(work)),
      lock,
    );
  }

  /** What was decided a reply ago may be wrong by now: that is decided anew, with all that moves with it. */
  async #submitAgain(works: readonly Work[], lock: string): Promise<void> {
    const firm: Work[] = [];
    const stale: Work[] = [];
    for (const unit of unitsOf(works)) {
      const isFirm = unit.every(({ change }) => this.#options.isStillSo(change));
      (isFirm ? firm : stale).push(...unit);
    }
    if (stale.length > 0) {
      this.#options.report(stale.map((work) => ({ kind: "lost", work, error: NOT_SO_ANY_MORE })));
    }
    if (firm.length > 0) await this.submit(firm, lock);
  }
}

const NOT_SO_ANY_MORE = "not sent again: what the change was decided on may not be so any more";

/** Works that are written together or not at all: interfaces that change hands between ports (rule P6), else each alone. */
function unitsOf(works: readonly Work[]): readonly (readonly Work[])[] {
  const units = new Map<string, Work[]>();
  for (const work of works) {
    const key = JSON.stringify(togetherOf(work.change));
    const unit = units.get(key);
    if (unit === undefined) units.set(key, [work]);
    else unit.push(work);
  }
  return [...units.values()];
}

function wordsOf({ code, details }: TransactError): string {
  return details === "" || details === code ? code : clipWords(`${code}: ${details}`);
}
