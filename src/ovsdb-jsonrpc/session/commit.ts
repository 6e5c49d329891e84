/** The typed face of a draft, and the loop of `Session.commit`, which tries again after a lost race. */
import type { Operation, WriteRow, Written } from "../operations/operation.ts";
import type { OperationResult, TransactError } from "../operations/transaction.ts";
import { ok, type Result } from "../result.ts";
import type { ColumnName, TableName, TablesOf } from "../schema/schema.ts";
import type { NamedUuid, Uuid } from "../schema/uuid.ts";
import { type DraftSource, UntypedDraft } from "./draft.ts";
import type { TransactOptions } from "./session-options.ts";

type MapColumn<R> = {
  [C in ColumnName<R>]: R[C] extends ReadonlyMap<unknown, unknown> ? C : never;
}[ColumnName<R>];
type KeyOf<V> = V extends ReadonlyMap<infer K, unknown> ? K : never;
type ItemOf<V> = V extends ReadonlyMap<unknown, infer I> ? I : never;

/** The transaction that a call of `build` in `Session.commit` writes; `Rows` are the rows that the session monitors. */
export interface Draft<T extends TablesOf<T>, Rows> {
  /**
   * Reads columns of a monitored row, with the values that this draft has written to them; null where there is no row of that
   * UUID. The transaction is committed only if these columns still have in the database the values that they had in the
   * replica, and the draft is built anew otherwise.
   */
  read<K extends keyof Rows & string, C extends ColumnName<Rows[K]>>(
    table: K,
    uuid: Uuid,
    columns: readonly C[],
  ): Pick<Rows[K], C | (keyof Rows[K] & "_uuid")> | null;
  /** Adds a row. Answers a reference to the new row, for other rows of the same draft. */
  insert<K extends TableName<T>>(table: K, row: WriteRow<T[K]>): NamedUuid;
  /** Writes the given columns of one row; the others stay. */
  update<K extends TableName<T>>(table: K, uuid: Uuid, row: WriteRow<T[K]>): void;
  /** Sets one key of a map, whether the key was there before or not; the other keys stay. */
  setKey<K extends TableName<T>, C extends MapColumn<T[K]>>(
    table: K,
    uuid: Uuid,
    column: C,
    key: KeyOf<Written<T[K][C]>>,
    value: ItemOf<Written<T[K][C]>>,
  ): void;
  /** Takes one key out of a map; nothing happens when the map has no such key. */
  deleteKey<K extends TableName<T>, C extends MapColumn<T[K]>>(
    table: K,
    uuid: Uuid,
    column: C,
    key: KeyOf<Written<T[K][C]>>,
  ): void;
  /** Deletes one row. */
  delete<K extends TableName<T>>(table: K, uuid: Uuid): void;
  /** Adds any other operation, as the builder makes one that `operations` answers. `read` does not see what it writes. */
  add(operation: Operation): void;
}

/** How often a commit is tried, and how the caller may give the commit up. */
export interface CommitOptions extends TransactOptions {
  /** How often `build` is called at most. Default 20. */
  readonly attempts?: number;
}

export const DEFAULT_ATTEMPTS = 20;

type Outcome = Result<readonly OperationResult[], TransactError>;

/** Builds a draft and carries it out. A failed wait means a lost race: then the draft is built anew from fresh rows. */
export async function commitDraft({
  source,
  build,
  carryOut,
  attempts,
}: {
  readonly source: DraftSource;
  readonly build: (draft: UntypedDraft) => void;
  readonly carryOut: (operations: readonly Operation[]) => Promise<Outcome>;
  readonly attempts: number;
}): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const draft = new UntypedDraft(source);
    build(draft);
    const { operations, waits } = draft;
    if (operations.length === waits) return ok([]);
    const result = await carryOut(operations);
    if (result.ok) return ok(result.value.slice(waits));
    const { code, operation } = result.error;
    const isLostRace = code === "timed out" && operation !== null && operation < waits;
    if (!isLostRace || attempt >= attempts) return result;
  }
}
