/** The types by which a session's monitor gives its rows their shape. */

import type { ColumnName, Row, TableName, TablesOf } from "../schema/schema.ts";
import type { Uuid } from "../schema/uuid.ts";
import type { Atom, Value } from "../schema/value.ts";
import type { Content } from "./content.ts";
import type { RowChange } from "./replica.ts";
import type { IndexKind, IndexReader } from "./selection.ts";

/** Which columns to monitor, by table. */
export type MonitorSelection<T extends TablesOf<T>> = {
  readonly [K in TableName<T>]?: readonly ColumnName<T[K]>[];
};

/** The rows of the monitored tables, cut to the monitored columns. */
export type MonitoredRows<T extends TablesOf<T>, M extends MonitorSelection<T>> = {
  readonly [K in TableName<T> & keyof M]: Pick<
    T[K],
    "_uuid" | (M[K] extends readonly (infer C)[] ? C & ColumnName<T[K]> : never)
  >;
};

/** The changes of one message of the server. Every monitored table is there, with an empty list where no row has changed. */
export interface Batch<Rows> {
  /** True for the first batch of a connection, which is the difference to what the replica held before. */
  readonly initial: boolean;
  /** The changes by table, in no particular order. */
  readonly tables: { readonly [K in keyof Rows]: readonly RowChange<Rows[K]>[] };
}

type MapColumn<R> = {
  [C in ColumnName<R>]: [Value] extends [R[C]] ? C : R[C] extends ReadonlyMap<string, Atom> ? C : never;
}[ColumnName<R>];

type PlainColumn<R> = {
  [C in ColumnName<R>]: R[C] extends ReadonlyMap<Atom, Atom> ? never : C;
}[ColumnName<R>];

/** A column, or a map column and one of its keys: `external_ids:iface-id`. */
export type IndexPart<R> = PlainColumn<R> | `${MapColumn<R>}:${string}`;

/** What `ordered` of `ovsdb-jsonrpc/indexes` makes of an index's parts. */
export interface OrderedParts<Parts extends readonly string[]> extends IndexKind {
  readonly parts: Parts;
}

type IndexDeclaration<R> = readonly IndexPart<R>[] | OrderedParts<readonly IndexPart<R>[]>;

/** The declarations of indexes, by table and name. */
export type IndexDeclarations<Rows> = {
  readonly [K in keyof Rows]?: { readonly [name: string]: IndexDeclaration<Rows[K]> };
};

/** A session's indexes where it declares none. */
export type NoIndexes = Readonly<Record<never, never>>;

/** What an index's part finds rows by: the column's value, one element of a set, or the map's value at the key. */
type IndexValue<R, Part> = Part extends `${infer C}:${string}`
  ? C extends keyof R
    ? ValueOfMap<R[C]>
    : never
  : Part extends keyof R
    ? ElementOf<R[Part]>
    : never;

type ValueOfMap<V> = [Value] extends [V] ? Atom : V extends ReadonlyMap<unknown, infer T> ? T : never;
type ElementOf<V> = [Value] extends [V] ? Atom | null : V extends ReadonlySet<infer E> ? E : V;

/** One value for each part. */
export type IndexValues<R, Parts extends readonly unknown[]> = {
  readonly [I in keyof Parts]: IndexValue<R, Parts[I]>;
};

/** An index of a table, which finds rows by equal values. */
export interface IndexView<R, Values extends readonly unknown[] = readonly (Atom | null)[]> {
  /**
   * The rows with these values, one value for each part of the index, in no particular order. The answered list stays as it
   * is when the replica changes. Throws `RangeError` for another number of values.
   */
  find(...values: Values): readonly R[];
}

/** Values of the first parts of an index, or of all. */
type Leading<Values extends readonly unknown[]> = Values extends readonly [infer First, ...infer Others]
  ? readonly [] | readonly [First, ...Leading<Others>]
  : Values extends readonly []
    ? readonly []
    : Values;

/**
 * The range that an ordered index is asked for. A bound gives the values of the first parts of the index, or of all parts.
 */
