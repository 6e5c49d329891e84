/**
 * Output `monitor_scope`: which Southbound rows are to be monitored. Which logical ports have to be asked for by name
 * follows from what is plugged and what is in view; the graph keeps the set, monitor-scope.ts turns it into clauses.
 */
import { type Cause, unchanged, updated } from "../../graph/index.ts";
import { type Absence, needsName } from "../absence.ts";
import type { Lport } from "../lport.ts";
import { isInViewAnyway, MonitorScope } from "../monitor-scope.ts";
import type { SouthboundState } from "./input-nodes.ts";
import type { LocalChassis } from "./local-chassis-node.ts";

export interface MonitorScopeData {
  /** A new object whenever it changes. */
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
 * Of a port that is plugged by us, whether nothing but its name brings its port binding into view, and it has to be in
 * view. Null: nobody is asked for by name before everything is here that is for the chassis itself. Rows that leave
 * because our own condition or Chassis row changes come back by themselves, and at a start that would be every port.
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
