/** Decisions as `replay` prints them: what became of each port whose status changed in one run of the graph. */
import type { Engine, RunResult } from "../graph/index.ts";
import type { PlugGraph } from "../plug/graph.ts";
import type { LportStatus } from "../plug/lport-status.ts";
import { encode } from "./recorded-json.ts";

export interface Decision {
  readonly run: number;
  readonly lport: string;
  /** Null: it is decided no more. */
  readonly status: LportStatus | null;
  /** What made it change, as the input and the row. */
  readonly cause: string | null;
}

/** In the order of the logical ports' names; where anything may have changed, every port there is. */
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

/** One line of JSON. */
export function formatDecision({ run, lport, status, cause }: Decision): string {
  if (status === null) return JSON.stringify({ run, lport, state: null, cause });
  const { state, plugType, interface: name, reason, change, tries } = status;
  const kind = change?.kind ?? null;
  return JSON.stringify(
    encode({ run, lport, type: plugType, state, interface: name, reason, change: kind, tries, cause }),
  );
}
