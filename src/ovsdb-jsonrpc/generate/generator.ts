/**
 * Writes the TypeScript module of a database schema: a row interface per table, documented with the ranges that the
 * schema sets, a record of the row types, and the descriptor that a session takes.
 */

import type { BaseType, ColumnSchema, TableSchema, UntypedSchema } from "../schema/schema.ts";
import { declarable, memberName } from "./identifier.ts";

/** `Open_vSwitch` becomes `openVSwitch`, and `default`, which is no name for a constant, `defaultDatabase`. */
export function descriptorName(database: string): string {
  const pascal = pascalCase(database);
  const capitals = /^[A-Z]+(?![a-z])|^[A-Z]/.exec(pascal)?.[0] ?? "";
  return declarable(capitals.toLowerCase() + pascal.slice(capitals.length), "Database");
}

/**
 * The module's text. A table's interface has the table's name, unless that means something else in TypeScript or in the
 * module: the rows of a table `string` are `stringRow`s. `packageName` is what the module's types are imported from.
 */
export function generateModule(schema: UntypedSchema, packageName = "ovsdb-jsonrpc"): string {
  const tables = Object.entries(schema.tables).sort(([a], [b]) => compare(a, b));
  const record = declarable(`${pascalCase(schema.name)}Tables`, "Tables");
  const interfaces = interfaceNames(
    tables.map(([name]) => name),
    record,
  );
  return [
    `/** Generated from the schema of ${schema.name} ${schema.version} by ovsdb-jsonrpc; do not edit. */`,
    "// biome-ignore-all format: one column on one line",
    `import type { DatabaseSchema, ${hasIntegers(schema) ? "Integer, " : ""}Uuid } from "${packageName}";`,
    "",
    ...tables.flatMap(([name, table]) => rowInterface(name, interfaces.get(name) ?? name, table)),
    `/** The row types of ${schema.name} by table. */`,
    `export interface ${record} {`,
    ...tables.map(([name]) => `  readonly ${name}: ${interfaces.get(name)};`),
    "}",
    "",
    `export const ${descriptorName(schema.name)}: DatabaseSchema<${record}> = {`,
    `  name: ${JSON.stringify(schema.name)},`,
    `  version: ${JSON.stringify(schema.version)},`,
    "  tables: {",
    ...tables.flatMap(([name, table]) => tableDescriptor(name, table)),
    "  },",
    "};",
    "",
  ].join("\n");
}

/** A table whose name can be its interface's keeps it, whatever the others are called. */
function interfaceNames(tables: readonly string[], record: string): ReadonlyMap<string, string> {
  const taken = new Set([record, ...tables]);
  return new Map(
    tables.map((table) => {
      const name = declarable(table, "Row", new Set([record]));
      const free = name === table ? name : declarable(name, "Row", taken);
      taken.add(free);
      return [table, free];
    }),
  );
}

function hasIntegers(schema: UntypedSchema): boolean {
  const bases = Object.values(schema.tables)
    .flatMap((table) => Object.values(table.columns))
    .flatMap(({ key, value }) => [key, value]);
  return bases.some((base) => base?.type === "integer");
}

function pascalCase(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function columnsOf(table: TableSchema): readonly (readonly [string, ColumnSchema])[] {
  return Object.entries(table.columns).sort(([a], [b]) => compare(a, b));
}

function rowInterface(name: string, interfaceName: string, table: TableSchema): string[] {
  return [
    `/** A row of ${name}.${tableNote(table)} */`,
    `export interface ${interfaceName} {`,
    "  readonly _uuid: Uuid;",
    ...columnsOf(table).flatMap(([column, type]) => {
      const note = columnNote(type);
      return [...(note === "" ? [] : [`  /** ${note} */`]), `  readonly ${column}: ${valueType(type)};`];
    }),
    ...Object.values(table.unreadable ?? {}).map(
      // The two line ends that are no white space in JSON.
      (reason) => `  // Left out: ${reason.replaceAll(/[\u2028\u2029]/g, " ")}`,
    ),
    "}",
    "",
  ];
}

function tableNote(table: TableSchema): string {
  const notes = [];
  if (table.maxRows !== undefined)
    notes.push(`At most ${table.maxRows} row${table.maxRows === 1 ? "" : "s"}.`);
  for (const index of table.indexes ?? []) notes.push(`Unique: ${index.join(", ")}.`);
  return notes.length === 0 ? "" : ` ${notes.join(" ")}`;
}

function columnNote(column: ColumnSchema): string {
  const notes = [];
  const key = rangeNote(column.key);
  const value = column.value === undefined ? "" : rangeNote(column.value);
  if (column.value === undefined) notes.push(key);
  else {
    if (key !== "") notes.push(`keys ${key}`);
    if (value !== "") notes.push(`values ${value}`);
  }
  if (column.max !== 1 && (column.max !== "unlimited" || column.min === 1)) {
    notes.push(column.max === "unlimited" ? "at least 1 element" : `${column.min} to ${column.max} elements`);
  }
  if (column.mutable === false) notes.push("set by insert only");
  if (column.ephemeral === true) notes.push("not kept on disk");
  const text = notes.filter((note) => note !== "").join("; ");
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function rangeNote(base: BaseType): string {
  if (base.refTable !== undefined) return `${base.refType} reference to ${base.refTable}`;
  const isText = base.type === "string";
  const low = isText ? base.minLength : base.min;
  const high = isText ? base.maxLength : base.max;
  const unit = isText ? " characters" : "";
  if (low !== undefined && high !== undefined) return `${low} to ${high}${unit}`;
  if (low !== undefined) return `at least ${low}${unit}`;
  return high === undefined ? "" : `at most ${high}${unit}`;
}

function valueType(column: ColumnSchema): string {
  const key = atomType(column.key);
  if (column.value !== undefined) return `ReadonlyMap<${key}, ${atomType(column.value)}>`;
  if (column.max !== 1) return `ReadonlySet<${key}>`;
  return column.min === 1 ? key : `${key} | null`;
}

function atomType(base: BaseType): string {
  if (base.enum !== undefined) {
    const values = base.enum.map((value) => JSON.stringify(value)).join(" | ");
    return base.type === "integer" ? `(${values}) & Integer` : values;
  }
  switch (base.type) {
    case "integer":
      return "Integer";
    case "real":
      return "number";
    case "boolean":
    case "string":
      return base.type;
    case "uuid":
      return "Uuid";
  }
}

function tableDescriptor(name: string, table: TableSchema): string[] {
  const { columns: _columns, unreadable: _unreadable, ...properties } = table;
  return [
    `    ${memberName(name)}: {`,
    ...Object.entries(properties).map(([property, value]) => `      ${property}: ${literal(value)},`),
    "      columns: {",
    ...columnsOf(table).map(([column, type]) => `        ${memberName(column)}: ${literal(type)},`),
    "      },",
    "    },",
  ];
}

/** A TypeScript literal of plain data, on one line. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, item]) => `${name}: ${literal(item)}`);
    return `{ ${members.join(", ")} }`;
  }
  return JSON.stringify(value);
}
