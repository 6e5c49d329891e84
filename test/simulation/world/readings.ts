/** What the checks read of a running vifplugd's decisions: pure readings of its graph's data. */
import { type Parts, rowsOf } from "../../../src/daemon/parts.ts";
import { togetherOf } from "../../../src/plug/change.ts";
import { explain } from "../../../src/plug/explain.ts";
import type { PortState } from "../../../src/plug/lport-status.ts";

/** The conditions that do not hold of a port in this state. */
const EXPLAINED_BY: Readonly<Partial<Record<PortState, readonly string[]>>> = {
  waiting: ["provider-ready", "kept-owner"],
  foreign: ["ours"],
  conflict: ["name-free"],
  incompatible: ["on-rename"],
  "no-provider": ["provider-enabled"],
  error: ["provider-ready", "accepted", "not-undone", "no-fault"],
  held: ["max-unplug"],
};

/** The ports in trouble of which `explain` shows no condition that keeps them from being plugged. */
export function unexplained({ reconciler: { engine, graph, statuses } }: Parts): readonly string[] {
  return [...statuses.values()].flatMap(({ lport, state }) => {
    const ids = EXPLAINED_BY[state];
    if (ids === undefined) return [];
    const conditions = explain(engine, graph, lport)?.conditions ?? [];
    const isExplained = conditions.some(({ id, holds }) => holds === false && ids.includes(id));
    return isExplained ? [] : [`${lport} (${state})`];
  });
}

/** The ports whose unplug is held back. */
export function held({ reconciler: { statuses } }: Parts): ReadonlySet<string> {
  return new Set([...statuses.values()].flatMap(({ lport, state }) => (state === "held" ? [lport] : [])));
}

/** By interface name, the ports that have no interface and wait only for another port to leave that one (P6). */
export function waitingFor({ reconciler: { engine, graph, statuses } }: Parts): ReadonlyMap<string, string> {
  const attempts = engine.data(graph.inputs.attempt);
  const waiting = new Map<string, string>();
  const busy = new Set<string>();
  for (const { lport, state, interface: name } of statuses.values()) {
    if (name === null) continue;
    const hasInterface = engine.data(graph.intent).get(lport)?.lport.inPlace !== null;
    const isNew = (attempts.get(lport)?.phase ?? "idle") === "idle" && !hasInterface;
    if (state === "conflict" && isNew) waiting.set(name, lport);
    // Whose change is on its way, or was refused, may come first.
    else if (!hasInterface || state === "conflict") busy.add(name);
  }
  for (const name of busy) waiting.delete(name);
  return waiting;
}

/** The ports that are in error for a refusal of what stood on a row that is not there any more (T2). */
export function refusedForNothing(parts: Parts): readonly string[] {
  const { engine, graph, statuses } = parts.reconciler;
  const ports = rowsOf(parts, "port");
  return [...statuses.values()].flatMap(({ lport, state, reason }) => {
    const attempt = engine.data(graph.inputs.attempt).get(lport);
    if (state !== "error" || attempt?.phase !== "failed" || reason !== attempt.error) return [];
    const { change } = attempt;
    // What refused one of those that move together refused them all, whatever stood on that row.
    if (togetherOf(change).length > 1) return [];
    const removal = change.kind === "replug" ? change.remove : change.kind === "remove" ? change : null;
    return removal === null || ports.has(removal.port._uuid) ? [] : [lport];
  });
}

/** What it says of every port, for failures. */
export function statusLines({ reconciler: { statuses } }: Parts): readonly string[] {
  return Array.from(
    statuses.values(),
    ({ lport, state, reason }) => `${lport}: ${state}${reason === null ? "" : `: ${reason}`}`,
  );
}
