/**
 * Database schemas (RFC 7047 section 3.2): the descriptor a generated module exports, and the parser of the schema
 * that a server serves. A descriptor carries its row types in a type-only member, so that everything that takes one
 * is typed by it.
 */
import { excerpt, isArray, isObject, member } from "./json.ts";
import { plainJson } from "./json-text.ts";
import type { Value } from "./notation.ts";
import { err, ok, type Result } from "./result.ts";
import type { Uuid } from "./uuid.ts";

export type AtomicType = "integer" | "real" | "boolean" | "string" | "uuid";

/** One side of a column's type: the element of a set, or the key or value of a map. */
export interface BaseType {
  readonly type: AtomicType;
  readonly enum?: readonly (string | number | boolean)[];
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly refTable?: string;
  readonly refType?: "strong" | "weak";
}

export interface ColumnSchema {
  readonly key: BaseType;
  /** Present for a map. */
  readonly value?: BaseType;
  readonly min: 0 | 1;
  readonly max: number | "unlimited";
  /** False: settable only by insert. Absent: true. */
  readonly mutable?: boolean;
  readonly ephemeral?: boolean;
}

export interface TableSchema<Column extends string = string> {
  readonly columns: { readonly [C in Column]: ColumnSchema };
  readonly isRoot?: boolean;
  readonly maxRows?: number;
  readonly indexes?: readonly (readonly string[])[];
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
export type TableName<T> = keyof T & string;
export type ColumnName<R> = Exclude<keyof R, "_uuid"> & string;

declare const rowTypes: unique symbol;

/** A database's name, version and tables; `T` maps each table's name to its row type. */
export interface DatabaseSchema<T extends TablesOf<T>> {
  readonly name: string;
  readonly version: string;
  readonly tables: { readonly [K in TableName<T>]: TableSchema<ColumnName<T[K]>> };
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
}

/** The table's schema, or undefined; never something inherited from the prototype. */
export function tableSchema(schema: UntypedSchema, table: string): TableSchema | undefined {
  return Object.hasOwn(schema.tables, table) ? schema.tables[table] : undefined;
}

export function columnSchema(schema: UntypedSchema, table: string, column: string): ColumnSchema | undefined {
  const columns = tableSchema(schema, table)?.columns;
  return columns !== undefined && Object.hasOwn(columns, column) ? columns[column] : undefined;
}

const UUID_COLUMN: ColumnSchema = { key: { type: "uuid" }, min: 1, max: 1 };

/** Stands for a column that a schema lacks. */
export const UNKNOWN_COLUMN: ColumnSchema = { key: { type: "string" }, min: 1, max: 1 };

/** The type of any column that an operation can name: `_uuid` is one of every table. */
export function typeOfColumn(schema: UntypedSchema, table: string, column: string): ColumnSchema {
  return column === "_uuid" ? UUID_COLUMN : (columnSchema(schema, table, column) ?? UNKNOWN_COLUMN);
}

/** Equal for schemas that are equal, in whatever order their tables and columns come. */
export function schemaText(schema: UntypedSchema): string {
  return JSON.stringify(schema, (_name, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(byName)) : value,
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}

class SchemaError extends Error {}

/**
 * Parses a `<database-schema>`, as in a `.ovsschema` file or a reply to `get_schema`.
 * The error says which table and column is wrong and what was expected.
 */
export function parseDatabaseSchema(json: unknown): Result<DatabaseSchema<DynamicTables>, string> {
  try {
    const database = object(plainJson(json), "database schema");
    const name = text(database, "name", "database schema");
    const tables: Record<string, TableSchema> = Object.create(null);
    for (const [table, value] of Object.entries(object(member(database, "tables"), `${name}: "tables"`))) {
      tables[table] = parseTable(value, `${name}.${table}`);
    }
    return ok({ name, version: optionalText(member(database, "version")), tables });
  } catch (error) {
    if (error instanceof SchemaError || error instanceof SyntaxError) return err(error.message);
    throw error;
  }
}

function parseTable(json: unknown, where: string): TableSchema {
  const table = object(json, where);
  const columns: Record<string, ColumnSchema> = Object.create(null);
  for (const [column, value] of Object.entries(object(member(table, "columns"), `${where}: "columns"`))) {
    columns[column] = parseColumn(value, `${where}.${column}`);
  }
  const maxRows = member(table, "maxRows");
  const indexes = member(table, "indexes");
  return {
    columns,
    ...(member(table, "isRoot") === true && { isRoot: true }),
    ...(typeof maxRows === "number" && { maxRows }),
    ...(isArray(indexes) && { indexes: indexes.map((index) => parseIndex(index, where)) }),
  };
}

function parseIndex(json: unknown, where: string): readonly string[] {
  if (isArray(json) && json.every((column) => typeof column === "string")) return json;
  throw new SchemaError(`${where}: an index is a list of column names, not ${excerpt(json)}`);
}

function parseColumn(json: unknown, where: string): ColumnSchema {
  const column = object(json, where);
  return {
    ...parseType(member(column, "type"), where),
    ...(member(column, "mutable") === false && { mutable: false }),
    ...(member(column, "ephemeral") === true && { ephemeral: true }),
  };
}

/** Parses a `<type>`: an atomic type's name, or an object with `key` and optionally `value`, `min`, `max`. */
function parseType(json: unknown, where: string): ColumnSchema {
  if (typeof json === "string") return { key: parseBase(json, where), min: 1, max: 1 };
  const type = object(json, `${where}: type`);
  const min = member(type, "min") ?? 1;
  const max = member(type, "max") ?? 1;
  if (min !== 0 && min !== 1) throw new SchemaError(`${where}: "min" is 0 or 1, not ${excerpt(min)}`);
  if (max !== "unlimited" && !(typeof max === "number" && Number.isInteger(max) && max >= 1)) {
    throw new SchemaError(`${where}: "max" is a positive integer or "unlimited", not ${excerpt(max)}`);
  }
  const value = member(type, "value");
  return {
    key: parseBase(member(type, "key"), where),
    ...(value !== undefined && { value: parseBase(value, where) }),
    min,
    max,
  };
}

function parseBase(json: unknown, where: string): BaseType {
  if (typeof json === "string") return { type: atomicType(json, where) };
  const base = object(json, `${where}: base type`);
  const type = atomicType(member(base, "type"), where);
  const [minName, maxName] = type === "real" ? ["minReal", "maxReal"] : ["minInteger", "maxInteger"];
  const refTable = member(base, "refTable");
  return {
    type,
    ...enumeration(member(base, "enum"), where),
    ...numeric("min", member(base, minName)),
    ...numeric("max", member(base, maxName)),
    ...numeric("minLength", member(base, "minLength")),
    ...numeric("maxLength", member(base, "maxLength")),
    ...(typeof refTable === "string" && {
      refTable,
      refType: member(base, "refType") === "weak" ? ("weak" as const) : ("strong" as const),
    }),
  };
}

function atomicType(json: unknown, where: string): AtomicType {
  switch (json) {
    case "integer":
    case "real":
    case "boolean":
    case "string":
    case "uuid":
      return json;
    default:
      throw new SchemaError(`${where}: unknown atomic type ${excerpt(json)}`);
  }
}

function enumeration(json: unknown, where: string): Pick<BaseType, "enum"> {
  if (json === undefined) return {};
  const atoms = isArray(json) && json[0] === "set" && isArray(json[1]) ? json[1] : [json];
  const values: (string | number | boolean)[] = [];
  for (const atom of atoms) {
    if (typeof atom !== "string" && typeof atom !== "number" && typeof atom !== "boolean") {
      throw new SchemaError(`${where}: "enum" holds atoms, not ${excerpt(atom)}`);
    }
    values.push(atom);
  }
  return { enum: values };
}

function numeric(name: "min" | "max" | "minLength" | "maxLength", json: unknown): Partial<BaseType> {
  return typeof json === "number" ? { [name]: json } : {};
}

function object(json: unknown, where: string): Readonly<Record<string, unknown>> {
  if (isObject(json)) return json;
  throw new SchemaError(`${where}: expected an object, not ${excerpt(json)}`);
}

function text(json: Readonly<Record<string, unknown>>, name: string, where: string): string {
  const value = member(json, name);
  if (typeof value === "string") return value;
  throw new SchemaError(`${where}: "${name}" is a string, not ${excerpt(value)}`);
}

function optionalText(json: unknown): string {
  return typeof json === "string" ? json : "";
}
