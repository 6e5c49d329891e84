/** Clauses of `where` (RFC 7047 section 5.1, ovsdb-server(7) for true and false), as predicates on rows. */
import { isArray, type Json } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Row } from "./database.ts";
import { compareAtoms, type Datum, EMPTY_SET, equalDatums, excludesAll, includesAll } from "./datum.ts";
import { type Names, Refusal, readDatum, syntaxError } from "./notation.ts";
import type { Column, ColumnType, Table } from "./schema.ts";

export type Predicate = (row: Row) => boolean;

/** Where every clause holds. `uuid` is the one row that can match, where the clauses say so. */
export interface Query {
  readonly matches: Predicate;
  readonly uuid: string | null;
}

export function readQuery(table: Table, where: readonly Json[], names: Names | null): Query {
  const clauses = where.map((clause) => readClause(table, clause, names));
  const byUuid = clauses.find(({ column, operator }) => column?.name === "_uuid" && operator === "==");
  const uuid = byUuid?.argument.keys[0];
  return {
    matches: (row) => clauses.every(({ holds }) => holds(row)),
    uuid: typeof uuid === "string" ? uuid : null,
  };
}

/** Where some clause holds: what a monitor shows. Without a clause every row. */
export interface Condition {
  readonly matches: Predicate;
  /** What it looks at. */
  readonly columns: readonly Column[];
  /** Two conditions with one text are the same. */
  readonly text: string;
}

export const EVERY_ROW: Condition = { matches: () => true, columns: [], text: "[true]" };

export function readCondition(table: Table, where: readonly Json[]): Condition {
  const clauses = where.map((clause) => readClause(table, clause, null));
  if (clauses.length === 0) return EVERY_ROW;
  return {
    matches: (row) => clauses.some(({ holds }) => holds(row)),
    columns: clauses.flatMap(({ column }) => column ?? []),
    text: JSON.stringify(where),
  };
}

interface Clause {
  readonly column: Column | null;
  readonly operator: string;
  readonly argument: Datum;
  readonly holds: Predicate;
}

const ORDER: Readonly<Record<string, (comparison: number) => boolean>> = {
  "<": (comparison) => comparison < 0,
  "<=": (comparison) => comparison <= 0,
  ">": (comparison) => comparison > 0,
  ">=": (comparison) => comparison >= 0,
};

function readClause(table: Table, json: Json, names: Names | null): Clause {
  if (typeof json === "boolean")
    return { column: null, operator: "", argument: EMPTY_SET, holds: () => json };
  const [name, operator, value, ...more] = isArray(json) ? json : [];
  if (typeof name !== "string" || typeof operator !== "string" || value === undefined || more.length > 0)
    throw syntaxError("no clause");
  const column = table.columns.get(name);
  if (column === undefined) throw new Refusal("unknown column", `no column ${name}`);
  const { type } = column;
  const order = ORDER[operator];
  const argument = readDatum(argumentType(type, operator), value, names);
  const field = (row: Row) => row[name] ?? column.initial;
  const holds = (test: (datum: Datum) => boolean): Clause => ({
    column,
    operator,
    argument,
    holds: (row) => test(field(row)),
  });
  if (order !== undefined) {
    const [bound] = argument.keys;
    return holds(
      ({ keys: [atom] }) => atom !== undefined && bound !== undefined && order(compareAtoms(atom, bound)),
    );
  }
  const isAtom = type.value === null && type.max === 1 && argument.keys.length === 1;
  switch (operator) {
    case "==":
      return holds((datum) => equalDatums(datum, argument));
    case "!=":
      return holds((datum) => !equalDatums(datum, argument));
    case "includes":
      return holds((datum) => includesAll(argument, datum));
    default:
      return holds((datum) =>
        isAtom && datum.keys.length === 1 ? !equalDatums(datum, argument) : excludesAll(argument, datum),
      );
  }
}

function argumentType(type: ColumnType, operator: string): ColumnType {
  const { key, value, min, max } = type;
  const isScalar = value === null && min === 1 && max === 1;
  const isOptional = value === null && min === 0 && max === 1;
  if (operator in ORDER) {
    if (!(isScalar || isOptional) || !(key.kind === "integer" || key.kind === "real"))
      throw syntaxError(`${operator} is not for this column`);
    return { ...type, min: 1 };
  }
  switch (operator) {
    case "==":
    case "!=":
      return type;
    case "includes":
      return isScalar ? type : { ...type, min: 0 };
    case "excludes":
      return isScalar ? type : { ...type, min: 0, max: Number.POSITIVE_INFINITY };
    default:
      throw new Refusal("unknown function", `no function ${operator}`);
  }
}
