/**
 * Conditions that a server refuses, as one on a value that is outside of its column's range. Nothing in the server's
 * error tells which table it is about.
 */
import { type AnyCondition, encodeMonitorCondition } from "../operations/condition.ts";
import { tableSchema, type UntypedSchema } from "../schema/schema.ts";
import { excerpt, isArray } from "../wire/json.ts";
import type { Rpc } from "../wire/rpc.ts";
import { parseServerError, type ServerErrorCode } from "../wire/server-error.ts";

export type Conditions = { readonly [table: string]: AnyCondition };

/** A condition that is not in force, and will not be. */
export interface UntypedRefusal {
  readonly table: string;
  readonly condition: AnyCondition;
  readonly code: RefusalCode;
  readonly details: string;
}

/** The server's word, or "bad value": no server could read it; "protocol error": the server's error is none. */
export type RefusalCode = ServerErrorCode | "bad value" | "protocol error";

export function refusalOf(table: string, condition: AnyCondition, error: unknown): UntypedRefusal {
  const said = parseServerError(error);
  if (said !== null) return { table, condition, ...said };
  return { table, condition, code: "protocol error", details: excerpt(error, 400) };
}

const NO_ROWS = { initial: false, insert: false, delete: false, modify: false };

/**
 * Asks for each table by itself, in a monitor that sends nothing, and answers the conditions that the server refused;
 * nothing is answered when the connection ends. The monitors' ids begin with `id`.
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
