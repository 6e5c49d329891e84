/**
 * Database schemas (RFC 7047 section 3.2): the descriptor that a generated module exports. A descriptor carries its row
 * types in a type-only member, so that everything that takes one is typed by it.
 */
import type { Uuid } from "./uuid.ts";
import type { Value } from "./value.ts";

/** RFC 7047 section 3.2 `<atomic-type>`. */
export type AtomicType = "integer" | "real" | "boolean" | "string" | "uuid";

/** The type of the elements of a column, or of the keys or the values of a map, with the bounds that the schema sets. */
export interface BaseType {
  readonly type: AtomicType;
  readonly enum?: readonly (string | number | boolean)[];
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly refTable?: string;
  readonly refType?: "strong" | "weak";
  /** True: integers of this type are read as `bigint`s. */
  readonly exact?: true;
}

/** The type of a column (RFC 7047 section 3.2): one value (`min` and `max` 1), an optional one (`min` 0), a set or a map. */
export interface ColumnSchema {
  readonly key: BaseType;
  /** The type of the values; present for a map alone. */
  readonly value?: BaseType;
  readonly min: 0 | 1;
  readonly max: number | "unlimited";
  /** False: settable only by insert. Absent: true. */
  readonly mutable?: boolean;
  readonly ephemeral?: boolean;
}

/** The columns of a table, and what the schema says of the table. */
export interface TableSchema<Column extends string = string> {
  readonly columns: { readonly [C in Column]: ColumnSchema };
  readonly isRoot?: boolean;
  readonly maxRows?: number;
  readonly indexes?: readonly (readonly string[])[];
  /** The columns that are left out because their types could not be understood, each with the reason. */
  readonly unreadable?: { readonly [column: string]: string };
}

/** What every row type has. */
export interface TableRow {
  readonly _uuid: Uuid;
}

/** A row of any table. */
export interface Row extends TableRow {
  readonly [column: string]: Value;
}

/** The bound of a record of row types by table name; interfaces fit, unlike with an index signature. */
export type TablesOf<T> = { readonly [K in keyof T]: TableRow };
/** The names of the tables. */
export type TableName<T> = keyof T & string;
/** The names of a row's columns, without `_uuid`. */
export type ColumnName<R> = Exclude<keyof R, "_uuid"> & string;

declare const rowTypes: unique symbol;

/** A database's name, version and tables; `T` maps each table's name to its row type. */
export interface DatabaseSchema<T extends TablesOf<T>> {
  readonly name: string;
  readonly version: string;
  readonly tables: { readonly [K in TableName<T>]: TableSchema<ColumnName<T[K]>> };
  /** True: every integer of the database is read as a `bigint`; `withBigints` makes such a descriptor. */
  readonly exact?: true;
  readonly [rowTypes]?: T;
}

/** Row types of a schema that is not known before the program runs: every table, every column, any value. */
export interface DynamicTables {
  readonly [table: string]: Row;
}

/** Any schema, whatever its row types. */
export interface UntypedSchema {
  readonly name: string;
  readonly version: string;
  readonly tables: { readonly [table: string]: TableSchema };
  readonly exact?: true;
}

/** The names of all columns that the descriptor has of a table, for the option `monitor`. */
export function allColumns<T extends TablesOf<T>, K extends TableName<T>>(
  database: DatabaseSchema<T>,
  table: K,
): readonly ColumnName<T[K]>[] {
  // The descriptor's type has the row type's columns.
  return Object.keys(database.tables[table].columns) as ColumnName<T[K]>[];
}

/** The table's schema, or undefined; never something inherited from the prototype. */
export function tableSchema(schema: UntypedSchema, table: string): TableSchema | undefined {
  return Object.hasOwn(schema.tables, table) ? schema.tables[table] : undefined;
}

export function columnSchema(schema: UntypedSchema, table: string, column: string): ColumnSchema | undefined {
  const columns = tableSchema(schema, table)?.columns;
  return columns !== undefined && Object.hasOwn(columns, column) ? columns[column] : undefined;
}

/** Whether rows of the table have the column; every table has `_uuid`. */
export function hasColumn(schema: UntypedSchema, table: string, column: string): boolean {
  const columns = tableSchema(schema, table)?.columns;
  return columns !== undefined && (column === "_uuid" || Object.hasOwn(columns, column));
}

const UUID_COLUMN: ColumnSchema = { key: { type: "uuid" }, min: 1, max: 1 };

/** Stands for a column that a schema lacks. */
export const UNKNOWN_COLUMN: ColumnSchema = { key: { type: "string" }, min: 1, max: 1 };

/** The type of any column that an operation can name: `_uuid` and `_version` are of every table. */
export function typeOfColumn(schema: UntypedSchema, table: string, column: string): ColumnSchema {
  return column === "_uuid" || column === "_version"
    ? UUID_COLUMN
    : (columnSchema(schema, table, column) ?? UNKNOWN_COLUMN);
}
