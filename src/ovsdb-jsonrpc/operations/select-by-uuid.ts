/**
 * Questions for rows by UUID, in requests that are short enough not to delay other clients of the server, and the outcome of each
 * request: an answer, a refusal, or no answer.
 */
import type { Result } from "../result.ts";
import type { Uuid } from "../schema/uuid.ts";
import type { SelectedRow } from "./selected-rows.ts";
import type { OperationResult, OwnTransactCode, TransactError } from "./transaction.ts";

/** The outcome of one request of `selectByUuid`. */
export type UuidAnswer<R> =
  /** The server answered: every UUID that was asked for, with its row, or with null where there is no such row. */
  | { readonly kind: "answered"; readonly rows: ReadonlyMap<Uuid, R | null> }
  /** The server refused the request, or the request held a bad value: the same question will have the same answer. */
  | { readonly kind: "error"; readonly uuids: readonly Uuid[]; readonly error: TransactError }
  /** There is no answer that can be read, or there was no connection: nothing follows for these rows. */
  | { readonly kind: "unknown"; readonly uuids: readonly Uuid[]; readonly error: TransactError };

/** The most selects in a request: they take an ovsdb-server about a third of a millisecond. */
const MAX_PER_REQUEST = 50;

export function chunksOf(uuids: Iterable<Uuid>): readonly (readonly Uuid[])[] {
  const all = [...new Set(uuids)];
  const chunks: (readonly Uuid[])[] = [];
  for (let at = 0; at < all.length; at += MAX_PER_REQUEST) chunks.push(all.slice(at, at + MAX_PER_REQUEST));
  return chunks;
}

const UNKNOWN: ReadonlySet<TransactError["code"]> = new Set<OwnTransactCode>([
  ...(["not sent", "disconnected", "canceled", "abandoned"] as const),
  ...(["not attempted", "unreadable result", "protocol error"] as const),
]);

/** @param result of the selects of these UUIDs, in their order */
export function answerOf(
  uuids: readonly Uuid[],
  result: Result<readonly OperationResult[], TransactError>,
): UuidAnswer<SelectedRow> {
  if (result.ok) {
    const rows = uuids.map((uuid, at) => [uuid, rowOf(result.value[at])] as const);
    return { kind: "answered", rows: new Map(rows) };
  }
  const { error } = result;
  return { kind: UNKNOWN.has(error.code) ? "unknown" : "error", uuids, error };
}

function rowOf(result: OperationResult | undefined): SelectedRow | null {
  return result !== undefined && "rows" in result ? (result.rows[0] ?? null) : null;
}
