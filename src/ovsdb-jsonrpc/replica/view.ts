/** The types by which a session's monitor gives its rows their shape. */

import type { ColumnName, Row, TableName, TablesOf } from "../schema/schema.ts";
import type { Uuid } from "../schema/uuid.ts";
import type { Atom, Value } from "../schema/value.ts";
import type { Content } from "./content.ts";
import type { RowChange } from "./replica.ts";

/** Which columns of which tables to monitor. */
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

/** One message's changes: every monitored table is there, with no changes if it had none. */
export interface Batch<Rows> {
  /** The first one of a connection: its difference to what the replica held before. */
  readonly initial: boolean;
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

/** Indexes by table and name. */
export type IndexDeclarations<Rows> = {
  readonly [K in keyof Rows]?: { readonly [name: string]: readonly IndexPart<Rows[K]>[] };
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
export type IndexValues<R, Parts> = Parts extends readonly unknown[]
  ? { readonly [I in keyof Parts]: IndexValue<R, Parts[I]> }
  : never;

export interface IndexView<R, Values extends readonly unknown[] = readonly (Atom | null)[]> {
  /**
   * The rows with these values, one per part of the index, in no particular order. What was answered stays as it is
   * when the replica changes.
   */
  find(...values: Values): readonly R[];
}

/** `Indexes` are the table's by name, with their parts. */
export interface TableView<R, Indexes = NoIndexes> {
  readonly rows: ReadonlyMap<Uuid, R>;
  /** The rows that a reference column's value refers to, as far as the replica holds them. */
  resolve(references: Uuid | null | ReadonlySet<Uuid>): readonly R[];
  /**
   * The columns of a row that carry the default because the server's value has no reading in the descriptor's type. None,
   * unless the server's schema has another type for a column than the descriptor.
   */
  misfits(uuid: Uuid): readonly string[];
  /** Throws for a name that the session's `indexes` do not declare. */
  index<N extends keyof Indexes & string>(name: N): IndexView<R, IndexValues<R, Indexes[N]>>;
}

/** The monitored tables as the server last described them. */
export interface ReplicaView<Rows, Indexes = NoIndexes> {
  table<K extends keyof Rows & string>(table: K): TableView<Rows[K], IndexesOf<Indexes, K>>;
}

type IndexesOf<Indexes, K> = K extends keyof Indexes ? NonNullable<Indexes[K]> : NoIndexes;

/** The compiler cannot see that the decoders, compiled from the descriptor, make rows of the descriptor's types. */
export function replicaView<Rows, Indexes>(replica: Content): ReplicaView<Rows, Indexes>;
export function replicaView(
  replica: Content,
): ReplicaView<Record<string, Row>, IndexDeclarations<Record<string, Row>>> {
  return {
    table: (table) => ({
      rows: replica.rows(table),
      resolve: (references) => resolve(replica.rows(table), references),
      misfits: (uuid) => replica.misfits(table, uuid),
      index: (name) => replica.index(table, name),
    }),
  };
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
