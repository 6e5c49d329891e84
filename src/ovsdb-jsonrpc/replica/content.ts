/**
 * The content that readers see: the rows of all monitors, each row once, and the indexes over them.
 *
 * A table with one monitor uses the map of that monitor, so that no row is held twice. With a second monitor of the table, each
 * monitor keeps its own rows, because the server tells each monitor its changes separately; the content then holds the last version
 * of each row. When a row leaves one monitor, the version of another monitor stays.
 *
 * Invariant: the map of a table's rows stays the same object for the life of the content.
 */
import type { Row, UntypedSchema } from "../schema/schema.ts";
import type { Uuid } from "../schema/uuid.ts";
import { type Changes, type Replica, type RowChange, share } from "./replica.ts";
import type {
  IndexReader,
  IndexSelection,
  Reference,
  ReferenceKind,
  References,
  RowIndex,
} from "./selection.ts";
import { checkIndexes, makeIndex } from "./table-index.ts";

interface ContentTable {
  readonly rows: Map<Uuid, Row>;
  readonly indexes: ReadonlyMap<string, RowIndex>;
  readonly holders: Replica[];
  columns: readonly { readonly name: string }[];
}

export class Content {
  readonly #tables = new Map<string, ContentTable>();
  readonly #references: References | null;

  /** Throws when an index needs a column that is not selected, lacks the key of a map, or has a key for a column that is no map. */
  constructor(
    descriptor: UntypedSchema,
    main: Replica,
    indexes: IndexSelection,
    references: ReferenceKind | null = null,
  ) {
    this.#references = references?.make(descriptor, (table) => this.rows(table)) ?? null;
    checkIndexes(descriptor, main.selection, indexes);
    for (const table of Object.keys(main.selection)) {
      const declared = Object.entries(indexes[table] ?? {});
      this.#add(table, new Map(declared.map(([name, parts]) => [name, makeIndex(parts)])));
    }
    this.attach(main);
  }

  rows(table: string): ReadonlyMap<Uuid, Row> {
    return this.#table(table).rows;
  }

  index(table: string, name: string): IndexReader {
    const index = this.#table(table).indexes.get(name);
    if (index === undefined)
      throw new Error(`table ${table} has no index ${name}: declare it in the session's indexes`);
    return index;
  }

  /** Throws when the session has no `references`. */
  referring(uuid: Uuid): readonly Reference[] {
    if (this.#references === null) throw new Error("the session has no references: give it that option");
    return this.#references.find(uuid);
  }

  misfits(table: string, uuid: Uuid): readonly string[] {
    const holder = this.#table(table).holders.find((replica) => replica.rows(table).has(uuid));
    return holder?.misfits(table, uuid) ?? [];
  }

  /** Adds the rows of another monitor. Throws when it has other columns of a table than the former monitors. */
  attach(replica: Replica): void {
    const selected = Object.entries(replica.selection);
    for (const [name, columns] of selected) this.#assertColumns(name, columns);
    for (const [name, columns] of selected) {
      const table = this.#tables.get(name) ?? this.#add(name, new Map());
      table.columns = columns.map((column) => ({ name: column }));
      const [first, second] = table.holders;
      if (first === undefined) replica.store(name, table.rows);
      else if (second === undefined) first.store(name, new Map(table.rows));
      table.holders.push(replica);
    }
  }

  /** Removes the rows of a monitor; answers the changes. */
  detach(replica: Replica): Changes {
    const changes: Record<string, readonly RowChange<Row>[]> = {};
    for (const name of Object.keys(replica.selection)) {
      const table = this.#table(name);
      const gone = Array.from(replica.rows(name), ([uuid, old]) => ({ uuid, old, new: null }));
      table.holders.splice(table.holders.indexOf(replica), 1);
      changes[name] = this.#merge(table, name, gone);
      const [first, second] = table.holders;
      if (first !== undefined && second === undefined) first.store(name, table.rows);
    }
    return changes;
  }

  /** Turns the changes of a monitor's rows into changes of the content. */
  absorb(changes: Changes): Changes {
    const merged: Record<string, readonly RowChange<Row>[]> = {};
    for (const [name, some] of Object.entries(changes)) {
      const table = this.#table(name);
      if (table.holders.length === 1) {
        this.#file(name, table, some);
        merged[name] = some;
      } else merged[name] = this.#merge(table, name, some);
    }
    return merged;
  }

  #merge(table: ContentTable, name: string, changes: readonly RowChange<Row>[]): readonly RowChange<Row>[] {
    const merged: RowChange<Row>[] = [];
    for (const { uuid, new: told } of changes) {
      const old = table.rows.get(uuid) ?? null;
      const next = told ?? versionOf(table, name, uuid);
      const row = old === null || next === null ? next : share(old, next, table.columns);
      if (row === old) continue;
      if (row === null) table.rows.delete(uuid);
      else table.rows.set(uuid, row);
      merged.push({ uuid, old, new: row });
    }
    this.#file(name, table, merged);
    return merged;
  }

  /** Brings the indexes and references up to date. */
  #file(name: string, { indexes }: ContentTable, changes: readonly RowChange<Row>[]): void {
    for (const index of indexes.values()) for (const { old, new: row } of changes) index.replace(old, row);
    if (this.#references === null) return;
    for (const { old, new: row } of changes) this.#references.replace(name, old, row);
  }

  #add(name: string, indexes: ReadonlyMap<string, RowIndex>): ContentTable {
    const table: ContentTable = { rows: new Map(), indexes, holders: [], columns: [] };
    this.#tables.set(name, table);
    return table;
  }

  #assertColumns(name: string, columns: readonly string[]): void {
    const table = this.#tables.get(name);
    if (table === undefined || table.holders.length === 0) return;
    const known = new Set(table.columns.map((column) => column.name));
    if (columns.length === known.size && columns.every((column) => known.has(column))) return;
    const expected = [...known].join(", ");
    throw new RangeError(
      `table ${name} is monitored already: a second monitor of it has the same columns, ${expected}`,
    );
  }

  #table(name: string): ContentTable {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`table ${name} is not monitored by this session`);
    return table;
  }
}

/** The version of the row in a monitor that has the row. */
function versionOf(table: ContentTable, name: string, uuid: Uuid): Row | null {
  for (const holder of table.holders) {
    const row = holder.rows(name).get(uuid);
    if (row !== undefined) return row;
  }
  return null;
}
