/**
 * Conditions: which rows to monitor (ovsdb-server(7), "monitor_cond": the clauses are OR-ed, `true` and `false` are
 * clauses) and which rows an operation means (RFC 7047 section 5.1 `<condition>`: AND-ed). Clauses are plain tuples
 * typed by the table's columns.
 */

import { encodeValue, NotationError } from "../schema/notation.ts";
import {
  type DatabaseSchema,
  type TableName,
  type TablesOf,
  typeOfColumn,
  UNKNOWN_COLUMN,
  type UntypedSchema,
} from "../schema/schema.ts";
import type { Uuid } from "../schema/uuid.ts";
import type { Atom, Value, WriteValue } from "../schema/value.ts";
import type { Json } from "../wire/json.ts";

/** `excludes` is the opposite of `includes`: shares no element with. */
export type Comparison = "==" | "!=" | "includes" | "excludes" | "<" | "<=" | ">" | ">=";

type ComparisonOf<V> = V extends number | bigint ? Comparison : Exclude<Comparison, "<" | "<=" | ">" | ">=">;

type Element<E, Reference> = E extends Uuid
  ? E | Reference
  : E extends number
    ? E | bigint
    : E extends bigint
      ? E | number
      : E;

/**
 * What a column of type `V` can be compared with: for a set also one element (RFC 7047 section 5.1). `Reference` is what
 * may stand for a UUID. A column of which nothing is known takes everything.
 */
export type Operand<V, Reference = never> = [Value] extends [V]
  ? Value | readonly Atom[] | ([Reference] extends [never] ? never : WriteValue)
  : V extends ReadonlyMap<infer K, infer T>
    ? ReadonlyMap<Element<K, Reference>, Element<T, Reference>>
    : V extends ReadonlySet<infer E>
      ? ReadonlySet<Element<E, Reference>> | readonly Element<E, Reference>[] | Element<E, Reference>
      : Element<V, Reference>;

/**
 * `[column, function, value]`, typed by the columns of row type `R`; `_uuid` is a column too. In an operation a
 * `Reference` may also be a `NamedUuid`; a monitor knows no names.
 */
export type Clause<R, Reference = never> = {
  readonly [C in keyof R & string]: readonly [C, ComparisonOf<NonNullable<R[C]>>, Operand<R[C], Reference>];
}[keyof R & string];

/** Rows for which any clause holds: `[true]` is every row; `[false]`, and a list without clauses, none. */
export type Condition<R> = readonly (Clause<R> | boolean)[];

/** A clause of any table, as the inside of the package handles it. */
export type AnyClause = boolean | readonly [string, Comparison, WriteValue];
export type AnyCondition = readonly AnyClause[];

export const EVERY_ROW: readonly [true] = [true];

/** Has the compiler check a condition against a table of a schema. Answers the very value that was given. */
export function condition<T extends TablesOf<T>, K extends TableName<T>>(
  _database: DatabaseSchema<T>,
  _table: K,
  clauses: Condition<T[K]>,
): Condition<T[K]> {
  return clauses;
}

/**
 * The `where` of a monitor. A clause on a column that the served schema lacks holds for no row; when nothing is left
 * the result is `[false]`, because the wire's empty list would mean every row. Throws `NotationError` for an operand that
 * is no value, or that can be read only once: a condition is sent again and again.
 */
export function encodeMonitorCondition(served: UntypedSchema, table: string, clauses: AnyCondition): Json[] {
  const known = clauses.filter(
    (clause) => typeof clause === "boolean" || typeOfColumn(served, table, clause[0]) !== UNKNOWN_COLUMN,
  );
  if (known.length === 0) return [false];
  return known.map((clause) => {
    if (typeof clause === "boolean") return clause;
    const [column, comparison, operand] = clause;
    // To the server the column may be a set, where the descriptor has it optional.
    if (operand === null) return [column, comparison, ["set", []]];
    if (typeof operand === "object" && "next" in operand)
      throw new NotationError(`column ${column}: an iterator can be read only once, use a set or a list`);
    return [column, comparison, encodeValue(typeOfColumn(served, table, column), operand)];
  });
}

/** The `where` of an operation: columns of which `schema` knows nothing are left for the server to refuse. */
export function encodeWhere(schema: UntypedSchema, table: string, clauses: AnyCondition): Json[] {
  return clauses.map((clause) => {
    if (typeof clause === "boolean") return clause;
    const [column, comparison, operand] = clause;
    return [column, comparison, encodeColumn(schema, table, column, operand)];
  });
}

/** Throws `NotationError`, with the column's name, for what is no value. */
export function encodeColumn(schema: UntypedSchema, table: string, column: string, value: WriteValue): Json {
  try {
    return encodeValue(typeOfColumn(schema, table, column), value);
  } catch (error) {
    if (error instanceof NotationError) throw new NotationError(`column ${column}: ${error.message}`);
    throw error;
  }
}
