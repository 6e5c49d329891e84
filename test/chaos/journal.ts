/**
 * What a database has stored, transaction by transaction, read from its own file: who changed which row, and when.
 *
 * The file's format: a header line with the length and a checksum before each record, a JSON object (ovsdb(5)). After
 * the first of a row, a record has only the columns that changed; of a map or a set the difference, of anything else
 * the new value.
 */
import { readFile } from "node:fs/promises";

export type Json = unknown;
export type Columns = Readonly<Record<string, Json>>;

export interface RowEvent {
  readonly table: string;
  readonly uuid: string;
  /** The changed columns; null when the row was deleted. */
  readonly changed: Columns | null;
  /** The row as it was; null when this inserted it. */
  readonly before: Columns | null;
  /** The row as it is then; null when it was deleted. */
  readonly after: Columns | null;
}

export interface StoredTransaction {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** What the program said of itself; vifplugd says nothing. */
  readonly comment: string | null;
  readonly events: readonly RowEvent[];
}

/** Every transaction in the file, oldest first. */
export async function readJournal(file: string): Promise<readonly StoredTransaction[]> {
  const [schema = {}, ...records] = recordsOf(await readFile(file));
  const rows = new Map<string, Columns>();
  return records.map((record) => replay(record, rows, schema));
}

function recordsOf(bytes: Buffer): readonly Record<string, Json>[] {
  const records: Record<string, Json>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf("\n", at);
    const header = /^OVSDB (?:JSON|CLUSTER) (\d+) [0-9a-f]{40}$/.exec(bytes.toString("latin1", at, end));
    if (end < 0 || header === null)
      throw new Error(`no record header at offset ${at} of the database's file`);
    const length = Number(header[1]);
    const record: Json = JSON.parse(bytes.toString("utf8", end + 1, end + 1 + length));
    if (!isObject(record)) throw new Error(`the record at offset ${at} is no object`);
    records.push(record);
    at = end + 1 + length;
  }
  return records;
}

function replay(
  record: Record<string, Json>,
  rows: Map<string, Columns>,
  schema: Columns,
): StoredTransaction {
  const events: RowEvent[] = [];
  for (const [table, changes] of Object.entries(record)) {
    if (table.startsWith("_") || !isObject(changes)) continue;
    for (const [uuid, changed] of Object.entries(changes)) {
      const key = `${table} ${uuid}`;
      const before = rows.get(key) ?? null;
      const base = record._is_diff === true ? before : null;
      const after = isObject(changed)
        ? { ...before, ...merge(base, changed, member(schema, "tables", table)) }
        : null;
      if (after === null) rows.delete(key);
      else rows.set(key, after);
      events.push({ table, uuid, changed: isObject(changed) ? changed : null, before, after });
    }
  }
  const { _date: time, _comment: comment } = record;
  return {
    time: typeof time === "number" ? time : 0,
    comment: typeof comment === "string" ? comment : null,
    events,
  };
}

/** The changed columns as they are then; `before` is the row that they are differences to, or null. */
function merge(before: Columns | null, changed: Columns, table: Json): Columns {
  if (before === null) return changed;
  return Object.fromEntries(
    Object.entries(changed).map(([column, value]) => {
      if (isTagged(value, "map")) return [column, mapDifference(before[column], value)];
      const isSet = (member(table, "columns", column, "type", "max") ?? 1) !== 1;
      return [column, isSet ? setDifference(before[column], value) : value];
    }),
  );
}

function mapDifference(before: Json, difference: Json): Json {
  const merged = mapOf(before);
  for (const [key, value] of mapOf(difference)) {
    if (merged.get(key) === value) merged.delete(key);
    else merged.set(key, value);
  }
  return ["map", [...merged]];
}

/** What is in one and not in the other. */
function setDifference(before: Json, difference: Json): Json {
  const merged = new Map(setOf(before).map((element) => [JSON.stringify(element), element]));
  for (const element of setOf(difference)) {
    const key = JSON.stringify(element);
    if (!merged.delete(key)) merged.set(key, element);
  }
  return ["set", [...merged.values()]];
}

/** A column of several values; a set of one is written without brackets, and absent means empty. */
export function setOf(value: Json): readonly Json[] {
  if (value === undefined) return [];
  return isTagged(value, "set") ? value[1] : [value];
}

function member(value: Json, ...path: readonly string[]): Json {
  return path.reduce<Json>((at, key) => (isObject(at) ? at[key] : undefined), value);
}

/** A column of type map; absent means empty. */
export function mapOf(value: Json): Map<string, string> {
  const map = new Map<string, string>();
  if (!isTagged(value, "map")) return map;
  for (const pair of value[1]) {
    if (Array.isArray(pair)) map.set(String(pair[0]), String(pair[1]));
  }
  return map;
}

/** A column of type string; absent means empty. */
export function textOf(value: Json): string {
  return typeof value === "string" ? value : "";
}

/** The uuid in a column that has at most one, or in an element of a set. */
export function uuidOf(value: Json): string | null {
  return Array.isArray(value) && value[0] === "uuid" ? String(value[1]) : null;
}

function isTagged(value: Json, tag: string): value is [string, readonly Json[]] {
  return Array.isArray(value) && value[0] === tag && Array.isArray(value[1]);
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
