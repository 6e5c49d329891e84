/**
 * Finds conditions that a server refuses, for instance because of a value outside of the column's range. The error of the server
 * does not name the table.
 */
import { type AnyCondition, encodeMonitorCondition } from "../operations/condition.ts";
import { tableSchema, type UntypedSchema } from "../schema/schema.ts";
import { excerpt, isArray } from "../wire/json.ts";
import type { Rpc } from "../wire/rpc.ts";
import { parseServerError, type ServerErrorCode } from "../wire/server-error.ts";

export type Conditions = { readonly [table: string]: AnyCondition };

/** A condition that was dropped. */
export interface UntypedRefusal {
  readonly table: string;
  readonly condition: AnyCondition;
  readonly code: RefusalCode;
  readonly details: string;
}

/** The code of the server; "bad value": no server could read the condition; "protocol error": the server's error is malformed. */
export type RefusalCode = ServerErrorCode | "bad value" | "protocol error";

export function refusalOf(table: string, condition: AnyCondition, error: unknown): UntypedRefusal {
  const said = parseServerError(error);
  if (said !== null) return { table, condition, ...said };
  return { table, condition, code: "protocol error", details: excerpt(error, 400) };
}

const NO_ROWS = { initial: false, insert: false, delete: false, modify: false };

/**
 * Asks for each table separately, in a monitor that sends no rows, and gives the refused conditions; gives nothing when the
 * connection ends. The ids of these monitors begin with `id`.
 */
export function findRefused(
  { rpc, served, id }: { readonly rpc: Rpc; readonly served: UntypedSchema; readonly id: string },
  conditions: Conditions,
  onFound: (refused: readonly UntypedRefusal[]) => void,
): void {
  const suspects = Object.entries(conditions).filter(
    ([table, condition]) => tableSchema(served, table) !== undefined && condition.some(isArray),
  );
  const refused: UntypedRefusal[] = [];
  let unanswered = suspects.length;
  if (unanswered === 0) onFound(refused);
  for (const [table, condition] of suspects) {
    const trial = `${id}/${table}`;
    const where = encodeMonitorCondition(served, table, condition);
    const request = { [table]: [{ columns: [], where, select: NO_ROWS }] };
    rpc.request("monitor_cond", [served.name, trial, request], (reply) => {
      if (!reply.ok) return;
      if (reply.value.error === null) rpc.request("monitor_cancel", [trial], () => {});
      else refused.push(refusalOf(table, condition, reply.value.error));
      if (--unanswered === 0) onFound(refused);
    });
  }
}
