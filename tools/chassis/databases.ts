/**
 * The three databases of a chassis, and their rows decoded from OVSDB notation (RFC 7047 section 5.1).
 *
 * Tests look at databases with this decoder and not with the package that the daemon uses, so that a fault of the package
 * shows. Both share only the generated schemas. A column that may be empty decodes to null, a set to a Set, a map to a Map,
 * as the schemas' row types say.
 */
import type { ColumnName, ColumnSchema, TableName, TableSchema } from "ovsdb-jsonrpc";
import { type OpenVSwitchTables, openVSwitch } from "../../src/schemas/open_vswitch.gen.ts";
import { type OVNNorthboundTables, ovnNorthbound } from "../../src/schemas/ovn_northbound.gen.ts";
import { type OVNSouthboundTables, ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";

export interface Databases {
  readonly Open_vSwitch: OpenVSwitchTables;
  readonly OVN_Northbound: OVNNorthboundTables;
  readonly OVN_Southbound: OVNSouthboundTables;
}

export type DatabaseName = keyof Databases;
export type TableOf<D extends DatabaseName> = TableName<Databases[D]>;
export type ColumnOf<D extends DatabaseName, T extends TableOf<D>> = ColumnName<Databases[D][T]>;
/** The row's `_uuid` and the chosen columns. */
export type RowOf<D extends DatabaseName, T extends TableOf<D>, C extends ColumnOf<D, T>> = Pick<
  Databases[D][T],
  C | ("_uuid" & keyof Databases[D][T])
>;

const schemas: {
  readonly [D in DatabaseName]: { readonly tables: { readonly [table: string]: TableSchema } };
} = {
  Open_vSwitch: openVSwitch,
  OVN_Northbound: ovnNorthbound,
  OVN_Southbound: ovnSouthbound,
};

/** Decodes a row. Throws when a value is not of the schema's type. */
export function decodeRow<D extends DatabaseName, T extends TableOf<D>, C extends ColumnOf<D, T>>(
  [database, table, columns]: readonly [D, T, readonly C[]],
  uuid: string,
  json: Readonly<Record<string, unknown>>,
): RowOf<D, T, C> {
  const types = schemas[database].tables[table]?.columns ?? {};
  const row: Record<string, unknown> = { _uuid: uuid };
  for (const column of columns) {
    const type = types[column];
    if (type === undefined) throw new Error(`${database} has no column ${table}.${column}`);
    row[column] = decode(type, json[column], `${table}.${column}`);
  }
  if (isRow<RowOf<D, T, C>>(row, columns)) return row;
  throw new Error(`${table}: expected the columns ${columns.join(", ")}`);
}

/** Every value of the row has been checked against the schema that its type was generated from. */
function isRow<R>(row: object, columns: readonly string[]): row is R & object {
  return columns.every((column) => column in row);
}

function decode({ key, value, min, max }: ColumnSchema, json: unknown, where: string): unknown {
  if (value !== undefined) {
    const pairs = tagged(json, "map") ?? fail(where, "a map", json);
    return new Map(
      pairs.map((pair) =>
        Array.isArray(pair)
          ? [atom(key, pair[0], where), atom(value, pair[1], where)]
          : fail(where, "a pair", pair),
      ),
    );
  }
  const elements = (tagged(json, "set") ?? [json]).map((element) => atom(key, element, where));
  if (max !== 1) return new Set(elements);
  if (elements.length > 1 || elements.length < min) fail(where, "one value", json);
  return elements[0] ?? null;
}

function tagged(json: unknown, tag: string): readonly unknown[] | undefined {
  return Array.isArray(json) && json[0] === tag && Array.isArray(json[1]) ? json[1] : undefined;
}

function atom({ type }: ColumnSchema["key"], json: unknown, where: string): string | number | boolean {
  if (type === "uuid") {
    if (Array.isArray(json) && json[0] === "uuid" && typeof json[1] === "string") return json[1];
  } else if (type === "string" || type === "boolean") {
    if (typeof json === "string" || typeof json === "boolean") {
      if (typeof json === type) return json;
    }
  } else if (typeof json === "number") return json;
  return fail(where, type, json);
}

function fail(where: string, expected: string, json: unknown): never {
  throw new Error(`${where}: expected ${expected}, got ${JSON.stringify(json)}`);
}
