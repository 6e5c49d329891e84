/** `plug/explain`: the conditions of a logical port, its last change and error, and its next try. */
import { formatCause } from "../graph/index.ts";
import { explain } from "../plug/explain.ts";
import { VERSION } from "../version.ts";
import type { DaemonView } from "./daemon-view.ts";
import type { ExplainedPort } from "./explanation-shape.ts";
import { portStatus } from "./status.ts";

export function explainPort(daemon: DaemonView, lport: string): ExplainedPort | null {
  const explanation = explain(daemon.engine, daemon.graph, lport, daemon.notReady);
  if (explanation === null) return null;
  const { conditions, remedy: toChange } = explanation;
  const status = explanation.status === null ? null : portStatus(explanation.status);
  const change = daemon.lastChange(lport);
  const error = daemon.lastError(lport);
  const nextTry = daemon.nextTry(lport);
  return {
    version: VERSION,
    lport,
    state: status?.state ?? null,
    type: status?.type ?? null,
    interface: status?.interface ?? null,
    // A port without a status is not wanted here, unless an obstacle keeps all ports from being decided.
    reason: status === null ? daemon.notReady : status.reason,
    conditions: conditions.map(({ id, statement, holds, value, source, remedy }) => {
      return { id, condition: statement, holds, value, source, remedy };
    }),
    last_change:
      change === null
        ? null
        : {
            at: rfc3339(change.time),
            cause: change.cause === null ? "a recompute" : formatCause(change.cause),
          },
    last_error: error === null ? null : { at: rfc3339(error.time), error: error.error },
    next_try: nextTry === null ? null : rfc3339(nextTry),
    to_change: toChange,
  };
}

function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