export interface Bounds<Values extends readonly unknown[]> {
  /** The range begins with the keys that begin with these values. */
  readonly from?: Leading<Values>;
  /** The range begins after the keys that begin with these values. */
  readonly after?: Leading<Values>;
  /** The range ends with the keys that begin with these values. */
  readonly to?: Leading<Values>;
  /** The range ends before the keys that begin with these values. */
  readonly before?: Leading<Values>;
  /** True: the rows come from the last to the first. Default false. */
  readonly reverse?: boolean;
  /** The range has at most so many rows. */
  readonly limit?: number;
}

export interface OrderedView<R, Values extends readonly unknown[] = readonly (Atom | null)[]>
  extends IndexView<R, Values> {
  /**
   * The rows between the bounds, in the order of the index, each once. Throws `RangeError` for a bound of more values than
   * parts.
   */
  range(bounds?: Bounds<Values>): readonly R[];
}

// `infer Values` for TypeScript before 5.4, which does not see that a tuple's values are a tuple.
type IndexViewOf<R, Declaration> =
  Declaration extends OrderedParts<infer Parts>
    ? OrderedView<R, IndexValues<R, Parts>>
    : Declaration extends readonly unknown[]
      ? IndexValues<R, Declaration> extends infer Values extends readonly unknown[]
        ? IndexView<R, Values>
        : never
      : never;

/** A row that refers to another row, with the table of the row and the column that holds the reference. */
export type ReferenceTo<Rows> = {
  readonly [K in keyof Rows & string]: {
    readonly table: K;
    readonly column: ColumnName<Rows[K]>;
    readonly row: Rows[K];
  };
}[keyof Rows & string];

/** The rows of one table of the replica. `Indexes` are the declared indexes of the table, by name. */
export interface TableView<R, Indexes = NoIndexes> {
  /** The rows by UUID. The map is always the same object; its rows change before a batch is told. */
  readonly rows: ReadonlyMap<Uuid, R>;
  /** The rows that the value of a reference column refers to, as far as the replica holds these rows. */
  resolve(references: Uuid | null | ReadonlySet<Uuid>): readonly R[];
  /**
   * The columns of a row that carry the default because the server's value has no reading in the descriptor's type. An empty
   * list unless the server's schema has another type for a column than the descriptor.
   */
  misfits(uuid: Uuid): readonly string[];
  /** The index of that name. Throws `Error` for a name that the session's `indexes` do not declare. */
  index<N extends keyof Indexes & string>(name: N): IndexViewOf<R, Indexes[N]>;
}

/** The monitored tables as the server last described them. */
export interface ReplicaView<Rows, Indexes = NoIndexes> {
  /** The rows of one table. Throws `Error` for a table that is not monitored. */
  table<K extends keyof Rows & string>(table: K): TableView<Rows[K], IndexesOf<Indexes, K>>;
  /**
   * The rows of the replica that refer to this UUID, in no particular order, whether the replica has a row of this UUID or
   * not. Throws `Error` when the session has no option `references`.
   */
  referring(uuid: Uuid): readonly ReferenceTo<Rows>[];
}

type IndexesOf<Indexes, K> = K extends keyof Indexes ? NonNullable<Indexes[K]> : NoIndexes;

/** The compiler cannot see that the decoders, compiled from the descriptor, make rows of the descriptor's types. */
export function replicaView<Rows, Indexes>(replica: Content): ReplicaView<Rows, Indexes>;
export function replicaView(replica: Content): object {
  const view: UntypedView = {
    referring: (uuid) => replica.referring(uuid),
    table: (table) => ({
      rows: replica.rows(table),
      resolve: (references) => resolve(replica.rows(table), references),
      misfits: (uuid) => replica.misfits(table, uuid),
      index: (name) => replica.index(table, name),
    }),
  };
  return view;
}

interface UntypedView extends Omit<ReplicaView<Record<string, Row>>, "table"> {
  table(table: string): Omit<TableView<Row>, "index"> & { index(name: string): IndexReader };
}

function resolve(rows: ReadonlyMap<Uuid, Row>, references: Uuid | null | ReadonlySet<Uuid>): readonly Row[] {
  const uuids = references === null || typeof references === "string" ? [references] : references;
  const found: Row[] = [];
  for (const uuid of uuids) {
    const row = uuid === null ? undefined : rows.get(uuid);
    if (row !== undefined) found.push(row);
  }
  return found;
}
