/** The selected columns and indexes of a database. */
import type { Row, UntypedSchema } from "../schema/schema.ts";
import type { Uuid } from "../schema/uuid.ts";
import type { Atom } from "../schema/value.ts";

/** Columns by table, and indexes by table and name. */
export type Selection = { readonly [table: string]: readonly string[] };
export type IndexSelection = { readonly [table: string]: { readonly [index: string]: IndexParts } };

/** The parts of an index for equal values, or an index of another kind. */
export type IndexParts = readonly string[] | IndexKind;

/** Another kind of index: `ordered` makes one. */
export interface IndexKind {
  readonly parts: readonly string[];
  make(): RowIndex;
}

export type KeyPart = Atom | null;

export interface IndexReader {
  /**
   * The rows with these values, one per part of the index, in no particular order. What was answered stays as it is
   * when the index changes. Throws for another number of values.
   */
  find(...values: readonly KeyPart[]): readonly Row[];
}

export interface RowIndex extends IndexReader {
  /** Files `next` in the place of `old`. */
  replace(old: Row | null, next: Row | null): void;
}

/** An index of references between rows. */
export interface ReferenceKind {
  make(descriptor: UntypedSchema, rows: (table: string) => ReadonlyMap<Uuid, Row>): References;
}

export interface References {
  /** Replaces the references of a row. */
  replace(table: string, old: Row | null, next: Row | null): void;
  find(uuid: Uuid): readonly Reference[];
}

/** A row that refers to another row, and the column of the reference. */
export interface Reference {
  readonly table: string;
  readonly column: string;
  readonly row: Row;
}
