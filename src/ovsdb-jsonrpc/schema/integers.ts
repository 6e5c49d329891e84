/**
 * Exact integers of 64 bits: a database whose integers are all read as `bigint`. Otherwise integers are numbers, and an integer
 * beyond 2^53 becomes the nearest double.
 */
import type {
  BaseType,
  ColumnSchema,
  DatabaseSchema,
  TableSchema,
  TablesOf,
  UntypedSchema,
} from "./schema.ts";

declare const integer: unique symbol;

/** The type of an integer in a generated module: a number like any other, which `withBigints` tells from a real number. */
export type Integer = number & { readonly [integer]?: true };

type BigintAtom<A> = A extends number ? (typeof integer extends keyof A ? bigint : A) : A;

type BigintValue<V> =
  V extends ReadonlyMap<infer K, infer T>
    ? ReadonlyMap<BigintAtom<K>, BigintAtom<T>>
    : V extends ReadonlySet<infer E>
      ? ReadonlySet<BigintAtom<E>>
      : BigintAtom<V>;

type BigintRow<R> = { readonly [C in keyof R]: C extends "_uuid" ? R[C] : BigintValue<R[C]> };

/** The same tables, with `bigint` for every integer. */
export type Bigints<T> = { readonly [K in keyof T]: BigintRow<T[K]> };

/**
 * The database with every integer as a `bigint`: in the rows and batches of a session that is given it, in what its
 * transactions answer, and in the types of all of them.
 */
export function withBigints<T extends TablesOf<T>>(
  database: DatabaseSchema<T>,
): DatabaseSchema<Bigints<T> & TablesOf<Bigints<T>>>;
export function withBigints(database: UntypedSchema): UntypedSchema {
  return exactSchema(database);
}

/** As `withBigints`, for a schema that a server gives. */
export function exactSchema(schema: UntypedSchema): UntypedSchema {
  const tables = Object.entries(schema.tables).map(([name, table]) => [name, exactTable(table)] as const);
  return { ...schema, exact: true, tables: namedOf(tables) };
}

function exactTable(table: TableSchema): TableSchema {
  const columns = Object.entries(table.columns).map(([name, type]) => [name, exactColumn(type)] as const);
  return { ...table, columns: namedOf(columns) };
}

function exactColumn(type: ColumnSchema): ColumnSchema {
  return {
    ...type,
    key: exactBase(type.key),
    ...(type.value !== undefined && { value: exactBase(type.value) }),
  };
}

function exactBase(base: BaseType): BaseType {
  return base.type === "integer" ? { ...base, exact: true } : base;
}

/** An object without a prototype, so that no inherited name is found. */
function namedOf<V>(members: readonly (readonly [string, V])[]): { readonly [name: string]: V } {
  return Object.assign(Object.create(null), Object.fromEntries(members));
}
