/** The order in which ports are shown: the ports that need attention first. */
import type { PortStatus } from "./status-shape.ts";

type State = PortStatus["state"];

/** Every state, from the worst to the best. */
export const STATES_BY_TROUBLE = [
  "error",
  "conflict",
  "incompatible",
  "no-provider",
  "foreign",
  "held",
  "waiting",
  "pending",
  "plugged",
] as const satisfies readonly State[];

/** The states that need attention. A port in another state is on its way, or in place. */
const TROUBLE: ReadonlySet<State> = new Set<State>(STATES_BY_TROUBLE.slice(0, -2));

/**
 * Whether the port needs attention: it is not plugged, or something keeps it from working.
 * @param ofChassis what keeps every port from being decided: no trouble of a plugged port; null: nothing
 */
export function isInTrouble(
  { state, reason }: Pick<PortStatus, "state" | "reason">,
  ofChassis: string | null = null,
): boolean {
  return TROUBLE.has(state) || (state === "plugged" && reason !== null && reason !== ofChassis);
}

const RANKS = new Map<State, number>(STATES_BY_TROUBLE.map((state, rank) => [state, rank]));

/** For sorting: trouble first, plugged ports with a reason before those without, and names in the order of their characters. */
export function byTrouble(a: PortStatus, b: PortStatus): number {
  const rank = (RANKS.get(a.state) ?? 0) - (RANKS.get(b.state) ?? 0);
  if (rank !== 0) return rank;
  if ((a.reason === null) !== (b.reason === null)) return a.reason === null ? 1 : -1;
  return a.lport < b.lport ? -1 : Number(a.lport > b.lport);
}
