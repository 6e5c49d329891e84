/** The typed face of a draft, and what a session's commit answers. */
import type { Operation, WriteRow, Written } from "../operations/operation.ts";
import type { ColumnName, TableName, TablesOf } from "../schema/schema.ts";
import type { NamedUuid, Uuid } from "../schema/uuid.ts";
import type { TransactOptions } from "./session-options.ts";

type MapColumn<R> = {
  [C in ColumnName<R>]: R[C] extends ReadonlyMap<unknown, unknown> ? C : never;
}[ColumnName<R>];
type KeyOf<V> = V extends ReadonlyMap<infer K, unknown> ? K : never;
type ItemOf<V> = V extends ReadonlyMap<unknown, infer I> ? I : never;

/** A transaction in the making; `Rows` are the rows that are monitored. */
export interface Draft<T extends TablesOf<T>, Rows> {
  /**
   * Columns of a monitored row, as they are after what this draft has written; null where there is no such row. When the
   * transaction is carried out, they have to be in the database what they were here, or it is built anew.
   */
  read<K extends keyof Rows & string, C extends ColumnName<Rows[K]>>(
    table: K,
    uuid: Uuid,
    columns: readonly C[],
  ): Pick<Rows[K], C | (keyof Rows[K] & "_uuid")> | null;
  /** Answers how to refer to the new row. */
  insert<K extends TableName<T>>(table: K, row: WriteRow<T[K]>): NamedUuid;
  /** Writes columns of one row. */
  update<K extends TableName<T>>(table: K, uuid: Uuid, row: WriteRow<T[K]>): void;
  /** Sets one key of a map, whatever it was before. */
  setKey<K extends TableName<T>, C extends MapColumn<T[K]>>(
    table: K,
    uuid: Uuid,
    column: C,
    key: KeyOf<Written<T[K][C]>>,
    value: ItemOf<Written<T[K][C]>>,
  ): void;
  /** Takes one key out of a map; nothing happens when it is not there. */
  deleteKey<K extends TableName<T>, C extends MapColumn<T[K]>>(
    table: K,
    uuid: Uuid,
    column: C,
    key: KeyOf<Written<T[K][C]>>,
  ): void;
  /** Deletes one row. */
  delete<K extends TableName<T>>(table: K, uuid: Uuid): void;
  /** Any other operation, of the builder that `operations` makes. */
  add(operation: Operation): void;
}

/** How often a commit is tried, and how it may be given up. */
export interface CommitOptions extends TransactOptions {
  /** How often it is built at most. Default 20. */
  readonly attempts?: number;
}

export const DEFAULT_ATTEMPTS = 20;
