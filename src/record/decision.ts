/** Decisions as `replay` prints them: the new status of each port whose status changed in one run of the graph. */
import type { Engine, RunResult } from "../graph/index.ts";
import type { PlugGraph } from "../plug/graph.ts";
import type { LportStatus } from "../plug/lport-status.ts";
import { encode } from "./recorded-json.ts";

export interface Decision {
  readonly run: number;
  readonly lport: string;
  /** Null: the port is not decided any more. */
  readonly status: LportStatus | null;
  /** The cause of the change: the input and the row. */
  readonly cause: string | null;
}

/** The decisions in the order of the port names; every port, where anything may have changed. */
export function decisionsOf(
  run: number,
  result: RunResult,
  engine: Engine,
  { plug }: PlugGraph,
): readonly Decision[] {
  if (!result.isUpdated(plug)) return [];
  const changes = result.changes(plug);
  const statuses = engine.data(plug);
  return [...(changes ?? statuses).keys()].sort().map((lport) => {
    const cause = changes?.get(lport);
    const source = cause === undefined ? null : [cause.source, cause.key].filter(Boolean).join(" ");
    return { run, lport, status: statuses.get(lport) ?? null, cause: source };
  });
}

/** A decision as one line of JSON. */
export function formatDecision({ run, lport, status, cause }: Decision): string {
  if (status === null) return JSON.stringify({ run, lport, state: null, cause });
  const { state, plugType, interface: name, reason, change, tries } = status;
  const kind = change?.kind ?? null;
  return JSON.stringify(
    encode({ run, lport, type: plugType, state, interface: name, reason, change: kind, tries, cause }),
  );
}
