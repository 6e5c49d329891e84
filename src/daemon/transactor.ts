/**
 * Carries changes to the database: as one transaction when it can, in smaller ones when the server refuses it, so
 * that one bad port never holds up another (rules T1 to T3).
 *
 * Invariant: every work handed in gets exactly one outcome.
 */
import type { Operation, TransactError } from "ovsdb-jsonrpc";
import type { Answers } from "../plug/answers.ts";
import { type Change, lportOfChange } from "../plug/change.ts";
import { transactionOf } from "../plug/operations.ts";

/** A change, why it is made (null: it is what the logical port asks for), and the answers that led to it. */
export interface Work {
  readonly change: Change;
  readonly reason: string | null;
  readonly answers: Answers;
}

export type Outcome =
  | { readonly kind: "committed"; readonly work: Work }
  /** The server's word against this very change. */
  | { readonly kind: "refused"; readonly work: Work; readonly error: string }
  /** Nothing is known against the change: the connection or the lock was lost, and it may have been committed. */
  | { readonly kind: "lost"; readonly work: Work; readonly error: string };

export interface TransactorOptions {
  transact(
    operations: readonly Operation[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: TransactError }>;
  /** Called once or more for the works of one `submit`. */
  report(outcomes: readonly Outcome[]): void;
}

/** Errors that concern the connection or the lock, and no change in particular. */
const NOT_ABOUT_A_CHANGE: ReadonlySet<string> = new Set([
  ...["not sent", "disconnected", "not owner"],
  ...["canceled", "abandoned"],
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
    if (NOT_ABOUT_A_CHANGE.has(error.code)) {
      this.#options.report(works.map((work) => ({ kind: "lost", work, error: wordsOf(error) })));
      return;
    }
    if (works.length === 1) {
      this.#options.report(works.map((work) => ({ kind: "refused", work, error: wordsOf(error) })));
      return;
    }
    const culprit = error.operation === null ? null : (transaction.lports[error.operation] ?? null);
    if (culprit === null) {
      const half = works.length >> 1;
      await Promise.all([this.submit(works.slice(0, half), lock), this.submit(works.slice(half), lock)]);
      return;
    }
    const isCulprit = (work: Work) => lportOfChange(work.change) === culprit;
    this.#options.report(
      works.filter(isCulprit).map((work) => ({ kind: "refused", work, error: wordsOf(error) })),
    );
    await this.submit(
      works.filter((work) => !isCulprit(work)),
      lock,
    );
  }
}

function wordsOf({ code, details }: TransactError): string {
  return details === "" || details === code ? code : `${code}: ${details}`;
}
