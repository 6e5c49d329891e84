/**
 * The replica of one monitor: its tables as immutable rows by UUID. content.ts joins the replicas of all monitors.
 *
 * A message is decoded completely before it is applied, so that readers see the state before the message or after it. A changed row
 * is a new object that shares the values of unchanged columns: `old.c !== new.c` holds exactly for the changed columns.
 */

import { err, ok, type Result } from "../result.ts";
import { NotationError, unexpected } from "../schema/notation.ts";
import { type Row, tableSchema, type UntypedSchema } from "../schema/schema.ts";
import { isUuid, type Uuid } from "../schema/uuid.ts";
import { equalValues, type Value } from "../schema/value.ts";
import { excerpt, isObject, member } from "../wire/json.ts";
import { type Members, objectMembers, plainJson } from "../wire/json-text.ts";
import { type ColumnCodec, columnCodec, located, modifyColumn } from "./column-codec.ts";
import type { Selection } from "./selection.ts";

/** The change of one row: `old` is null for a row that is new, and `new` is null for a row that is gone. */
export interface RowChange<R> {
  readonly uuid: Uuid;
  readonly old: R | null;
  readonly new: R | null;
}

/** The notation of a message's changes: `update` of RFC 7047, or `update2` and `update3` of ovsdb-server(7). */
export type UpdateNotation = "update" | "update2";

/** The changes of one message, by table; every monitored table has an entry. */
export type Changes = { readonly [table: string]: readonly RowChange<Row>[] };

interface Table {
  rows: Map<Uuid, Row>;
  codecs: readonly ColumnCodec[];
  /** The rows in the served types; null: the served types are those of the descriptor. */
  served: Map<Uuid, Row> | null;
  /** True: the server has other types than before, so only a snapshot can be read. */
  outdated: boolean;
}

/** The changes of a message in a table; null: the row was deleted. */
interface Staged {
  readonly changes: readonly RowChange<Row>[];
  readonly served: ReadonlyMap<Uuid, Row | null>;
}

const NOTHING: Staged = { changes: [], served: new Map() };
const NO_ROWS: Members = () => {};

export class Replica {
  /** The monitored columns, each once: a server refuses a monitor that names a column twice. */
  readonly selection: Selection;
  readonly #descriptor: UntypedSchema;
  readonly #tables = new Map<string, Table>();

  /** Throws when the selection names a table or column that the descriptor lacks. */
  constructor(descriptor: UntypedSchema, selection: Selection) {
    this.#descriptor = descriptor;
    this.selection = Object.fromEntries(
      Object.entries(selection).map(([table, columns]) => [table, [...new Set(columns)]]),
    );
    for (const [table, columns] of Object.entries(this.selection)) {
      if (tableSchema(descriptor, table) === undefined)
        throw new RangeError(`the descriptor of ${descriptor.name} has no table ${table}`);
      this.#tables.set(table, {
        rows: new Map(),
        codecs: columns.map((column) => columnCodec(descriptor, descriptor, table, column)),
        served: null,
        outdated: false,
      });
    }
  }

  rows(table: string): ReadonlyMap<Uuid, Row> {
    return this.#table(table).rows;
  }

  /** Makes this map, which has the rows already, the store of a table. */
  store(table: string, rows: Map<Uuid, Row>): void {
    this.#table(table).rows = rows;
  }

  /**
   * Reads further messages in the types of this schema. After a change of a column's type, the next message has to be a snapshot.
   */
  serve(served: UntypedSchema): void {
    for (const [name, table] of this.#tables) {
      const columns = this.selection[name] ?? [];
      const codecs = columns.map((column) => columnCodec(this.#descriptor, served, name, column));
      if (otherTypes(codecs) !== otherTypes(table.codecs)) {
        table.served = codecs.some(({ project }) => project !== null) ? new Map() : null;
        table.outdated = true;
      }
      table.codecs = codecs;
    }
  }

  /** The columns of a row that carry the default because the server's value has no reading in the descriptor's type. */
  misfits(table: string, uuid: Uuid): readonly string[] {
    const { codecs, served } = this.#table(table);
    const row = served?.get(uuid);
    if (row === undefined) return [];
    return codecs
      .filter(({ name, project }) => project?.(row[name] ?? null).fits === false)
      .map(({ name }) => name);
  }

  /**
   * Applies `<table-updates>` and answers the changes. With `snapshot` the message is the whole content, and the changes are its
   * difference to the former content. The error names the wrong row; then nothing is applied.
   */
  apply(updates: unknown, notation: UpdateNotation, snapshot: boolean): Result<Changes, string> {
    try {
      const staged = this.#stage(updates, notation, snapshot);
      const changes: Record<string, readonly RowChange<Row>[]> = {};
      for (const [table, name, what] of staged) {
        commit(table, what);
        if (snapshot) table.outdated = false;
        changes[name] = what.changes;
      }
      return ok(changes);
    } catch (error) {
      if (error instanceof NotationError || error instanceof SyntaxError) return err(error.message);
      throw error;
    }
  }

  #stage(
    updates: unknown,
    notation: UpdateNotation,
    snapshot: boolean,
  ): readonly (readonly [Table, string, Staged])[] {
    const tables = objectMembers(updates);
    if (tables === null) throw unexpected("table updates", updates);
    const rowsByTable = new Map<string, unknown>();
    tables((name, rows) => rowsByTable.set(name, rows));
    return Array.from(this.#tables, ([name, table]) => {
      const rows = rowsByTable.get(name);
      if (rows === undefined && !snapshot) return [table, name, NOTHING];
      if (table.outdated && !snapshot)
        throw new NotationError(
          `${name}: the types of its columns have changed, and no snapshot has come since`,
        );
      const members = rows === undefined ? NO_ROWS : objectMembers(rows);
      if (members === null) throw new NotationError(`${name}: expected rows by UUID, not ${excerpt(rows)}`);
      return [table, name, stageTable(table, members, notation, snapshot)];
    });
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`table ${name} is not monitored by this session`);
    return table;
  }
}

