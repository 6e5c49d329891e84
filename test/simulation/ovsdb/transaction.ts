/** Transactions (RFC 7047 section 5.2): each operation is carried out on what the ones before it have made. */
import {
  isArray,
  isObject,
  type Json,
  type JsonObject,
  member,
} from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { type Committed, commit } from "./commit.ts";
import { readQuery } from "./condition.ts";
import { type Database, fieldOf, type Row, type Uuid } from "./database.ts";
import { type Datum, textOf } from "./datum.ts";
import { readMutation } from "./mutation.ts";
import { checkMembers, datumToJson, isId, isUuidText, Refusal, readDatum, syntaxError } from "./notation.ts";
import type { Column, Table } from "./schema.ts";
import { Staging } from "./staging.ts";

export type Outcome =
  /** Committed when `changes` are applied: then `results` is the reply. */
  | ({ readonly kind: "ready"; readonly results: Json[] } & Committed)
  | { readonly kind: "failed"; readonly results: Json[] }
  /** A `wait` is not satisfied, and its time (milliseconds from the request, infinity for no limit) is not over. */
  | { readonly kind: "waiting"; readonly timeoutMs: number };

export interface TransactionContext {
  readonly database: Database;
  holds(lock: string): boolean;
  newUuid(): Uuid;
  /** Milliseconds since the request came. */
  readonly elapsedMs: number;
}

export function execute(context: TransactionContext, operations: readonly Json[]): Outcome {
  const transaction = new Transaction(context);
  const results: Json[] = [];
  const refuse = (refusal: Refusal): Outcome => {
    results.push(refusal.json);
    while (results.length < operations.length) results.push(null);
    return { kind: "failed", results };
  };
  for (const operation of operations) {
    try {
      results.push(transaction.operate(operation));
    } catch (error) {
      if (error instanceof Unsatisfied) return { kind: "waiting", timeoutMs: transaction.timeoutMs };
      if (error instanceof Refusal) return refuse(error);
      throw error;
    }
  }
  try {
    return { kind: "ready", results, ...commit(transaction.staging, context.newUuid) };
  } catch (error) {
    if (error instanceof Refusal) return refuse(error);
    throw error;
  }
}

class Unsatisfied extends Error {}

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  insert: ["table", "row", "uuid-name", "uuid"],
  select: ["table", "where", "columns", "sort"],
  update: ["table", "where", "row"],
  mutate: ["table", "where", "mutations"],
  delete: ["table", "where"],
  wait: ["timeout", "table", "where", "columns", "until", "rows"],
  commit: ["durable"],
  abort: [],
  comment: ["comment"],
  assert: ["lock"],
};

export const READ_OPERATIONS: ReadonlySet<unknown> = new Set([
  ...["select", "wait", "comment", "abort", "assert", "commit"],
]);

