/** What a transaction makes of the content before it is committed: a layer of changed rows on a database. */
import { type Change, type Database, fieldOf, type Row, type Uuid } from "./database.ts";
import { equalDatums } from "./datum.ts";
import type { Table } from "./schema.ts";

interface Staged {
  readonly old: Row | null;
  now: Row | null;
}

export class Staging {
  readonly database: Database;
  readonly #staged = new Map<Table, Map<Uuid, Staged>>();

  constructor(database: Database) {
    this.database = database;
  }

  row(table: Table, uuid: Uuid): Row | null {
    const staged = this.#staged.get(table)?.get(uuid);
    return staged === undefined ? (this.database.rows(table).get(uuid) ?? null) : staged.now;
  }

  *rows(table: Table): Iterable<readonly [Uuid, Row]> {
    const staged = this.#staged.get(table);
    for (const entry of this.database.rows(table)) if (staged?.has(entry[0]) !== true) yield entry;
    for (const [uuid, { now }] of staged ?? []) if (now !== null) yield [uuid, now];
  }

  set(table: Table, uuid: Uuid, now: Row | null): void {
    const staged = this.#staged.get(table) ?? new Map<Uuid, Staged>();
    this.#staged.set(table, staged);
    const one = staged.get(uuid);
    if (one === undefined) staged.set(uuid, { old: this.database.rows(table).get(uuid) ?? null, now });
    else one.now = now;
  }

  /** It has been touched, be it in the end as it was or gone. */
  has(table: Table, uuid: Uuid): boolean {
    return this.#staged.get(table)?.has(uuid) === true;
  }

  get isEmpty(): boolean {
    return [...this.#staged.values()].every(({ size }) => size === 0);
  }

  tables(): readonly Table[] {
    return [...this.#staged.keys()];
  }

  of(table: Table): readonly Change[] {
    return Array.from(this.#staged.get(table) ?? [], ([uuid, { old, now }]) => ({ table, uuid, old, now }));
  }

  all(): readonly Change[] {
    return this.tables().flatMap((table) => this.of(table));
  }

  /** Forgets the rows that are as they were, and those that came and went. */
  dropUnchanged(): void {
    for (const { table, uuid, old, now } of this.all()) {
      const isPassing = old === null && now === null;
      if (isPassing || isSameRow(table, old, now)) this.#staged.get(table)?.delete(uuid);
    }
  }
}

export function isSameRow(table: Table, a: Row | null, b: Row | null): boolean {
  if (a === null || b === null) return false;
  for (const column of table.columns.values())
    if (column.name !== "_version" && !equalDatums(fieldOf(a, column), fieldOf(b, column))) return false;
  return true;
}
