/** The rows of a `select` (RFC 7047 section 5.2.2), read as the descriptor's types. */

import { columnDecoder, defaultValue, unexpected } from "../schema/notation.ts";
import { projection } from "../schema/projection.ts";
import { columnSchema, tableSchema, typeOfColumn, type UntypedSchema } from "../schema/schema.ts";
import type { Value } from "../schema/value.ts";
import { isObject, member } from "../wire/json.ts";

export type SelectedRow = { readonly [column: string]: Value };

interface ColumnReader {
  readonly name: string;
  read(json: unknown): Value;
  /** The value of a row without the column; undefined: the server was asked for the column. */
  readonly default: Value | undefined;
}

/**
 * `columns` undefined: all that the descriptor has, with the default for one that the server lacks. Throws
 * `NotationError` for what is no row.
 */
export function decodeSelected(
  descriptor: UntypedSchema,
  served: UntypedSchema,
  table: string,
  columns: readonly string[] | undefined,
  rows: readonly unknown[],
): readonly SelectedRow[] {
  const names = columns ?? Object.keys(tableSchema(descriptor, table)?.columns ?? {});
  const readers = Array.from(new Set(["_uuid", ...names]), (name) =>
    columnReader(descriptor, served, table, name, columns === undefined && name !== "_uuid"),
  );
  return rows.map((json) => {
    if (!isObject(json)) throw unexpected(`a row of ${table}`, json);
    const row: Record<string, Value> = {};
    for (const reader of readers) {
      const missing = reader.default !== undefined && !Object.hasOwn(json, reader.name);
      row[reader.name] = missing ? reader.default : reader.read(member(json, reader.name));
    }
    return row;
  });
}

/** Decodes any number of elements, because the column may have another type since the schema was fetched. */
function columnReader(
  descriptor: UntypedSchema,
  served: UntypedSchema,
  table: string,
  name: string,
  optional: boolean,
): ColumnReader {
  const described = typeOfColumn(descriptor, table, name);
  const any = { ...(columnSchema(served, table, name) ?? described), min: 0, max: "unlimited" } as const;
  const decode = columnDecoder(any);
  const project = projection(any, described);
  return {
    name,
    read(json) {
      const value = decode(json);
      return project === null ? value : project(value).value;
    },
    default: optional ? defaultValue(described) : undefined,
  };
}
