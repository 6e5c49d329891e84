/** Mutations (RFC 7047 section 5.1) of a row's columns. */
import { isArray, type Json } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { fieldOf, type Row } from "./database.ts";
import { type Atom, type Datum, sorted, subtract, union } from "./datum.ts";
import { checkMembers, type Names, Refusal, readDatum, syntaxError } from "./notation.ts";
import type { BaseType, Column, ColumnType, Table } from "./schema.ts";

/** Throws a `Refusal` when the result is not allowed. */
export type Mutation = (row: Row) => Row;

const ARITHMETIC: Readonly<Record<string, (x: number, y: number) => number>> = {
  "+=": (x, y) => x + y,
  "-=": (x, y) => x - y,
  "*=": (x, y) => x * y,
  "/=": (x, y) => x / y,
  "%=": (x, y) => x % y,
};

export function readMutation(table: Table, json: Json, names: Names): Mutation {
  const [name, mutator, value, ...more] = isArray(json) ? json : [];
  if (typeof name !== "string" || typeof mutator !== "string" || value === undefined || more.length > 0)
    throw syntaxError("no mutation");
  const column = table.columns.get(name);
  if (column === undefined) throw new Refusal("unknown column", `no column ${name}`);
  if (!column.isMutable) throw new Refusal("constraint violation", `${name} is immutable`);
  const compute = ARITHMETIC[mutator];
  if (compute !== undefined) return arithmetic(column, mutator, compute, value, names);
  if (mutator !== "insert" && mutator !== "delete")
    throw new Refusal("unknown mutator", `no mutator ${mutator}`);
  const { type } = column;
  if (type.value === null && type.min === 1 && type.max === 1)
    throw syntaxError(`${mutator} is for sets and maps`);
  const argument = readArgument(type, mutator, value, names);
  const change = mutator === "insert" ? union : subtract;
  return (row) => {
    const datum = change(fieldOf(row, column), argument);
    if (datum.keys.length < type.min || datum.keys.length > type.max)
      throw new Refusal("constraint violation", `${datum.keys.length} members in ${name}`);
    return { ...row, [name]: datum };
  };
}

function readArgument(type: ColumnType, mutator: "insert" | "delete", json: Json, names: Names): Datum {
  if (mutator === "insert") return readDatum({ ...type, min: 0 }, json, names);
  const relaxed = { ...type, min: 0, max: Number.POSITIVE_INFINITY };
  if (type.value === null) return readDatum(relaxed, json, names);
  try {
    return readDatum(relaxed, json, names);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return readDatum({ ...relaxed, value: null }, json, names);
  }
}

function arithmetic(
  column: Column,
  mutator: string,
  compute: (x: number, y: number) => number,
  json: Json,
  names: Names,
): Mutation {
  const { key, value } = column.type;
  const isInteger = key.kind === "integer";
  if (value !== null || !(isInteger || key.kind === "real") || (mutator === "%=" && !isInteger))
    throw syntaxError(`${mutator} is not for this column`);
  const operand = Number(readDatum(scalarOf(key), json, names).keys[0]);
  return (row) => {
    const keys = fieldOf(row, column).keys.map((atom): Atom => {
      if (operand === 0 && (mutator === "/=" || mutator === "%="))
        throw new Refusal("domain error", "division by zero");
      const result = compute(Number(atom), operand);
      const whole = isInteger ? Math.trunc(result) : result;
      if (isInteger ? !Number.isSafeInteger(whole) : !Number.isFinite(whole))
        throw new Refusal("range error", "the result is out of range");
      return whole === 0 ? 0 : whole;
    });
    checkMembers(column.type, { keys, values: null });
    const datum = sorted(keys, null);
    if (datum === null) throw new Refusal("constraint violation", "the result has duplicates");
    return { ...row, [column.name]: datum };
  };
}

function scalarOf({ kind }: BaseType): ColumnType {
  const { NEGATIVE_INFINITY: min, POSITIVE_INFINITY: max } = Number;
  return {
    key: { kind, allowed: null, min, max, refTable: null, isStrong: true },
    value: null,
    min: 1,
    max: 1,
  };
}
