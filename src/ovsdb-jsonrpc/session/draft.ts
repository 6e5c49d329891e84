/**
 * A transaction that is built while rows are read. `wait` operations verify the columns that were read, and later reads see the
 * columns that were written. `Session.commit` builds the draft anew from fresh rows when another client was faster.
 */
import { encodeColumn } from "../operations/condition.ts";
import type { Operation, WriteFields } from "../operations/operation.ts";
import { columnDecoder, NotationError } from "../schema/notation.ts";
import { type Row, typeOfColumn, type UntypedSchema } from "../schema/schema.ts";
import { type NamedUuid, named, type Uuid } from "../schema/uuid.ts";
import type { Value, WriteAtom, WriteValue } from "../schema/value.ts";
import { parseExactJson } from "../wire/exact-json.ts";
import { jsonText } from "../wire/json.ts";

/** The source of a draft's rows. */
export interface DraftSource {
  readonly schema: UntypedSchema;
  row(table: string, uuid: Uuid): Row | undefined;
  /** Whether the server has the column. Where the server does not, a row has the default, which nobody else changes. */
  serves(table: string, column: string): boolean;
}

type Fields = { readonly [column: string]: Value };

export class UntypedDraft {
  readonly #source: DraftSource;
  readonly #waits: Operation[] = [];
  readonly #operations: Operation[] = [];
  /** The verified columns of each row, by table and UUID. */
  readonly #verified = new Map<string, Set<string>>();
  /** The written columns, by table and UUID; null: the row was deleted. */
  readonly #written = new Map<string, Fields | null>();
  #names = 0;

  constructor(source: DraftSource) {
    this.#source = source;
  }

  /** The operations, waits first: the waits are about the former rows. */
  get operations(): readonly Operation[] {
    return [...this.#waits, ...this.#operations];
  }

  /** The number of operations that verify columns. */
  get waits(): number {
    return this.#waits.length;
  }

  read(table: string, uuid: Uuid, columns: readonly string[]): Fields | null {
    const row = this.#source.row(table, uuid);
    this.#verify(table, uuid, row, columns);
    const written = this.#written.get(keyOf(table, uuid));
    if (written === null || row === undefined) return null;
    const merged: Fields = { ...row, ...written };
    return Object.fromEntries(["_uuid", ...columns].map((column) => [column, merged[column] ?? null]));
  }

  insert(table: string, row: WriteFields): NamedUuid {
    const uuidName = `row${this.#names++}`;
    this.#operations.push({ op: "insert", table, row, uuidName });
    return named(uuidName);
  }

  update(table: string, uuid: Uuid, row: WriteFields): void {
    const key = keyOf(table, uuid);
    const read = Object.entries(row).flatMap(([column, value]) =>
      value === undefined ? [] : [[column, this.#asRead(table, column, value)] as const],
    );
    this.#written.set(key, { ...this.#written.get(key), ...Object.fromEntries(read) });
    this.#operations.push({ op: "update", table, where: byUuid(uuid), row });
  }

  setKey(table: string, uuid: Uuid, column: string, key: WriteAtom, value: WriteAtom): void {
    this.#editMap(table, uuid, column, (map) => map.set(key, value));
    const mutations = [
      [column, "delete", [key]],
      [column, "insert", new Map([[key, value]])],
    ] as const;
    this.#operations.push({ op: "mutate", table, where: byUuid(uuid), mutations });
  }

  deleteKey(table: string, uuid: Uuid, column: string, key: WriteAtom): void {
    this.#editMap(table, uuid, column, (map) => map.delete(key));
    this.#operations.push({
      op: "mutate",
      table,
      where: byUuid(uuid),
      mutations: [[column, "delete", [key]]],
    });
  }

  delete(table: string, uuid: Uuid): void {
    this.#written.set(keyOf(table, uuid), null);
    this.#operations.push({ op: "delete", table, where: byUuid(uuid) });
  }

  add(operation: Operation): void {
    this.#operations.push(operation);
  }

  #verify(table: string, uuid: Uuid, row: Row | undefined, columns: readonly string[]): void {
    const key = keyOf(table, uuid);
    const verified = this.#verified.get(key) ?? new Set();
    this.#verified.set(key, verified);
    const fresh = ["_uuid", ...columns].filter(
      (column) => !verified.has(column) && this.#source.serves(table, column),
    );
    if (fresh.length === 0) return;
    for (const column of fresh) verified.add(column);
    const rows = row === undefined ? [] : [Object.fromEntries(fresh.map((column) => [column, row[column]]))];
    const [op, until, timeoutMs] = ["wait", "==", 0] as const;
    const what = row === undefined ? ["_uuid"] : fresh;
    this.#waits.push({ op, table, where: byUuid(uuid), columns: what, until, rows, timeoutMs });
  }

  #editMap(table: string, uuid: Uuid, column: string, edit: (map: Map<unknown, unknown>) => void): void {
    const key = keyOf(table, uuid);
    const written = this.#written.get(key);
    if (written === null) return;
    const before = written?.[column] ?? this.#source.row(table, uuid)?.[column];
    const map = new Map(before instanceof Map ? before : []);
    edit(map);
    this.#written.set(key, { ...written, [column]: map });
  }

  /**
   * The value that a later read gets for a written value. A reference to a row of this transaction has no UUID yet: it is left
   * out.
   */
  #asRead(table: string, column: string, value: WriteValue): Value {
    const { schema } = this.#source;
    try {
      const json: unknown = parseExactJson(jsonText(encodeColumn(schema, table, column, value)));
      return columnDecoder(typeOfColumn(schema, table, column))(json);
    } catch (error) {
      if (error instanceof NotationError || error instanceof SyntaxError) return null;
      throw error;
    }
  }
}

function keyOf(table: string, uuid: Uuid): string {
  return `${table} ${uuid}`;
}

function byUuid(uuid: Uuid) {
  return [["_uuid", "==", uuid]] as const;
}
