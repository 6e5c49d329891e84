/**
 * Sends changes to the database: as one transaction if possible, and as smaller transactions when the server refuses, so that
 * one bad port never holds up another port (rules T1 to T3).
 *
 * Invariants: every submitted work gets exactly one outcome. A change that was or may have been committed is never sent again
 * (rule T5).
 */
import type { Operation, TransactError } from "ovsdb-jsonrpc";
import type { Cause } from "../../graph/index.ts";
import type { Advice } from "../../plug/advice.ts";
import { type Change, lportOfChange, togetherOf } from "../../plug/change.ts";
import { transactionOf } from "../../plug/operations.ts";
import type { Ground } from "../../plug/still-so.ts";
import { clipWords } from "../../text/cut.ts";

/** A change, its reason (null: the logical port asks for the change), and the answers behind the change. */
export interface Work {
  readonly change: Change;
  readonly reason: string | null;
  readonly advice: Advice;
  /** The cause of the decision about the port; null: every port was decided. */
  readonly cause: Cause | null;
}

export type Outcome =
  | { readonly kind: "committed"; readonly work: Work }
  /** The server refused this change. */
  | { readonly kind: "refused"; readonly work: Work; readonly error: string }
  /**
   * The change was not committed, and the server did not refuse it: the connection or the lock was lost, or a ground of the
   * change may not hold any more. The port is decided anew.
   */
  | { readonly kind: "lost"; readonly work: Work; readonly error: string }
  /** The change was or may have been committed: the rows will tell. If it was not committed, its outcome is `otherwise`. */
  | {
      readonly kind: "unknown";
      readonly work: Work;
      readonly error: string;
      readonly otherwise: "lost" | "refused";
    };

/** Milliseconds without a reply after which people are told. A database takes a few, and a second for a bulk. */
export const LATE_MS = 10_000;

/** The final outcome of a change. */
export type Conclusion = Exclude<Outcome, { readonly kind: "unknown" }>;

export interface TransactorOptions {
  transact(
    operations: readonly Operation[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: TransactError }>;
  /** Calls once after so many milliseconds, unless what it answers is called before. */
  timer(milliseconds: number, call: () => void): () => void;
  /** A transaction with these changes has had no answer for `LATE_MS`. The answer counts whenever it comes. */
  late(works: readonly Work[]): void;
  /** Whether this session holds the lock. */
  isOurs(lock: string): boolean;
  /** Resolves when the graph has decided about everything that was reported and pushed before the call. */
  decided(): Promise<void>;
  /** The ground of the change that may not hold any more; null: every ground holds, and the change may be sent again. */
  lapsedGround(change: Change): Pick<Ground, "lapse" | "rules"> | null;
  /** Called once or more for the works of one `submit`. */
  report(outcomes: readonly Outcome[]): void;
}

/**
 * Errors that concern every change: all changes are refused, and tried again with back-off. A server that answers "not owner"
 * without having told that the lock was lost would give the same answer again.
 */
const ABOUT_ALL: ReadonlySet<TransactError["code"]> = new Set(["unknown database", "not owner"]);

/**
 * Errors after which the changes may be committed, with the outcome of a change that was not. After an error of a server that
 * goes on to answer, the change is not sent again at once: the server would give the same answer.
 */
const MAYBE_COMMITTED: ReadonlyMap<TransactError["code"], "lost" | "refused"> = new Map([
  ["disconnected", "lost"],
  ["cluster error", "refused"],
  // At a conversion of the database, a cluster and a relay may carry out what they cancel (ovsdb/trigger.c).
  ["canceled", "refused"],
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
    const result = await this.#transact(works, transaction.operations);
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

  async #transact(works: readonly Work[], operations: readonly Operation[]) {
    const { timer, late, transact } = this.#options;
    const answered = timer(LATE_MS, () => late(works));
    try {
      return await transact(operations);
    } finally {
      answered();
    }
  }

  /** Sends the works again whose grounds hold. The others are decided anew, together with the ports that move with them. */
  async #submitAgain(works: readonly Work[], lock: string): Promise<void> {
    // The refusal of one change may be why another one is held back.
    await this.#options.decided();
    const firm: Work[] = [];
    const stale: Outcome[] = [];
    for (const unit of unitsOf(works)) {
      const lapse = this.#lapseOf(unit);
      if (lapse === null) firm.push(...unit);
      else stale.push(...unit.map((work): Outcome => ({ kind: "lost", work, error: lapse })));
    }
    if (stale.length > 0) this.#options.report(stale);
    if (firm.length > 0) await this.submit(firm, lock);
  }

  /** Why works that are written together may not be sent again; null: they may. */
  #lapseOf(unit: readonly Work[]): string | null {
    for (const { change } of unit) {
      const ground = this.#options.lapsedGround(change);
      if (ground === null) continue;
      const { length } = unit;
      const whose =
        length === 1 ? "" : `logical port ${lportOfChange(change)}, one of ${length} that move together: `;
      return `not sent again: ${whose}${ground.lapse} (${ground.rules})`;
    }
    return null;
  }
}

/** Groups works that are written together or not at all: ports whose interfaces change hands (rule P6); other works are alone. */
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
