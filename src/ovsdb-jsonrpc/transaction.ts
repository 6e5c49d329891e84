/**
 * Transactions on the wire (RFC 7047 section 4.1.3): operations to JSON, and the reply to typed results or one error.
 * The error of the commit itself arrives as an extra element after those of the operations.
 */
import { encodeWhere } from "./condition.ts";
import { excerpt, isArray, isObject, type Json, type JsonObject, member } from "./json.ts";
import { plainJson } from "./json-text.ts";
import { columnDecoder, encodeValue, NotationError, type Value, type WriteValue } from "./notation.ts";
import type { Operation, WriteFields } from "./operation.ts";
import { err, ok, type Result } from "./result.ts";
import type { ConnectionError, Reply } from "./rpc.ts";
import { typeOfColumn, type UntypedSchema } from "./schema.ts";
import { isUuid } from "./uuid.ts";

export interface TransactError {
  /**
   * The server's `error` string ("constraint violation", "timed out", "not owner", …), or one of ours:
   * "disconnected" (not sent, or lost before the reply, and then it may have been committed),
   * "not attempted" (a null result without an error), "protocol error" (a reply that no server should send).
   */
  readonly code: string;
  /** The server's words, or what is known of the lost connection. */
  readonly details: string;
  /** The operation that failed; null when the commit did, or the transaction as a whole. */
  readonly operation: number | null;
  /** The same transaction, decided again from fresh state, may succeed. */
  readonly retryable: boolean;
}

export type OperationResult =
  | { readonly rows: readonly { readonly [column: string]: Value }[] }
  | { readonly uuid: string }
  | { readonly count: number }
  | Readonly<Record<never, never>>;

/** Errors that say nothing against the transaction itself. */
const RETRYABLE: ReadonlySet<string> = new Set(["timed out", "unknown database", "canceled", "disconnected"]);

export function encodeOperations(schema: UntypedSchema, operations: readonly Operation[]): Json[] {
  return operations.map((operation) => encodeOperation(schema, operation));
}

function encodeOperation(schema: UntypedSchema, operation: Operation): JsonObject {
  switch (operation.op) {
    case "insert": {
      const { op, table, row, uuidName } = operation;
      return {
        op,
        table,
        row: encodeRow(schema, table, row),
        ...(uuidName !== undefined && { "uuid-name": uuidName }),
      };
    }
    case "select": {
      const { op, table, where, columns } = operation;
      return {
        op,
        table,
        where: encodeWhere(schema, table, where),
        columns: [...new Set(["_uuid", ...columns])],
      };
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
        columns,
        until,
        rows: rows.map((row) => encodeRow(schema, table, row)),
        ...(timeoutMs !== undefined && { timeout: timeoutMs }),
      };
    }
    case "commit":
    case "abort":
    case "comment":
    case "assert":
      return { ...operation };
  }
}

function encodeRow(schema: UntypedSchema, table: string, row: WriteFields): JsonObject {
  const encoded: Record<string, Json> = {};
  for (const column of Object.keys(row)) {
    const value = row[column];
    if (value !== undefined) encoded[column] = encodeColumn(schema, table, column, value);
  }
  return encoded;
}

function encodeColumn(schema: UntypedSchema, table: string, column: string, value: WriteValue): Json {
  return encodeValue(typeOfColumn(schema, table, column), value);
}

/** The results of the operations, or the first error. */
export function decodeResults(
  schema: UntypedSchema,
  operations: readonly Operation[],
  reply: Reply,
): Result<readonly OperationResult[], TransactError> {
  if (reply.error !== null) return err(serverError(reply.error, null));
  try {
    return decodeElements(schema, operations, plainJson(reply.result));
  } catch (error) {
    if (error instanceof NotationError || error instanceof SyntaxError)
      return err(protocolError(error.message));
    throw error;
  }
}

function decodeElements(
  schema: UntypedSchema,
  operations: readonly Operation[],
  elements: unknown,
): Result<readonly OperationResult[], TransactError> {
  if (!isArray(elements)) throw new NotationError(`the reply to transact is ${excerpt(elements)}`);
  const failed = elements.findIndex((element) => isObject(element) && Object.hasOwn(element, "error"));
  if (failed !== -1) return err(serverError(elements[failed], failed < operations.length ? failed : null));
  const results: OperationResult[] = [];
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i];
    if (elements[i] === null) return err(notAttempted(i));
    if (operation !== undefined) results.push(decodeResult(schema, operation, elements[i]));
  }
  return ok(results);
}

export function connectionLost(error: ConnectionError): TransactError {
  return { code: "disconnected", details: error.message, operation: null, retryable: true };
}

function serverError(json: unknown, operation: number | null): TransactError {
  const code = isObject(json) ? member(json, "error") : json;
  const details = isObject(json) ? member(json, "details") : undefined;
  if (typeof code !== "string") return protocolError(`the server sent the error ${excerpt(json)}`);
  return {
    code,
    details: typeof details === "string" ? details : code,
    operation,
    retryable: RETRYABLE.has(code),
  };
}

/** RFC 7047 section 4.1.3: null stands for an operation after one that failed. */
function notAttempted(operation: number): TransactError {
  const details = "the server did not attempt the operation, and does not say why";
  return { code: "not attempted", details, operation, retryable: true };
}

function protocolError(details: string): TransactError {
  return { code: "protocol error", details, operation: null, retryable: false };
}

function decodeResult(schema: UntypedSchema, operation: Operation, json: unknown): OperationResult {
  if (!isObject(json))
    throw new NotationError(`expected the result of ${operation.op}, not ${excerpt(json)}`);
  switch (operation.op) {
    case "insert": {
      const uuid = member(json, "uuid");
      if (isArray(uuid) && uuid[0] === "uuid" && isUuid(uuid[1])) return { uuid: uuid[1] };
      throw new NotationError(`expected the UUID of an insert, not ${excerpt(json)}`);
    }
    case "update":
    case "mutate":
    case "delete": {
      const count = member(json, "count");
      if (typeof count === "number") return { count };
      throw new NotationError(`expected the count of ${operation.op}, not ${excerpt(json)}`);
    }
    case "select": {
      const rows = member(json, "rows");
      if (!isArray(rows)) throw new NotationError(`expected the rows of a select, not ${excerpt(json)}`);
      return { rows: rows.map((row) => decodeSelected(schema, operation.table, operation.columns, row)) };
    }
    default:
      return {};
  }
}

function decodeSelected(
  schema: UntypedSchema,
  table: string,
  columns: readonly string[],
  json: unknown,
): { readonly [column: string]: Value } {
  if (!isObject(json)) throw new NotationError(`expected a row of ${table}, not ${excerpt(json)}`);
  const row: Record<string, Value> = {};
  for (const column of new Set(["_uuid", ...columns])) {
    row[column] = columnDecoder(typeOfColumn(schema, table, column))(member(json, column));
  }
  return row;
}
