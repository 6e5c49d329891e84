/**
 * Explains why a logical port is plugged or not: every condition of the port with its value and its row, in the order of the
 * decisions. A pure reading of the graph's data: nothing is decided here.
 */
import type { Engine } from "../graph/index.ts";
import type { Finding } from "./conditions/condition.ts";
import { bound, version } from "./conditions/in-place.ts";
import { CONDITIONS } from "./conditions/list.ts";
import { type PortView, viewOf } from "./conditions/port-view.ts";
import type { PlugGraph } from "./graph.ts";
import type { LportStatus } from "./lport-status.ts";
import { obstacleOf } from "./readiness.ts";

export interface Explanation {
  readonly lport: string;
  readonly status: LportStatus | null;
  readonly conditions: readonly Finding[];
  /** What has to change for the port to be plugged and bound; null: nothing. */
  readonly remedy: string | null;
}

/**
 * @param obstacle the reason for which not every port can be decided; a daemon knows also what is not in the graph's data.
 * @returns null: the port is unknown, without a port binding in view and without an interface
 */
export function explain(
  engine: Engine,
  graph: PlugGraph,
  lport: string,
  obstacle = obstacleOf(engine, graph)?.reason ?? null,
): Explanation | null {
  const view = viewOf(engine, graph, lport);
  if (view === null) return null;
  const conditions = CONDITIONS.flatMap((condition) => condition.find(view));
  return { lport, status: view.status, conditions, remedy: remedyOf(view, conditions, obstacle) };
}

function remedyOf(
  { status }: PortView,
  conditions: readonly Finding[],
  obstacle: string | null,
): string | null {
  if (status?.state === "plugged") {
    return status.unbound === undefined ? null : remedyOfUnbound(conditions);
  }
  if (status?.reason) return status.reason;
  // While something is missing, a row that is not in view may exist.
  if (obstacle !== null) return obstacle;
  return conditions.find(({ holds }) => holds === false)?.remedy ?? null;
}

/** The conditions under which ovn-controller binds a plugged port (rule P8). */
const MINDED: ReadonlySet<string> = new Set([version.id, bound.id]);

function remedyOfUnbound(conditions: readonly Finding[]): string | null {
  return conditions.find(({ id, holds }) => holds === false && MINDED.has(id))?.remedy ?? null;
}
