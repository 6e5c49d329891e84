/**
 * A secondary index over a table: rows by the values of one or several columns, or of a key of a map (`external_ids:iface-id`). A
 * row with a set is filed under each element, so that an index on a reference column finds the rows that refer to a row. A row
 * whose map lacks the key is not in the index.
 *
 * Most keys have one row, and hold only that row. The cost to add or remove a row does not depend on the number of rows of its key.
 */

import { columnSchema, type Row, type UntypedSchema } from "../schema/schema.ts";
import type { Value } from "../schema/value.ts";
import { isArray, jsonText } from "../wire/json.ts";
import type { IndexKind, IndexParts, IndexSelection, KeyPart, RowIndex, Selection } from "./selection.ts";

const NO_ROWS: readonly Row[] = [];

/** The rows of a key that has had several rows, and the last answered list. */
class Bucket {
  readonly rows = new Set<Row>();
  #list: readonly Row[] | null = null;

  add(row: Row): void {
    this.rows.add(row);
    this.#list = null;
  }

  delete(row: Row): void {
    this.rows.delete(row);
    this.#list = null;
  }

  get list(): readonly Row[] {
    this.#list ??= [...this.rows];
    return this.#list;
  }
}

/** Reads the values of an index's part in a row: none, one, or one for each element. */
export type PartReader = (row: Row) => readonly KeyPart[];

export class TableIndex implements RowIndex {
  readonly #parts: readonly PartReader[];
  readonly #rows = new Map<KeyPart, Row | Bucket>();

  /** Each part is a column, or a map column and a key with a colon between. */
  constructor(parts: readonly string[]) {
    this.#parts = partReaders(parts);
  }

  find(...values: readonly KeyPart[]): readonly Row[] {
    if (values.length !== this.#parts.length)
      throw new RangeError(
        `the index has ${this.#parts.length} parts, and ${values.length} values were given`,
      );
    const filed = this.#rows.get(compose(values));
    if (filed === undefined) return NO_ROWS;
    return filed instanceof Bucket ? filed.list : [filed];
  }

  /** Files `next` in the place of `old`. */
  replace(old: Row | null, next: Row | null): void {
    if (old !== null) for (const key of this.#keys(old)) this.#remove(key, old);
    if (next !== null) for (const key of this.#keys(next)) this.#add(key, next);
  }

  #keys(row: Row): readonly KeyPart[] {
    const [first, second] = this.#parts;
    return first !== undefined && second === undefined ? first(row) : valuesOf(this.#parts, row).map(compose);
  }

  #add(key: KeyPart, row: Row): void {
    const filed = this.#rows.get(key);
    if (filed === undefined) this.#rows.set(key, row);
    else if (filed instanceof Bucket) filed.add(row);
    else {
      const bucket = new Bucket();
      bucket.add(filed);
      bucket.add(row);
      this.#rows.set(key, bucket);
    }
  }

  #remove(key: KeyPart, row: Row): void {
    const filed = this.#rows.get(key);
    if (filed === row) this.#rows.delete(key);
    else if (filed instanceof Bucket) {
      filed.delete(row);
      if (filed.rows.size === 0) this.#rows.delete(key);
    }
  }
}

export function makeIndex(parts: IndexParts): RowIndex {
  return isKind(parts) ? parts.make() : new TableIndex(parts);
}

function isKind(parts: IndexParts): parts is IndexKind {
  return !isArray(parts);
}

export function partReaders(parts: readonly string[]): readonly PartReader[] {
  return parts.map(partReader);
}

/** The values of all parts in a row: one combination, or one for each of a set's elements. */
export function valuesOf(readers: readonly PartReader[], row: Row): readonly (readonly KeyPart[])[] {
  const [first, ...others] = readers;
  if (first === undefined) return [];
  let combinations: readonly (readonly KeyPart[])[] = first(row).map((part) => [part]);
  for (const read of others) {
    const parts = read(row);
    combinations = combinations.flatMap((head) => parts.map((part) => [...head, part]));
  }
  return combinations;
}

/** The key of values: a single value itself; the JSON text of several values. */
export function compose(values: readonly KeyPart[]): KeyPart {
  return values.length === 1 ? (values[0] ?? null) : jsonText(values);
}

/** Throws when an index needs a column that is not selected, lacks the key of a map, or has a key for a column that is no map. */
export function checkIndexes(descriptor: UntypedSchema, selection: Selection, indexes: IndexSelection): void {
  for (const [table, declared] of Object.entries(indexes)) {
    const columns = Object.hasOwn(selection, table) ? selection[table] : undefined;
    if (columns === undefined)
      throw new RangeError(`indexes are declared for table ${table}, which is not monitored`);
    for (const [name, index] of Object.entries(declared)) {
      for (const part of isKind(index) ? index.parts : index)
        checkIndexPart(descriptor, table, columns, name, part);
    }
  }
}

function checkIndexPart(
  descriptor: UntypedSchema,
  table: string,
  columns: readonly string[],
  index: string,
  part: string,
): void {
  const { column, key } = splitPart(part);
  if (column !== "_uuid" && !columns.includes(column))
    throw new RangeError(`index ${index} of table ${table} needs column ${column}, which is not monitored`);
  const isMap = columnSchema(descriptor, table, column)?.value !== undefined;
  if (isMap !== (key !== null))
    throw new RangeError(
      isMap
        ? `index ${index} of table ${table} needs a key of map ${column}, as in ${column}:KEY`
        : `index ${index} of table ${table} asks for a key of column ${column}, which is no map`,
    );
}

/** The column of an index's part, and the key of a map column. */
function splitPart(part: string): { readonly column: string; readonly key: string | null } {
  const colon = part.indexOf(":");
  if (colon === -1) return { column: part, key: null };
  return { column: part.slice(0, colon), key: part.slice(colon + 1) };
}

function partReader(part: string): PartReader {
  const { column, key } = splitPart(part);
  if (key === null) return (row) => elements(row[column] ?? null);
  return (row) => {
    const map = row[column];
    const value = map instanceof Map ? map.get(key) : undefined;
    return value === undefined ? [] : [value];
  };
}

function elements(value: Value): readonly KeyPart[] {
  if (value instanceof Set) return [...value];
  return value === null || typeof value === "object" ? [null] : [value];
}
