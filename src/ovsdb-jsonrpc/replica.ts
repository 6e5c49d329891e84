/**
 * The replica: what the server has told us of the monitored tables, as immutable rows by UUID.
 *
 * A message is decoded completely before anything of it is applied, so that readers see the state before it or after
 * it and nothing between. A changed row is a new object that shares the values of the columns that did not change:
 * `old.c !== new.c` holds exactly for the changed columns.
 */

import { applyDifference } from "./difference.ts";
import { excerpt, isObject, member } from "./json.ts";
import { objectMembers, plainJson } from "./json-text.ts";
import {
  columnDecoder,
  type Decoder,
  defaultValue,
  equalValues,
  NotationError,
  type Value,
} from "./notation.ts";
import { err, ok, type Result } from "./result.ts";
import { type ColumnSchema, columnSchema, type Row, type UntypedSchema } from "./schema.ts";
import { checkIndexes, type IndexReader, TableIndex } from "./table-index.ts";
import { isUuid, type Uuid } from "./uuid.ts";

/** One row's change; `old` is null for an insert and `new` for a delete. */
export interface RowChange<R> {
  readonly uuid: Uuid;
  readonly old: R | null;
  readonly new: R | null;
}

/** How a message notates its changes: `update` of RFC 7047, or `update2` and `update3` of ovsdb-server(7). */
export type UpdateNotation = "update" | "update2";

/** The changes of one message by table; every monitored table is there. */
export type Changes = { readonly [table: string]: readonly RowChange<Row>[] };

/** Columns by table, and indexes by table and name. */
export type Selection = { readonly [table: string]: readonly string[] };
export type IndexSelection = { readonly [table: string]: { readonly [index: string]: readonly string[] } };

interface ColumnCodec {
  readonly name: string;
  readonly type: ColumnSchema;
  readonly decode: Decoder<Value>;
  /** A `modify` carries the whole value instead of a difference. */
  readonly whole: boolean;
  readonly default: Value;
}

interface Table {
  readonly rows: Map<Uuid, Row>;
  readonly indexes: ReadonlyMap<string, TableIndex>;
  codecs: readonly ColumnCodec[];
}

const NO_CHANGES: readonly RowChange<Row>[] = [];

export class Replica {
  /** What is monitored, each column once: a server refuses a monitor that names one twice. */
  readonly selection: Selection;
  readonly #descriptor: UntypedSchema;
  readonly #tables = new Map<string, Table>();

  /**
   * Throws when the selection names a table or column that the descriptor lacks, or an index one that is not
   * selected or a map without a key.
   */
  constructor(descriptor: UntypedSchema, selection: Selection, indexes: IndexSelection) {
    this.#descriptor = descriptor;
    this.selection = Object.fromEntries(
      Object.entries(selection).map(([table, columns]) => [table, [...new Set(columns)]]),
    );
    checkIndexes(descriptor, this.selection, indexes);
    for (const [table, columns] of Object.entries(this.selection)) {
      const declared = Object.entries(indexes[table] ?? {});
      this.#tables.set(table, {
        rows: new Map(),
        indexes: new Map(declared.map(([name, parts]) => [name, new TableIndex(parts)])),
        codecs: columns.map((column) => columnCodec(descriptor, descriptor, table, column)),
      });
    }
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

  /** Reads messages from now on as a server with this schema writes them. */
  serve(served: UntypedSchema): void {
    for (const [name, table] of this.#tables) {
      const columns = this.selection[name] ?? [];
      table.codecs = columns.map((column) => columnCodec(this.#descriptor, served, name, column));
    }
  }

  /**
   * Applies `<table-updates>` and answers what changed. With `snapshot` the message is the whole content, and what
   * changed is its difference to what the replica held. The error says which row is wrong; nothing is applied then.
   */
  apply(updates: unknown, notation: UpdateNotation, snapshot: boolean): Result<Changes, string> {
    try {
      const staged = this.#stage(updates, notation, snapshot);
      for (const [name, changes] of Object.entries(staged)) commit(this.#table(name), changes);
      return ok(staged);
    } catch (error) {
      if (error instanceof NotationError || error instanceof SyntaxError) return err(error.message);
      throw error;
    }
  }

  #stage(updates: unknown, notation: UpdateNotation, snapshot: boolean): Changes {
    const tables = objectMembers(updates);
    if (tables === null) throw new NotationError(`expected table updates, not ${excerpt(updates)}`);
    const rowsByTable = new Map(tables);
    const staged: Record<string, readonly RowChange<Row>[]> = {};
    for (const [name, table] of this.#tables) {
      const rows = rowsByTable.get(name);
      if (rows === undefined && !snapshot) {
        staged[name] = NO_CHANGES;
        continue;
      }
      const members = rows === undefined ? [] : objectMembers(rows);
      if (members === null) throw new NotationError(`${name}: expected rows by UUID, not ${excerpt(rows)}`);
      const changes = stageTable(table, members, notation, snapshot);
      staged[name] = changes.length === 0 ? NO_CHANGES : changes;
    }
    return staged;
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`table ${name} is not monitored by this session`);
    return table;
  }
}