/** The columns whose served type differs from the descriptor's, with the served type. */
function otherTypes(codecs: readonly ColumnCodec[]): string {
  return JSON.stringify(
    codecs.filter(({ project }) => project !== null).map(({ name, type }) => [name, type]),
  );
}

function stageTable(table: Table, updates: Members, notation: UpdateNotation, snapshot: boolean): Staged {
  const changes: RowChange<Row>[] = [];
  const served = new Map<Uuid, Row | null>();
  const seen = new Set<Uuid>();
  updates((uuid, json) => {
    const update = plainJson(json, 0);
    if (!isUuid(uuid)) throw unexpected("a row's UUID", uuid);
    const before = seen.size;
    if (seen.add(uuid).size === before) throw new NotationError(`row ${uuid} comes twice in one message`);
    const old = table.rows.get(uuid) ?? null;
    const held = table.served === null ? old : (table.served.get(uuid) ?? null);
    const after =
      notation === "update2" ? rowAfter2(table, uuid, held, update) : rowAfter(table, uuid, update);
    if (table.served !== null) served.set(uuid, after);
    const next = table.served === null || after === null ? after : project(after, table.codecs);
    const row = old === null || next === null ? next : share(old, next, table.codecs);
    if (row !== old) changes.push({ uuid, old, new: row });
  });
  if (snapshot) {
    for (const [uuid, old] of table.rows) if (!seen.has(uuid)) changes.push({ uuid, old, new: null });
    for (const uuid of table.served?.keys() ?? []) if (!seen.has(uuid)) served.set(uuid, null);
  }
  return { changes, served };
}

/** `<row-update>` (RFC 7047 section 4.1.6): a row's new content is complete, a deleted row has none. */
function rowAfter(table: Table, uuid: Uuid, update: unknown): Row | null {
  const row = isObject(update) ? member(update, "new") : undefined;
  return row === undefined ? null : decodeRow(table, uuid, row);
}

/** `<row-update2>` (ovsdb-server(7), "Update2 Notification"). */
function rowAfter2(table: Table, uuid: Uuid, old: Row | null, update: unknown): Row | null {
  if (isObject(update)) {
    if (Object.hasOwn(update, "modify")) return modifyRow(table, uuid, old, update.modify);
    if (Object.hasOwn(update, "insert")) return decodeRow(table, uuid, update.insert);
    if (Object.hasOwn(update, "initial")) return decodeRow(table, uuid, update.initial);
    if (Object.hasOwn(update, "delete")) return null;
  }
  throw located(unexpected("initial, insert, modify or delete", update), uuid);
}

function decodeRow(table: Table, uuid: Uuid, json: unknown): Row {
  if (!isObject(json)) throw located(unexpected("columns", json), uuid);
  const row: Record<string, Value> & { _uuid: Uuid } = { _uuid: uuid };
  let column = "";
  // One handler for the whole row: a handler for each column would slow a load down.
  try {
    for (const codec of table.codecs) {
      column = codec.name;
      row[column] = Object.hasOwn(json, column) ? codec.decode(json[column]) : codec.default;
    }
  } catch (error) {
    throw located(error, uuid, column);
  }
  return row;
}

function modifyRow(table: Table, uuid: Uuid, old: Row | null, json: unknown): Row {
  if (old === null) throw new NotationError(`row ${uuid}: modified, but it is not in the replica`);
  if (!isObject(json)) throw located(unexpected("columns", json), uuid);
  const row: Record<string, Value> & { _uuid: Uuid } = { ...old };
  for (const codec of table.codecs) {
    if (!Object.hasOwn(json, codec.name)) continue;
    row[codec.name] = modifyColumn(codec, uuid, old[codec.name] ?? codec.default, json[codec.name]);
  }
  return row;
}

/** The row in the descriptor's types. */
function project(served: Row, codecs: readonly ColumnCodec[]): Row {
  const row: Record<string, Value> & { _uuid: Uuid } = { _uuid: served._uuid };
  for (const { name, project } of codecs) {
    const value = served[name] ?? null;
    row[name] = project === null ? value : project(value).value;
  }
  return row;
}

/** The new row, which shares every equal value with the old row; the old row itself when nothing differs. */
export function share(old: Row, next: Row, columns: readonly { readonly name: string }[]): Row {
  const row: Record<string, Value> & { _uuid: Uuid } = { _uuid: next._uuid };
  let changed = false;
  for (const { name } of columns) {
    const before = old[name] ?? null;
    const after = next[name] ?? null;
    const same = equalValues(before, after);
    row[name] = same ? before : after;
    if (!same) changed = true;
  }
  return changed ? row : old;
}

function commit(table: Table, { changes, served }: Staged): void {
  for (const { uuid, new: next } of changes) {
    if (next === null) table.rows.delete(uuid);
    else table.rows.set(uuid, next);
  }
  for (const [uuid, row] of served) {
    if (row === null) table.served?.delete(uuid);
    else table.served?.set(uuid, row);
  }
}
