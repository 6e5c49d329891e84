/**
 * The content of one database: rows, and what a server keeps beside them to check references and indexes.
 *
 * Invariant: rows never change; `apply` is the only way in, and what it is given has been checked (transaction.ts).
 */
import { type Atom, type Datum, textOf } from "./datum.ts";
import type { BaseType, Column, Schema, Table } from "./schema.ts";

export type Uuid = string;

/** By column, with `_uuid` and `_version`. */
export interface Row {
  readonly [column: string]: Datum;
}

export interface Change {
  readonly table: Table;
  readonly uuid: Uuid;
  readonly old: Row | null;
  readonly now: Row | null;
}

/** What is to be set: all that a follower has to be told. */
export type Write = Pick<Change, "table" | "uuid" | "now">;

export class Database {
  readonly schema: Schema;
  readonly #rows = new Map<Table, Map<Uuid, Row>>();
  /** How many strong references there are to a row. */
  readonly #strong = new Map<Uuid, number>();
  /** The rows that refer weakly to a row, and their tables. */
  readonly #weak = new Map<Uuid, Map<Uuid, Table>>();
  readonly #indexes = new Map<Table, readonly Map<string, Uuid>[]>();

  constructor(schema: Schema) {
    this.schema = schema;
    for (const table of schema.tables.values()) {
      this.#rows.set(table, new Map());
      this.#indexes.set(
        table,
        table.indexes.map(() => new Map()),
      );
    }
  }

  rows(table: Table): ReadonlyMap<Uuid, Row> {
    return this.#rows.get(table) ?? NO_ROWS;
  }

  strongReferences(uuid: Uuid): number {
    return this.#strong.get(uuid) ?? 0;
  }

  weakReferrers(uuid: Uuid): ReadonlyMap<Uuid, Table> {
    return this.#weak.get(uuid) ?? NO_TABLES;
  }

  /** The row that has this key in the table's index number `index`. */
  indexed(table: Table, index: number, key: string): Uuid | undefined {
    return this.#indexes.get(table)?.[index]?.get(key);
  }

  /** Sets rows, and answers what changed by that. */
  apply(writes: readonly Write[]): readonly Change[] {
    const changes = writes.flatMap(({ table, uuid, now }) => {
      const old = this.rows(table).get(uuid) ?? null;
      return old === now ? [] : [{ table, uuid, old, now }];
    });
    for (const change of changes) this.#forget(change);
    for (const change of changes) this.#note(change);
    return changes;
  }

  /** Every row, as what would make it. */
  content(): readonly Write[] {
    return [...this.#rows].flatMap(([table, rows]) =>
      Array.from(rows, ([uuid, now]) => ({ table, uuid, now })),
    );
  }

  /** Takes the whole content of another one, and answers what changed by that. */
  replace(content: readonly Write[]): readonly Change[] {
    const kept = new Set(content.map(({ uuid }) => uuid));
    const gone = this.content().filter(({ uuid }) => !kept.has(uuid));
    return this.apply([...gone.map(({ table, uuid }) => ({ table, uuid, now: null })), ...content]);
  }

  #forget({ table, uuid, old }: Change): void {
    if (old === null) return;
    this.#rows.get(table)?.delete(uuid);
    this.#indexes.get(table)?.forEach((index, at) => {
      const key = indexKey(table, at, old);
      if (index.get(key) === uuid) index.delete(key);
    });
    for (const { target, isStrong } of referencesOf(table, old)) {
      if (isStrong) this.#count(target, -1);
      else this.#weak.get(target)?.delete(uuid);
    }
  }

  #note({ table, uuid, now }: Change): void {
    if (now === null) return;
    this.#rows.get(table)?.set(uuid, now);
    this.#indexes.get(table)?.forEach((index, at) => {
      index.set(indexKey(table, at, now), uuid);
    });
    for (const { target, isStrong } of referencesOf(table, now)) {
      if (isStrong) this.#count(target, 1);
      else this.#refer(target, uuid, table);
    }
  }

  #count(uuid: Uuid, by: number): void {
    const count = this.strongReferences(uuid) + by;
    if (count === 0) this.#strong.delete(uuid);
    else this.#strong.set(uuid, count);
  }

  #refer(target: Uuid, source: Uuid, table: Table): void {
    const referrers = this.#weak.get(target) ?? new Map<Uuid, Table>();
    this.#weak.set(target, referrers);
    referrers.set(source, table);
  }
}

const NO_ROWS: ReadonlyMap<Uuid, Row> = new Map();
const NO_TABLES: ReadonlyMap<Uuid, Table> = new Map();

export function fieldOf(row: Row, column: Column): Datum {
  return row[column.name] ?? column.initial;
}

export function indexKey(table: Table, index: number, row: Row): string {
  const columns = table.indexes[index] ?? [];
  return columns.map((name) => textOf(row[name] ?? { keys: [], values: null })).join();
}

export interface Reference {
  readonly column: Column;
  readonly target: Uuid;
  readonly refTable: string;
  readonly isStrong: boolean;
}

/** Every reference that a row holds; a target comes as often as it is named. */
export function referencesOf(table: Table, row: Row): readonly Reference[] {
  if (table.references.length === 0) return [];
  return table.references.flatMap((column) => {
    const { key, value } = column.type;
    const { keys, values } = fieldOf(row, column);
    return [...targets(column, key, keys), ...(value === null ? [] : targets(column, value, values ?? []))];
  });
}

function targets(column: Column, { refTable, isStrong }: BaseType, atoms: readonly Atom[]): Reference[] {
  if (refTable === null) return [];
  return atoms.flatMap((atom) =>
    typeof atom === "string" ? [{ column, target: atom, refTable, isStrong }] : [],
  );
}
