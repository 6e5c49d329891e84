/**
 * Operations of a transaction (RFC 7047 section 5.2) as plain data, and the builder that types them by a database's
 * descriptor. Values are those of rows; a reference may also name a row of the same transaction (`named`).
 */

import type { ColumnName, DatabaseSchema, TableName, TablesOf, UntypedSchema } from "../schema/schema.ts";
import type { NamedUuid, Uuid } from "../schema/uuid.ts";
import type { Value, WriteValue } from "../schema/value.ts";
import type { AnyClause, Clause } from "./condition.ts";

export type WriteFields = { readonly [column: string]: WriteValue | undefined };

declare const selectedRow: unique symbol;

export interface Insert {
  readonly op: "insert";
  readonly table: string;
  readonly row: WriteFields;
  /** What `named` refers to. */
  readonly uuidName?: string | undefined;
  /** The new row's UUID; absent: the server chooses one. */
  readonly uuid?: Uuid | undefined;
}
export interface Select<R> {
  readonly op: "select";
  readonly table: string;
  readonly where: readonly AnyClause[];
  /** Absent: all. */
  readonly columns?: readonly string[] | undefined;
  readonly [selectedRow]?: R;
}
export interface Update {
  readonly op: "update";
  readonly table: string;
  readonly where: readonly AnyClause[];
  readonly row: WriteFields;
}
export interface Mutate {
  readonly op: "mutate";
  readonly table: string;
  readonly where: readonly AnyClause[];
  readonly mutations: readonly (readonly [string, Mutator, WriteValue])[];
}
export interface Delete {
  readonly op: "delete";
  readonly table: string;
  readonly where: readonly AnyClause[];
}
export interface Wait {
  readonly op: "wait";
  readonly table: string;
  readonly where: readonly AnyClause[];
  readonly columns: readonly string[];
  readonly until: "==" | "!=";
  readonly rows: readonly WriteFields[];
  /** Milliseconds; 0 fails at once when the rows are not as expected. Absent: waits as long as it takes. */
  readonly timeoutMs?: number | undefined;
}
export interface Commit {
  readonly op: "commit";
  readonly durable: boolean;
}
export interface Abort {
  readonly op: "abort";
}
export interface Comment {
  readonly op: "comment";
  readonly comment: string;
}
export interface Assert {
  readonly op: "assert";
  readonly lock: string;
}

/** One operation of a transaction, as the builder makes one that `operations` answers. */
export type Operation =
  | Insert
  | Select<unknown>
  | Update
  | Mutate
  | Delete
  | Wait
  | Commit
  | Abort
  | Comment
  | Assert;

/** RFC 7047 section 5.1 `<mutator>`: arithmetic on numbers and each element of a set of them; elements or pairs in or out. */
export type Mutator = "+=" | "-=" | "*=" | "/=" | "%=" | "insert" | "delete";

/**
 * The result of an operation whose transaction was committed: the rows of a select, the UUID of an insert, how many rows an
 * update, mutate or delete was about, or an empty object.
 */
export type ResultOf<O> =
  O extends Select<infer R>
    ? { readonly rows: readonly R[] }
    : O extends Insert
      ? { readonly uuid: Uuid }
      : O extends Update | Mutate | Delete
        ? { readonly count: number }
        : Readonly<Record<never, never>>;

/** The results of a transaction, in the order of its operations. */
export type ResultsOf<Ops extends readonly Operation[]> = { readonly [I in keyof Ops]: ResultOf<Ops[I]> };

type Reference<V> = V extends Uuid
  ? V | NamedUuid
  : V extends number
    ? V | bigint
    : V extends bigint
      ? V | number
      : V;

/** A set, or one element that stands for the set of it (RFC 7047 section 5.1). */
type Elements<E> = ReadonlySet<Reference<E>> | readonly Reference<E>[] | Reference<E>;

/** What may be written to a column that is read as `V`; anything where nothing is known of the column. */
export type Written<V> = [Value] extends [V]
  ? WriteValue
  : V extends ReadonlyMap<infer K, infer T>
    ? ReadonlyMap<Reference<K>, Reference<T>>
    : V extends ReadonlySet<infer E>
      ? Elements<E>
      : Reference<V>;

/** What may be written of a row: any of its columns. */
export type WriteRow<R> = { readonly [C in ColumnName<R>]?: Written<R[C]> };

/**
 * `[column, mutator, value]` (RFC 7047 section 5.1). An optional column is a set of at most one element, so that an
 * insert into one that has a value is a constraint violation.
 */
export type Mutation<R> = { readonly [C in ColumnName<R>]: MutationOf<C, R[C]> }[ColumnName<R>];

type MutationOf<C, V> = [Value] extends [V]
  ? readonly [C, Mutator, WriteValue]
  : [V] extends [ReadonlyMap<infer K, unknown>]
    ? readonly [C, "insert", Written<V>] | readonly [C, "delete", Written<V> | Elements<K>]
    : [V] extends [ReadonlySet<infer E>]
      ? SetMutation<C, E>
      : null extends V
        ? SetMutation<C, NonNullable<V>>
        : Arithmetic<C, V>;

type SetMutation<C, E> = readonly [C, "insert" | "delete", Elements<E>] | Arithmetic<C, E>;
type Arithmetic<C, E> = [E] extends [number | bigint]
  ? readonly [C, Exclude<Mutator, "insert" | "delete">, number | bigint]
  : never;

