/**
 * Output `monitor_scope`: the rows to monitor in the Southbound. The logical ports to ask for by name follow from the plugged
 * ports and the rows in view; the graph keeps the set, and monitor-scope.ts turns the set into clauses.
 */
import { type Cause, unchanged, updated } from "../../graph/index.ts";
import { type Absence, needsName } from "../absence.ts";
import type { Lport } from "../lport.ts";
import { isInViewAnyway, MonitorScope } from "../monitor-scope.ts";
import type { SouthboundState } from "./input-nodes.ts";
import type { LocalChassis } from "./local-chassis-node.ts";

export interface MonitorScopeData {
  /** A new object whenever the scope changes. */
  current: MonitorScope;
}

export function monitorNothing(): MonitorScopeData {
  return { current: MonitorScope.of(null, new Set()) };
}

interface Inputs {
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly southbound: { readonly data: { readonly current: SouthboundState } };
  readonly lport: { readonly data: { readonly byName: ReadonlyMap<string, Lport> } };
  readonly absence: { readonly data: ReadonlyMap<string, Absence> };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: MonitorScopeData;
}

export function decideMonitorScope({ inputs, data }: Context) {
  const lports = new Set<string>();
  const isAsked = asking(inputs);
  if (isAsked !== null) {
    for (const name of inputs.lport.data.byName.keys()) if (isAsked(name)) lports.add(name);
  }
  return replace(data, MonitorScope.of(inputs.localChassis.data.current.chassis, lports));
}

function followLports(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<string, Cause> } },
) {
  const { inputs, input, data } = context;
  const isAsked = asking(inputs);
  if (isAsked === null) return unchanged;
  let next: Set<string> | null = null;
  for (const name of input.changes.keys()) {
    const asks = isAsked(name);
    if (asks === (next ?? data.current.lports).has(name)) continue;
    next ??= new Set(data.current.lports);
    if (asks) next.add(name);
    else next.delete(name);
  }
  if (next === null) return unchanged;
  return replace(data, MonitorScope.of(inputs.localChassis.data.current.chassis, next));
}

/**
 * Tells of a port with an interface of ours whether its binding has to be in view, and only its name brings it into view. Null:
 * no port is asked for by name before all rows for the chassis have arrived. Otherwise every port would be asked for at a
 * start; and rows that leave because of a new condition or Chassis row come back by themselves.
 */
function asking({ localChassis, southbound, lport, absence }: Inputs): ((name: string) => boolean) | null {
  const { chassis } = localChassis.data.current;
  const { synced, acknowledged } = southbound.data.current;
  if (!synced || acknowledged === null || chassis === null) return null;
  if (!acknowledged.sameChassis(MonitorScope.of(chassis, NOBODY))) return null;
  return (name) => {
    const known = lport.data.byName.get(name);
    if (known === undefined || known.inPlace === null) return false;
    if (known.binding !== null) return !isInViewAnyway(known.binding, chassis);
    return needsName(absence.data.get(name));
  };
}

const NOBODY: ReadonlySet<string> = new Set();

function replace(data: MonitorScopeData, next: MonitorScope) {
  const { current } = data;
  const same =
    current.sameChassis(next) &&
    current.lports.size === next.lports.size &&
    [...next.lports].every((lport) => current.lports.has(lport));
  if (same) return unchanged;
  data.current = next;
  return updated;
}

export const monitorScopeLportHandler = followLports;
export const monitorScopeAbsenceHandler = followLports;