function columnCodec(
  descriptor: UntypedSchema,
  served: UntypedSchema,
  table: string,
  column: string,
): ColumnCodec {
  const type = columnSchema(descriptor, table, column);
  if (type === undefined) {
    throw new Error(`the descriptor of ${descriptor.name} has no column ${table}.${column}`);
  }
  const servedType = columnSchema(served, table, column) ?? type;
  return {
    name: column,
    type: servedType,
    decode: columnDecoder(type),
    whole: servedType.max === 1,
    default: defaultValue(type),
  };
}

function stageTable(
  table: Table,
  updates: Iterable<readonly [string, unknown]>,
  notation: UpdateNotation,
  snapshot: boolean,
): RowChange<Row>[] {
  const changes: RowChange<Row>[] = [];
  const seen = new Set<Uuid>();
  for (const [uuid, json] of updates) {
    const update = plainJson(json);
    if (!isUuid(uuid)) throw new NotationError(`expected a row's UUID, not ${excerpt(uuid)}`);
    if (seen.has(uuid)) throw new NotationError(`row ${uuid} comes twice in one message`);
    const old = table.rows.get(uuid) ?? null;
    const next = notation === "update2" ? rowAfter2(table, uuid, old, update) : rowAfter(table, uuid, update);
    const row = old === null || next === null ? next : share(old, next, table.codecs);
    if (row !== old) changes.push({ uuid, old, new: row });
    seen.add(uuid);
  }
  if (snapshot) {
    for (const [uuid, old] of table.rows) if (!seen.has(uuid)) changes.push({ uuid, old, new: null });
  }
  return changes;
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
  throw new NotationError(`row ${uuid}: expected initial, insert, modify or delete, not ${excerpt(update)}`);
}

function decodeRow(table: Table, uuid: Uuid, json: unknown): Row {
  if (!isObject(json)) throw new NotationError(`row ${uuid}: expected columns, not ${excerpt(json)}`);
  const row: Record<string, Value> & { _uuid: Uuid } = { _uuid: uuid };
  for (const codec of table.codecs) {
    row[codec.name] = Object.hasOwn(json, codec.name)
      ? readColumn(codec, uuid, null, json[codec.name])
      : codec.default;
  }
  return row;
}

function modifyRow(table: Table, uuid: Uuid, old: Row | null, json: unknown): Row {
  if (old === null) throw new NotationError(`row ${uuid}: modified, but it is not in the replica`);
  if (!isObject(json)) throw new NotationError(`row ${uuid}: expected columns, not ${excerpt(json)}`);
  const row: Record<string, Value> & { _uuid: Uuid } = { ...old };
  for (const codec of table.codecs) {
    if (!Object.hasOwn(json, codec.name)) continue;
    row[codec.name] = readColumn(codec, uuid, old[codec.name] ?? codec.default, json[codec.name]);
  }
  return row;
}

/** The value that the JSON notates, or the one it makes of `old` when it notates a difference. */
function readColumn(codec: ColumnCodec, uuid: Uuid, old: Value, json: unknown): Value {
  try {
    const value = codec.decode(json);
    return codec.whole || old === null ? value : applyDifference(codec.type, old, value);
  } catch (error) {
    if (error instanceof NotationError)
      throw new NotationError(`row ${uuid}, column ${codec.name}: ${error.message}`);
    throw error;
  }
}

/** The new row with every equal value taken from the old one; the old row itself when nothing differs. */
function share(old: Row, next: Row, codecs: readonly ColumnCodec[]): Row {
  const row: Record<string, Value> & { _uuid: Uuid } = { _uuid: next._uuid };
  let changed = false;
  for (const { name } of codecs) {
    const before = old[name] ?? null;
    const after = next[name] ?? null;
    const same = equalValues(before, after);
    row[name] = same ? before : after;
    if (!same) changed = true;
  }
  return changed ? row : old;
}

function commit(table: Table, changes: readonly RowChange<Row>[]): void {
  for (const { uuid, old, new: next } of changes) {
    if (next === null) table.rows.delete(uuid);
    else table.rows.set(uuid, next);
    for (const index of table.indexes.values()) index.replace(old, next);
  }
}