/** How others refer to the row of an insert. */
export interface Identity {
  /** The name by which `named` refers to the row in the same transaction: `[A-Za-z_][A-Za-z0-9_]*`. */
  readonly uuidName?: string;
  /** The row's UUID; without one the server chooses the UUID. */
  readonly uuid?: Uuid;
}

/** Builds operations on the tables of one database. */
export interface OperationBuilder<T extends TablesOf<T>> {
  /**
   * Inserts a row; columns that `row` leaves out get their defaults. The row has as its identity a name for `named` to refer
   * to in the same transaction, or a UUID of the caller's choice, or both (ovsdb-server(7), "Insert"; servers before Open
   * vSwitch 2.13 refuse a UUID). The server refuses a UUID that a row of the table has already.
   */
  insert<K extends TableName<T>>(table: K, row: WriteRow<T[K]>, identity?: string | Identity): Insert;
  /**
   * Reads the rows that match every clause; without clauses all rows. Without `columns` a row has all columns of the
   * descriptor, with the default for a column that the server lacks. Every row has `_uuid`.
   */
  select<K extends TableName<T>>(table: K, where: readonly Clause<T[K], NamedUuid>[]): Select<T[K]>;
  select<K extends TableName<T>, C extends ColumnName<T[K]>>(
    table: K,
    where: readonly Clause<T[K], NamedUuid>[],
    columns: readonly C[],
  ): Select<Pick<T[K], C | "_uuid">>;
  /** Reads `_version` as well: another UUID after each change of the row (RFC 7047 section 3.2). */
  select<K extends TableName<T>, C extends ColumnName<T[K]>>(
    table: K,
    where: readonly Clause<T[K], NamedUuid>[],
    columns: readonly (C | "_version")[],
  ): Select<Pick<T[K], C | "_uuid"> & { readonly _version: Uuid }>;
  /** Writes the columns in `row` of the rows that match every clause; without clauses of all rows. Other columns stay. */
  update<K extends TableName<T>>(
    table: K,
    where: readonly Clause<T[K], NamedUuid>[],
    row: WriteRow<T[K]>,
  ): Update;
  /** Changes columns of the rows that match every clause, each from its present value, by one mutation after the other. */
  mutate<K extends TableName<T>>(
    table: K,
    where: readonly Clause<T[K], NamedUuid>[],
    mutations: readonly Mutation<T[K]>[],
  ): Mutate;
  /** Deletes the rows that match every clause; without clauses all rows. */
  delete<K extends TableName<T>>(table: K, where: readonly Clause<T[K], NamedUuid>[]): Delete;
  /**
   * Waits until the columns of the matching rows equal `rows` (or, with `!=`, differ from `rows`), at most `timeoutMs`
   * milliseconds; then the transaction fails with `timed out`. 0: fails at once. Absent: waits without end.
   */
  wait<K extends TableName<T>, C extends ColumnName<T[K]> | "_uuid">(
    table: K,
    where: readonly Clause<T[K], NamedUuid>[],
    columns: readonly C[],
    until: "==" | "!=",
    rows: readonly { readonly [P in C]: Written<T[K][P]> }[],
    timeoutMs?: number,
  ): Wait;
  /** With `durable` the server answers the transaction only when the transaction is on disk. */
  commit(durable: boolean): Commit;
  /** Ends the transaction with the error `aborted`: nothing of the transaction is done. */
  abort(): Abort;
  /** Adds a text to the transaction in the server's log. */
  comment(comment: string): Comment;
  /** Fails the transaction with `not owner` unless this session holds the lock. */
  assert(lock: string): Assert;
}

/**
 * Makes the builder of operations on the tables of `database`. An operation is plain data: nothing is sent before `transact`.
 */
export function operations<T extends TablesOf<T>>(database: DatabaseSchema<T>): OperationBuilder<T>;
export function operations(_database: UntypedSchema): UntypedBuilder {
  return {
    insert: (table, row, identity = {}) => ({
      op: "insert",
      table,
      row,
      ...(typeof identity === "string" ? { uuidName: identity } : identity),
    }),
    select: (table, where, columns) => ({ op: "select", table, where, columns }),
    update: (table, where, row) => ({ op: "update", table, where, row }),
    mutate: (table, where, mutations) => ({ op: "mutate", table, where, mutations }),
    delete: (table, where) => ({ op: "delete", table, where }),
    wait: (table, where, columns, until, rows, timeoutMs) => ({
      op: "wait",
      table,
      where,
      columns,
      until,
      rows,
      timeoutMs,
    }),
    commit: (durable) => ({ op: "commit", durable }),
    abort: () => ({ op: "abort" }),
    comment: (comment) => ({ op: "comment", comment }),
    assert: (lock) => ({ op: "assert", lock }),
  };
}

/** The builder as it is inside, where the compiler has already checked tables and columns. */
interface UntypedBuilder {
  insert(table: string, row: WriteFields, identity?: string | Identity): Insert;
  select(table: string, where: readonly AnyClause[], columns?: readonly string[]): Select<unknown>;
  update(table: string, where: readonly AnyClause[], row: WriteFields): Update;
  mutate(table: string, where: readonly AnyClause[], mutations: Mutate["mutations"]): Mutate;
  delete(table: string, where: readonly AnyClause[]): Delete;
  wait(
    table: string,
    where: readonly AnyClause[],
    columns: readonly string[],
    until: Wait["until"],
    rows: readonly WriteFields[],
    timeoutMs?: number,
  ): Wait;
  commit(durable: boolean): Commit;
  abort(): Abort;
  comment(comment: string): Comment;
  assert(lock: string): Assert;
}
