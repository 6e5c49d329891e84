/**
 * Transactions on the wire (RFC 7047 section 4.1.3): operations to JSON, and the reply to typed results or one error.
 * The error of the commit itself arrives as an extra element after those of the operations.
 */

import { err, ok, type Result } from "../result.ts";
import { NotationError, unexpected } from "../schema/notation.ts";
import type { UntypedSchema } from "../schema/schema.ts";
import { isUuid } from "../schema/uuid.ts";
import { isSuspicious, unfitForWire } from "../wire/fit.ts";
import { excerpt, isArray, isObject, type Json, type JsonObject, jsonText, member } from "../wire/json.ts";
import { plainJson } from "../wire/json-text.ts";
import type { RequestError } from "../wire/request.ts";
import type { Reply } from "../wire/rpc.ts";
import { parseServerError, type ServerErrorCode } from "../wire/server-error.ts";
import { encodeColumn, encodeWhere } from "./condition.ts";
import type { Operation, WriteFields } from "./operation.ts";
import { decodeSelected, type SelectedRow } from "./selected-rows.ts";

/** The client's own codes, for a transaction that was not sent or has no valid reply. */
export type OwnTransactCode =
  /** There is no server. */
  | "not sent"
  /** Nothing was sent: no server could read what `operation` holds; null: the operations are too long together. */
  | "bad value"
  /** The connection was lost before the reply: it may have been committed. */
  | "disconnected"
  /**
   * The signal was aborted before it was sent; or the server canceled it, for the signal or at a conversion of the database: a
   * cluster or a relay may have committed it all the same (ovsdb/trigger.c).
   */
  | "canceled"
  /** The signal was aborted, and the server said nothing: it may have been committed. */
  | "abandoned"
  /** A null result without an error: it may have been committed. */
  | "not attempted"
  /** It was committed, but what `operation` answered cannot be read. */
  | "unreadable result"
  /** A reply that no server should send: it may have been committed. */
  | "protocol error";

/** Why a transaction was not committed, or why nobody knows whether it was. */
export interface TransactError {
  /** The server's word for the error, or one of the client's own codes. */
  readonly code: ServerErrorCode | OwnTransactCode;
  /** The server's sentence, or what is known of the lost connection or the bad value. For people: decide by `code`. */
  readonly details: string;
  /** The index of the operation that failed; null when the commit failed, or the transaction as a whole. */
  readonly operation: number | null;
  /** True: the same transaction, decided again from fresh rows, may succeed. False after one's own `close` or abort. */
  readonly retryable: boolean;
}

/**
 * The result of any operation of a committed transaction: rows, the UUID of a new row, the count of the rows that it was
 * about, or an empty object.
 */
export type OperationResult =
  | { readonly rows: readonly SelectedRow[] }
  | { readonly uuid: string }
  | { readonly count: number }
  | Readonly<Record<never, never>>;

/** Errors that say nothing against the transaction itself. */
const RETRYABLE: ReadonlySet<TransactError["code"]> = new Set(["timed out", "unknown database"]);

/** The longest text of a transaction, in UTF-16 code units: as long as the longest message that a peer may send. */
const LONGEST_TRANSACTION = 2 ** 28;

/** The operations that become text together: the encoded operations of a bulk would take several times the memory of their text. */
const TOGETHER = 64;

/** The parameters of `transact` as JSON text, or the first operation that cannot be sent. */
export function encodeTransaction(
  schema: UntypedSchema,
  operations: readonly Operation[],
  longest: number = LONGEST_TRANSACTION,
): Result<string, TransactError> {
  if (!isArray(operations)) return err(badValue("no list", operations, null));
  const texts = [JSON.stringify(schema.name)];
  let length = 0;
  for (let from = 0; from < operations.length; from += TOGETHER) {
    const text = encodeSome(schema, operations, from);
    if (!text.ok) return text;
    length += text.value.length;
    if (length > longest) return err(badValue(`longer than ${longest} characters`, operations, null));
    texts.push(text.value);
  }
  return ok(`[${texts.join(",")}]`);
}

/** The next operations from `from` on, with commas between them. */
function encodeSome(
  schema: UntypedSchema,
  operations: readonly Operation[],
  from: number,
): Result<string, TransactError> {
  const encoded: JsonObject[] = [];
  try {
    for (const operation of operations.slice(from, from + TOGETHER)) {
      encoded.push(encodeOperation(schema, operation));
    }
  } catch (error) {
    return err(badValue(wordsOf(error), operations, from + encoded.length));
  }
  const text = textOf(encoded);
  if (text === null) {
    const at = encoded.findIndex((one) => textOf([one]) === null);
    return err(badValue("the runtime makes no JSON text of this", operations, at === -1 ? null : from + at));
  }
  const unfit = isSuspicious(text) ? encoded.findIndex((one) => unfitForWire(one) !== null) : -1;
  if (unfit === -1) return ok(text.slice(1, -1));
  return err(badValue(unfitForWire(encoded[unfit]) ?? "", operations, from + unfit));
}

/** Null: the text would be longer than any string of the runtime, or a value in the place of a text is no JSON. */
function textOf(encoded: readonly JsonObject[]): string | null {
  try {
    return jsonText(encoded);
  } catch {
    return null;
  }
}

