/**
 * The rows of one table from a record. Each row has the monitored columns (src/plug/tables.ts) and is parsed by the types of the
 * database's schema. As in a live replica, a row shares the values of unchanged columns with the row before.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type BaseType,
  type ColumnSchema,
  isUuid,
  type RowChange,
  type UntypedSchema,
  type Uuid,
} from "ovsdb-jsonrpc";
import * as v from "valibot";
import { databases, type RowOf, type TableKey, tables } from "../plug/tables.ts";

interface Row {
  readonly _uuid: Uuid;
}

const uuid = v.custom<Uuid>(isUuid, "expected a UUID");

/** One element of a column, by its type. */
const atoms: Readonly<Record<BaseType["type"], v.GenericSchema>> = {
  integer: v.number(),
  real: v.number(),
  boolean: v.boolean(),
  string: v.string(),
  uuid,
};

/** The schema of a column as a replica holds it: a map, a set, a value, or a value that may be absent. */
function columnSchema({ key, value, min, max }: ColumnSchema): v.GenericSchema {
  const element = atoms[key.type];
  if (value !== undefined) return v.map(element, atoms[value.type]);
  if (max !== 1) return v.set(element);
  return min === 0 ? v.nullable(element) : element;
}

/** The schema of a row. The compiler cannot see that the schema describes the row type that was generated from the same schema. */
export function rowSchema<K extends TableKey>(key: K): v.GenericSchema<unknown, RowOf<K>> {
  const { database, table, columns } = tables[key];
  const schema: UntypedSchema = databases[database];
  const entries = columns.flatMap((column) => {
    const type = schema.tables[table]?.columns[column];
    return type === undefined ? [] : [[column, columnSchema(type)] as const];
  });
  const described: v.GenericSchema = v.object({ _uuid: uuid, ...Object.fromEntries(entries) });
  return described as v.GenericSchema<unknown, RowOf<K>>;
}

export class RecordedTable {
  readonly #schema;
  readonly #rows = new Map<Uuid, Row>();

  constructor(key: TableKey) {
    this.#schema = v.array(v.object({ uuid, new: v.nullable(rowSchema(key)) }));
  }

  /**
   * @param isWhole true: the rows are the whole table
   * @throws ValiError: the batch is not of this table
   */
  batch(recorded: unknown, isWhole: boolean): readonly RowChange<Row>[] {
    const rows = v.parse(this.#schema, recorded);
    return isWhole ? this.#replace(rows) : rows.map(({ uuid, new: row }) => this.#put(uuid, row));
  }

  /** Replaces the content. An unchanged row stays the same object, as in a live replica. */
  #replace(rows: readonly { readonly uuid: Uuid; readonly new: Row | null }[]): readonly RowChange<Row>[] {
    const before = new Map(this.#rows);
    this.#rows.clear();
    return rows.map(({ uuid, new: row }) => {
      const known = before.get(uuid);
      return this.#put(uuid, known !== undefined && row !== null && isSameRow(known, row) ? known : row);
    });
  }

  #put(uuid: Uuid, row: Row | null): RowChange<Row> {
    const old = this.#rows.get(uuid) ?? null;
    const shared = row === null || old === null ? row : shareValues(old, row);
    if (shared === null) this.#rows.delete(uuid);
    else this.#rows.set(uuid, shared);
    return { uuid, old, new: shared };
  }
}

function shareValues(old: Row, row: Row): Row {
  const before = new Map<string, unknown>(Object.entries(old));
  const shared = Object.entries(row).map(([column, value]) => {
    const known = before.get(column);
    return [column, isSame(known, value) ? known : value];
  });
  return { ...row, ...Object.fromEntries(shared) };
}

function isSameRow(a: object, b: object): boolean {
  const listedColumns = (row: object) =>
    Object.entries(row).map(([column, value]) => [column, listed(value)]);
  return isDeepStrictEqual(listedColumns(a), listedColumns(b));
}

/** Compares two values. Sets and maps are equal in the same order only, because the cause of a decision can depend on the order. */
function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(listed(a), listed(b));
}

function listed(value: unknown): unknown {
  return value instanceof Set || value instanceof Map ? [...value] : value;
}
