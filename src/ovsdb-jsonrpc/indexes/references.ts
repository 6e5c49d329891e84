/**
 * Finds the rows that refer to a row, by the columns of the monitored tables with references as elements, keys or values.
 *
 * Invariant: the index keeps the UUID of a referring row and not the row, so that changes of other columns cost nothing.
 */
import { changedElements } from "../replica/changed-elements.ts";
import type { Reference, ReferenceKind, References } from "../replica/selection.ts";
import { type ColumnSchema, type Row, tableSchema, type UntypedSchema } from "../schema/schema.ts";
import { isUuid, type Uuid } from "../schema/uuid.ts";
import type { Atom, Value } from "../schema/value.ts";

/** The value for a session's option `references`: `replica.referring(uuid)` then answers which rows refer to a row. */
export function references(): ReferenceKind {
  return { make: (descriptor, rows) => new ReferenceIndex(descriptor, rows) };
}

/** A column with references. There is one object for each column, because several columns may share one type. */
interface ReferenceColumn {
  readonly table: string;
  readonly name: string;
  readonly type: ColumnSchema;
}

class ReferenceIndex implements References {
  readonly #descriptor: UntypedSchema;
  readonly #rows: (table: string) => ReadonlyMap<Uuid, Row>;
  /** The referring rows, by the UUID of the referred row, and by the column of the reference. */
  readonly #referring = new Map<Atom, Map<ReferenceColumn, Set<Uuid>>>();
  readonly #columns = new Map<string, readonly ReferenceColumn[]>();

  constructor(descriptor: UntypedSchema, rows: (table: string) => ReadonlyMap<Uuid, Row>) {
    this.#descriptor = descriptor;
    this.#rows = rows;
  }

  find(uuid: Uuid): readonly Reference[] {
    const found: Reference[] = [];
    for (const [{ table, name }, uuids] of this.#referring.get(uuid) ?? []) {
      for (const from of uuids) {
        const row = this.#rows(table).get(from);
        if (row !== undefined) found.push({ table, column: name, row });
      }
    }
    return found;
  }

  replace(table: string, old: Row | null, next: Row | null): void {
    const uuid = (next ?? old)?._uuid;
    if (uuid === undefined) return;
    for (const column of this.#columnsOf(table)) {
      const { name, type } = column;
      const before = old?.[name] ?? null;
      const after = next?.[name] ?? null;
      if (before === after) continue;
      const now = targetsOf(after, type);
      for (const target of changedElements(targetsOf(before, type), now)) {
        if (now.has(target)) this.#add(target, column, uuid);
        else this.#remove(target, column, uuid);
      }
    }
  }

  /** The columns of a table that hold references. */
  #columnsOf(table: string): readonly ReferenceColumn[] {
    const known = this.#columns.get(table);
    if (known !== undefined) return known;
    const columns = Object.entries(tableSchema(this.#descriptor, table)?.columns ?? {})
      .filter(([, { key, value }]) => key.refTable !== undefined || value?.refTable !== undefined)
      .map(([name, type]) => ({ table, name, type }));
    this.#columns.set(table, columns);
    return columns;
  }

  #add(target: Atom, column: ReferenceColumn, uuid: Uuid): void {
    const columns = this.#referring.get(target) ?? new Map<ReferenceColumn, Set<Uuid>>();
    this.#referring.set(target, columns);
    const uuids = columns.get(column) ?? new Set();
    columns.set(column, uuids);
    uuids.add(uuid);
  }

  #remove(target: Atom, column: ReferenceColumn, uuid: Uuid): void {
    const columns = this.#referring.get(target);
    const uuids = columns?.get(column);
    uuids?.delete(uuid);
    if (uuids?.size === 0) columns?.delete(column);
    if (columns?.size === 0) this.#referring.delete(target);
  }
}

/** The UUIDs to which a value of the column refers. */
function targetsOf(value: Value, { key, value: item }: ColumnSchema): ReadonlySet<Atom> {
  if (value instanceof Set) return value;
  if (value instanceof Map) {
    return new Set([
      ...(key.refTable === undefined ? [] : value.keys()),
      ...(item?.refTable === undefined ? [] : value.values()),
    ]);
  }
  return isUuid(value) ? new Set([value]) : new Set();
}