function badValue(
  details: string,
  operations: readonly Operation[],
  operation: number | null,
): TransactError {
  const what = operation === null ? "the operations" : excerpt(operations[operation]?.op);
  return { code: "bad value", details: `${what}: ${details}`, operation, retryable: false };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function encodeOperation(schema: UntypedSchema, operation: Operation): JsonObject {
  if (typeof operation !== "object" || operation === null) throw unexpected("an operation", operation);
  switch (operation.op) {
    case "insert": {
      const { op, table, row, uuidName, uuid } = operation;
      return { op, table, row: encodeRow(schema, table, row), uuid, "uuid-name": uuidName };
    }
    case "select": {
      const { op, table, where, columns } = operation;
      const asked = columns && [...new Set(["_uuid", ...columns])];
      return { op, table, where: encodeWhere(schema, table, where), columns: asked };
    }
    case "update": {
      const { op, table, where, row } = operation;
      return { op, table, where: encodeWhere(schema, table, where), row: encodeRow(schema, table, row) };
    }
    case "mutate": {
      const { op, table, where, mutations } = operation;
      return {
        op,
        table,
        where: encodeWhere(schema, table, where),
        mutations: mutations.map(([column, mutator, value]) => [
          column,
          mutator,
          encodeColumn(schema, table, column, value),
        ]),
      };
    }
    case "delete": {
      const { op, table, where } = operation;
      return { op, table, where: encodeWhere(schema, table, where) };
    }
    case "wait": {
      const { op, table, where, columns, until, rows, timeoutMs } = operation;
      return {
        op,
        table,
        where: encodeWhere(schema, table, where),
        columns: [...columns],
        until,
        rows: rows.map((row) => encodeRow(schema, table, row)),
        timeout: timeoutMs,
      };
    }
    case "commit":
    case "abort":
    case "comment":
    case "assert":
      return { ...operation };
    default:
      throw new NotationError("there is no such operation");
  }
}

/** Encodes a row. Throws for a value that is no plain object, such as a Map: none of its members would be written. */
function encodeRow(schema: UntypedSchema, table: string, row: WriteFields): JsonObject {
  if (!isObject(row) || Reflect.has(row, Symbol.iterator))
    throw unexpected(`columns of ${table} as members of an object`, row);
  const encoded: Record<string, Json> = {};
  for (const column of Object.keys(row)) {
    const value = row[column];
    if (value !== undefined) encoded[column] = encodeColumn(schema, table, column, value);
  }
  return encoded;
}

/** The results of the operations, or the first error; `served` is the schema that the server last gave. */
export function decodeResults(
  schema: UntypedSchema,
  operations: readonly Operation[],
  reply: Reply,
  served: UntypedSchema = schema,
): Result<readonly OperationResult[], TransactError> {
  if (reply.error !== null) return err(serverError(reply.error, null));
  try {
    return decodeElements(schema, served, operations, plainJson(reply.result, 1));
  } catch (error) {
    if (error instanceof NotationError || error instanceof SyntaxError)
      return err(protocolError(error.message));
    throw error;
  }
}

function decodeElements(
  schema: UntypedSchema,
  served: UntypedSchema,
  operations: readonly Operation[],
  elements: unknown,
): Result<readonly OperationResult[], TransactError> {
  if (!isArray(elements)) throw new NotationError(`the reply to transact is ${excerpt(elements)}`);
  const failed = elements.findIndex((element) => isObject(element) && Object.hasOwn(element, "error"));
  if (failed !== -1) return err(serverError(elements[failed], failed < operations.length ? failed : null));
  if (elements.length < operations.length) throw new NotationError("the reply to transact lacks results");
  const results: OperationResult[] = [];
  for (const [i, operation] of operations.entries()) {
    if (elements[i] === null) return err(notAttempted(i));
    try {
      results.push(decodeResult(schema, served, operation, elements[i]));
    } catch (error) {
      if (error instanceof NotationError) return err(unreadable(i, error.message));
      throw error;
    }
  }
  return ok(results);
}

/** The error of a transaction that no server has answered. */
export function unanswered({ code, message }: RequestError, closed: boolean): TransactError {
  const ended = code === "canceled" || code === "abandoned";
  return {
    code: ended || code === "not sent" ? code : "disconnected",
    details: message,
    operation: null,
    retryable: !ended && !closed && code !== "closed",
  };
}

function serverError(json: unknown, operation: number | null): TransactError {
  const error = parseServerError(json);
  if (error === null) return protocolError(`the server sent the error ${excerpt(json)}`);
  return { ...error, operation, retryable: RETRYABLE.has(error.code) };
}

/** RFC 7047 section 4.1.3: null stands for an operation after one that failed. */
function notAttempted(operation: number): TransactError {
  const details = "the server did not attempt the operation, and does not say why";
  return { code: "not attempted", details, operation, retryable: true };
}

/** The error of a committed transaction with an unreadable result: a failed operation would have an error. */
function unreadable(operation: number, reason: string): TransactError {
  const details = `the transaction was committed, but a result cannot be read: ${reason}`;
  return { code: "unreadable result", details, operation, retryable: false };
}

function protocolError(details: string): TransactError {
  return { code: "protocol error", details, operation: null, retryable: false };
}

/** Throws `NotationError` for what is no result of the operation. */
function decodeResult(
  schema: UntypedSchema,
  served: UntypedSchema,
  operation: Operation,
  json: unknown,
): OperationResult {
  const result = isObject(json) ? json : {};
  switch (operation.op) {
    case "insert": {
      const uuid = member(result, "uuid");
      if (isArray(uuid) && uuid[0] === "uuid" && isUuid(uuid[1])) return { uuid: uuid[1] };
      throw unexpected("the UUID of an insert", json);
    }
    case "update":
    case "mutate":
    case "delete": {
      const count = member(result, "count");
      if (typeof count === "number") return { count };
      throw unexpected(`the count of ${operation.op}`, json);
    }
    case "select": {
      const { table, columns } = operation;
      const rows = member(result, "rows");
      if (isArray(rows)) return { rows: decodeSelected(schema, served, table, columns, rows) };
      throw unexpected("the rows of a select", json);
    }
    default:
      if (isObject(json)) return {};
      throw unexpected(`the result of ${operation.op}`, json);
  }
}