class Transaction {
  readonly #context: TransactionContext;
  readonly #database: Database;
  readonly staging: Staging;
  readonly #uuids = new Map<string, Uuid>();
  readonly #named = new Set<string>();
  readonly #names = (name: string): Uuid => {
    const uuid = this.#uuids.get(name) ?? this.#context.newUuid();
    this.#uuids.set(name, uuid);
    return uuid;
  };
  timeoutMs = Number.POSITIVE_INFINITY;

  constructor(context: TransactionContext) {
    this.#context = context;
    this.#database = context.database;
    this.staging = new Staging(context.database);
  }

  operate(operation: Json): Json {
    if (!isObject(operation)) throw syntaxError("an operation is an object");
    const { op } = operation;
    const known = typeof op === "string" ? MEMBERS[op] : undefined;
    if (known === undefined) throw syntaxError("no such operation");
    const extra = Object.keys(operation).find((name) => name !== "op" && !known.includes(name));
    const result = this.#carryOut(String(op), operation);
    if (extra !== undefined) throw syntaxError(`unexpected member ${extra}`);
    if (this.#database.schema.name.startsWith("_") && !READ_OPERATIONS.has(op))
      throw new Refusal("not allowed", "the server writes this database, and nobody else");
    return result;
  }

  #carryOut(op: string, operation: JsonObject): Json {
    switch (op) {
      case "insert":
        return this.#insert(operation);
      case "select":
        return this.#select(operation);
      case "update":
        return this.#update(operation);
      case "mutate":
        return this.#mutate(operation);
      case "delete":
        return this.#delete(operation);
      case "wait":
        return this.#wait(operation);
      case "assert":
        if (!isId(operation.lock)) throw syntaxError("assert needs a lock");
        if (!this.#context.holds(operation.lock)) throw new Refusal("not owner", "the lock is not held");
        return {};
      case "comment":
        if (typeof operation.comment !== "string") throw syntaxError("comment needs a text");
        return {};
      case "commit":
        if (typeof operation.durable !== "boolean") throw syntaxError("commit needs durable");
        return {};
      default:
        throw new Refusal("aborted", "aborted by request");
    }
  }

  #insert(operation: JsonObject): Json {
    const table = this.#table(operation);
    const { uuid: given, "uuid-name": name, row: fields } = operation;
    if (given !== undefined && typeof given !== "string") throw syntaxError("uuid is a string");
    if (name !== undefined && !isId(name)) throw syntaxError("uuid-name is an id");
    if (!isObject(fields)) throw syntaxError("row is an object");
    if (given !== undefined && !isUuidText(given)) throw syntaxError("bad uuid");
    if (given !== undefined && !this.#mayCreate(table, given)) throw new Refusal("duplicate uuid", given);
    if (name !== undefined && this.#named.has(name)) throw new Refusal("duplicate uuid-name", name);
    if (name !== undefined) {
      this.#named.add(name);
      if (given !== undefined) this.#uuids.set(name, given);
    }
    const uuid = given ?? (name === undefined ? this.#context.newUuid() : this.#names(name));
    const row: Record<string, Datum> = {};
    for (const column of table.columns.values()) row[column.name] = column.initial;
    for (const [column, datum] of this.#readRow(table, fields)) row[column.name] = datum;
    for (const column of table.columns.values()) {
      const datum = row[column.name];
      if (datum?.keys.length === 1) checkMembers(column.type, datum);
    }
    row._uuid = { keys: [uuid], values: null };
    this.staging.set(table, uuid, row);
    return { uuid: ["uuid", uuid] };
  }

  #mayCreate(table: Table, uuid: Uuid): boolean {
    return !this.#database.rows(table).has(uuid) && !this.staging.has(table, uuid);
  }

  #select(operation: JsonObject): Json {
    const table = this.#table(operation);
    const where = arrayOf(operation, "where");
    const listed = operation.columns === undefined ? null : arrayOf(operation, "columns");
    const sort = operation.sort === undefined ? null : arrayOf(operation, "sort");
    const rows = this.#find(table, where);
    const columns = readColumns(table, listed);
    if (sort !== null) readColumns(table, sort);
    const distinct = new Map(
      rows.map(([, row]) => [columns.map((column) => textOf(fieldOf(row, column))).join(), row]),
    );
    return {
      rows: Array.from(distinct.values(), (row) =>
        Object.fromEntries(columns.map((column) => [column.name, datumToJson(column, fieldOf(row, column))])),
      ),
    };
  }

  #update(operation: JsonObject): Json {
    const table = this.#table(operation);
    const where = arrayOf(operation, "where");
    const { row: json } = operation;
    if (!isObject(json)) throw syntaxError("row is an object");
    const fields = this.#readRow(table, json);
    const immutable = fields.find(([column]) => !column.isMutable);
    if (immutable !== undefined)
      throw new Refusal("constraint violation", `${immutable[0].name} is immutable`);
    const written = Object.fromEntries(fields.map(([column, datum]) => [column.name, datum]));
    const rows = this.#find(table, where);
    for (const [uuid, row] of rows) this.staging.set(table, uuid, { ...row, ...written });
    return { count: rows.length };
  }

  #mutate(operation: JsonObject): Json {
    const table = this.#table(operation);
    const where = arrayOf(operation, "where");
    const mutations = arrayOf(operation, "mutations").map((one) => readMutation(table, one, this.#names));
    const rows = this.#find(table, where);
    for (const [uuid, row] of rows) {
      this.staging.set(
        table,
        uuid,
        mutations.reduce((mutated, mutate) => mutate(mutated), row),
      );
    }
    return { count: rows.length };
  }

  #delete(operation: JsonObject): Json {
    const where = arrayOf(operation, "where");
    const table = this.#table(operation);
    const rows = this.#find(table, where);
    for (const [uuid] of rows) this.staging.set(table, uuid, null);
    return { count: rows.length };
  }

  #wait(operation: JsonObject): Json {
    const { timeout, until } = operation;
    if (timeout !== undefined && (typeof timeout !== "number" || !Number.isInteger(timeout)))
      throw syntaxError("timeout is an integer");
    const where = arrayOf(operation, "where");
    const listed = operation.columns === undefined ? null : arrayOf(operation, "columns");
    if (typeof until !== "string") throw syntaxError("until is a string");
    const expected = arrayOf(operation, "rows");
    const table = this.#table(operation);
    const found = this.#find(table, where);
    const columns = readColumns(table, listed);
    if (timeout !== undefined && timeout < 0) throw syntaxError("timeout is negative");
    if (timeout !== undefined) this.timeoutMs = Math.min(this.timeoutMs, timeout);
    if (until !== "==" && until !== "!=") throw syntaxError("until is == or !=");
    const keyOf = (row: Row) => columns.map((column) => textOf(fieldOf(row, column))).join();
    const wanted = new Set(
      expected.map((json) => {
        if (!isObject(json)) throw syntaxError("a row is an object");
        const fields = this.#readRow(table, json).map(([column, datum]) => [column.name, datum] as const);
        return keyOf(Object.fromEntries(fields));
      }),
    );
    const actual = new Set(found.map(([, row]) => keyOf(row)));
    const isEqual = actual.size === wanted.size && [...actual].every((key) => wanted.has(key));
    if ((until === "==") === isEqual) return {};
    if (timeout !== undefined && this.#context.elapsedMs >= timeout)
      throw new Refusal("timed out", "the rows are not as they were expected");
    throw new Unsatisfied();
  }

  #table(operation: JsonObject): Table {
    const { table } = operation;
    const found = typeof table === "string" ? this.#database.schema.tables.get(table) : undefined;
    if (found === undefined) throw syntaxError("no such table");
    return found;
  }

  #readRow(table: Table, json: Readonly<Record<string, unknown>>): readonly (readonly [Column, Datum])[] {
    return Object.keys(json).map((name) => {
      const column = table.columns.get(name);
      if (column === undefined) throw new Refusal("unknown column", `no column ${name}`);
      return [column, readDatum(column.type, member(json, name) as Json, this.#names)];
    });
  }

  #find(table: Table, where: readonly Json[]): readonly (readonly [Uuid, Row])[] {
    const { matches, uuid } = readQuery(table, where, this.#names);
    if (uuid === null) return [...this.staging.rows(table)].filter(([, row]) => matches(row));
    const row = this.staging.row(table, uuid);
    return row !== null && matches(row) ? [[uuid, row]] : [];
  }
}

function readColumns(table: Table, listed: readonly Json[] | null): readonly Column[] {
  if (listed === null) return [...table.columns.values()];
  const columns = listed.map((name) => {
    const column = typeof name === "string" ? table.columns.get(name) : undefined;
    if (column === undefined) throw syntaxError("no such column");
    return column;
  });
  if (new Set(columns).size < columns.length) throw syntaxError("a column comes twice");
  return columns;
}

function arrayOf(operation: JsonObject, name: string): readonly Json[] {
  const value = operation[name];
  if (isArray(value)) return value;
  throw syntaxError(`${name} is an array`);
}
