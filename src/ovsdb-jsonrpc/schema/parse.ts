/** Parses the schema that a server serves, or that a `.ovsschema` file holds. */
import { err, ok, type Result } from "../result.ts";
import { exactInteger } from "../wire/exact-json.ts";
import { excerpt, isArray, isObject, member } from "../wire/json.ts";
import { plainJson } from "../wire/json-text.ts";
import type {
  AtomicType,
  BaseType,
  ColumnSchema,
  DatabaseSchema,
  DynamicTables,
  TableSchema,
} from "./schema.ts";

class SchemaError extends Error {}

/**
 * Makes a descriptor of a database's schema: of the JSON value of a `.ovsschema` file, or of a reply to `get_schema`. A
 * column whose type cannot be understood is left out, and the table's `unreadable` says why, because most users do not need
 * that column. The error says what else is wrong, where, and what was expected. Throws nothing.
 */
export function parseDatabaseSchema(json: unknown): Result<DatabaseSchema<DynamicTables>, string> {
  try {
    const database = object(plainJson(json, 2), "database schema");
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
  const unreadable: Record<string, string> = Object.create(null);
  for (const [column, value] of Object.entries(object(member(table, "columns"), `${where}: "columns"`))) {
    try {
      columns[column] = parseColumn(value, `${where}.${column}`);
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      unreadable[column] = error.message;
    }
  }
  const maxRows = member(table, "maxRows");
  const indexes = member(table, "indexes");
  return {
    columns,
    ...(Object.keys(unreadable).length > 0 && { unreadable }),
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
    // Of a reference the values of an enumeration say nothing to anybody here.
    ...(type === "uuid" ? {} : enumeration(member(base, "enum"), where)),
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
  if (atoms.length === 0) throw new SchemaError(`${where}: "enum" holds no value`);
  const values: (string | number | boolean)[] = [];
  for (const one of atoms) {
    const atom = exactInteger(one) === null ? one : Number(exactInteger(one));
    if (typeof atom !== "string" && typeof atom !== "number" && typeof atom !== "boolean") {
      throw new SchemaError(`${where}: "enum" holds atoms, not ${excerpt(atom)}`);
    }
    values.push(atom);
  }
  return { enum: values };
}

function numeric(name: "min" | "max" | "minLength" | "maxLength", json: unknown): Partial<BaseType> {
  const exact = exactInteger(json);
  if (exact !== null) return { [name]: Number(exact) };
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
