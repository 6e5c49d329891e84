/**
 * A database schema (RFC 7047 section 3.2) with what a server needs of it: constraints, references, indexes. Reads the
 * `.ovsschema` files of Open vSwitch and OVN as they are installed; throws for what is no schema.
 */
import { readFileSync } from "node:fs";
import { isArray, isObject, type Json, type JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { type Atom, type Datum, EMPTY_MAP, EMPTY_SET } from "./datum.ts";

export type Kind = "integer" | "real" | "boolean" | "string" | "uuid";

export interface BaseType {
  readonly kind: Kind;
  readonly allowed: readonly Atom[] | null;
  /** Of a number, and of a string's length in characters. */
  readonly min: number;
  readonly max: number;
  readonly refTable: string | null;
  readonly isStrong: boolean;
}

export interface ColumnType {
  readonly key: BaseType;
  /** Null for what is no map. */
  readonly value: BaseType | null;
  readonly min: number;
  readonly max: number;
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly isMutable: boolean;
  readonly initial: Datum;
}

export interface Table {
  readonly name: string;
  readonly columns: ReadonlyMap<string, Column>;
  readonly isRoot: boolean;
  readonly maxRows: number;
  readonly indexes: readonly (readonly string[])[];
  /** The columns that refer to rows. */
  readonly references: readonly Column[];
}

export interface Schema {
  readonly name: string;
  readonly tables: ReadonlyMap<string, Table>;
  readonly json: JsonObject;
  readonly text: string;
}

export const ZERO = "00000000-0000-0000-0000-000000000000";

/** The columns that are wanted, by table. */
export type Part = { readonly [table: string]: readonly string[] };

/** @param part what is wanted of it; everything unless given */
export function readSchema(file: string, part?: Part): Schema {
  const json: JsonObject = JSON.parse(readFileSync(file, "utf8"));
  return parseSchema(part === undefined ? json : partOf(json, part));
}

function partOf(json: JsonObject, part: Part): JsonObject {
  const tables = objectOf(json.tables, "tables");
  const kept = Object.entries(part).map(([name, columns]) => {
    const table = objectOf(tables[name], name);
    const all = objectOf(table.columns, name);
    return [name, { ...table, columns: Object.fromEntries(columns.map((column) => [column, all[column]])) }];
  });
  return { ...json, tables: Object.fromEntries(kept) };
}

export function parseSchema(json: JsonObject): Schema {
  const tables = Object.entries(objectOf(json.tables, "tables"));
  const anyRoot = tables.some(([, table]) => objectOf(table, "table").isRoot === true);
  return {
    name: String(json.name),
    json,
    text: JSON.stringify(json),
    tables: new Map(tables.map(([name, table]) => [name, parseTable(name, objectOf(table, name), anyRoot)])),
  };
}

function parseTable(name: string, json: JsonObject, anyRoot: boolean): Table {
  const declared = Object.entries(objectOf(json.columns, `${name}.columns`));
  const columns = new Map<string, Column>([
    ["_uuid", { name: "_uuid", type: UUID_TYPE, isMutable: false, initial: one(ZERO) }],
    ["_version", { name: "_version", type: UUID_TYPE, isMutable: false, initial: one(ZERO) }],
    ...declared.map(
      ([column, one]) => [column, parseColumn(column, objectOf(one, `${name}.${column}`))] as const,
    ),
  ]);
  return {
    name,
    columns,
    isRoot: !anyRoot || json.isRoot === true,
    maxRows: typeof json.maxRows === "number" ? json.maxRows : Number.POSITIVE_INFINITY,
    indexes: isArray(json.indexes)
      ? json.indexes.map((index) => (isArray(index) ? index.map(String) : []))
      : [],
    references: [...columns.values()].filter(
      ({ type }) => type.key.refTable !== null || (type.value?.refTable ?? null) !== null,
    ),
  };
}

function parseColumn(name: string, json: JsonObject): Column {
  const type = parseType(json.type);
  return { name, type, isMutable: json.mutable !== false, initial: initialOf(type) };
}

function parseType(json: Json | undefined): ColumnType {
  if (typeof json === "string") return { key: parseBase(json), value: null, min: 1, max: 1 };
  const { key, value, min = 1, max = 1 } = objectOf(json, "type");
  return {
    key: parseBase(key),
    value: value === undefined ? null : parseBase(value),
    min: Number(min),
    max: max === "unlimited" ? Number.POSITIVE_INFINITY : Number(max),
  };
}

function parseBase(json: Json | undefined): BaseType {
  const object = typeof json === "string" ? { type: json } : objectOf(json, "base type");
  const kind = KINDS.find((known) => known === object.type);
  if (kind === undefined) throw new TypeError(`no base type: ${JSON.stringify(json)}`);
  const [min, max] = {
    integer: [object.minInteger, object.maxInteger],
    real: [object.minReal, object.maxReal],
    string: [object.minLength ?? 0, object.maxLength],
    boolean: [],
    uuid: [],
  }[kind];
  return {
    kind,
    allowed: object.enum === undefined ? null : atomsOf(object.enum),
    min: typeof min === "number" ? min : Number.NEGATIVE_INFINITY,
    max: typeof max === "number" ? max : Number.POSITIVE_INFINITY,
    refTable: typeof object.refTable === "string" ? object.refTable : null,
    isStrong: object.refType !== "weak",
  };
}

function atomsOf(json: Json): readonly Atom[] {
  const elements = isArray(json) && json[0] === "set" && isArray(json[1]) ? json[1] : [json];
  return elements.filter(
    (atom) => typeof atom === "string" || typeof atom === "number" || typeof atom === "boolean",
  );
}

const KINDS: readonly Kind[] = ["integer", "real", "boolean", "string", "uuid"];

function initialOf({ key, value, min }: ColumnType): Datum {
  if (min === 0) return value === null ? EMPTY_SET : EMPTY_MAP;
  const atoms: { readonly [K in Kind]: Atom } = {
    integer: 0,
    real: 0,
    boolean: false,
    string: "",
    uuid: ZERO,
  };
  return { keys: [atoms[key.kind]], values: value === null ? null : [atoms[value.kind]] };
}

function one(atom: Atom): Datum {
  return { keys: [atom], values: null };
}

const UUID_TYPE: ColumnType = {
  key: {
    kind: "uuid",
    allowed: null,
    min: Number.NEGATIVE_INFINITY,
    max: Number.POSITIVE_INFINITY,
    refTable: null,
    isStrong: true,
  },
  value: null,
  min: 1,
  max: 1,
};

function objectOf(json: Json | undefined, what: string): JsonObject {
  if (isObject(json)) return json;
  throw new TypeError(`${what}: expected an object`);
}
