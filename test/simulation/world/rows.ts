/** Rows of a simulated database for people and actors: columns as the values that they mean. */
import type { Database, Row } from "../ovsdb/database.ts";
import type { Datum } from "../ovsdb/datum.ts";
import type { Table } from "../ovsdb/schema.ts";

export function tableOf(database: Database, name: string): Table {
  const table = database.schema.tables.get(name);
  if (table === undefined) throw new RangeError(`no table ${name}`);
  return table;
}

export function rowsOf(database: Database, table: string): ReadonlyMap<string, Row> {
  return database.rows(tableOf(database, table));
}

/** A text, or a UUID; null where there is none. */
export function text(row: Row, column: string): string | null {
  const [atom] = row[column]?.keys ?? [];
  return typeof atom === "string" ? atom : null;
}

export function number(row: Row, column: string): number | null {
  const [atom] = row[column]?.keys ?? [];
  return typeof atom === "number" ? atom : null;
}

export function texts(row: Row, column: string): readonly string[] {
  return (row[column]?.keys ?? []).filter((atom) => typeof atom === "string");
}

export function map(row: Row, column: string): ReadonlyMap<string, string> {
  const datum = row[column];
  if (datum === undefined) return NO_ENTRIES;
  let entries = MAPS.get(datum);
  if (entries === undefined) {
    const { keys, values } = datum;
    entries = new Map(keys.map((key, at) => [String(key), String(values?.[at] ?? "")]));
    MAPS.set(datum, entries);
  }
  return entries;
}

const NO_ENTRIES: ReadonlyMap<string, string> = new Map();
/** What has been read once: a datum never changes. */
const MAPS = new WeakMap<Datum, ReadonlyMap<string, string>>();

export function uuidOf(row: Row): string {
  return text(row, "_uuid") ?? "";
}

/** A map, as an operation writes it. */
export function mapJson(entries: Iterable<readonly [string, string]>) {
  return ["map", Array.from(entries, ([key, value]) => [key, value])] as const;
}

export function byUuid(uuid: string) {
  return [["_uuid", "==", ["uuid", uuid]]] as const;
}
