/**
 * Output `condition`: which Southbound rows are to be monitored. Which logical ports have to be asked for by name
 * follows from what is plugged and what is in view; the graph keeps the set, condition.ts turns it into clauses.
 */
import { type Cause, unchanged, updated } from "../../graph/index.ts";
import type { ChassisIdentity, Lport } from "../lport.ts";
import { isInViewAnyway, MonitorScope } from "../monitor-scope.ts";
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
  readonly lport: { readonly data: { readonly byName: ReadonlyMap<string, Lport> } };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: MonitorScopeData;
}

export function decideMonitorScope({ inputs, data }: Context) {
  const { chassis } = inputs.localChassis.data.current;
  const lports = new Set<string>();
  inputs.lport.data.byName.forEach((lport, name) => {
    if (asksByName(lport, chassis)) lports.add(name);
  });
  return replace(data, MonitorScope.of(chassis, lports));
}

export function monitorScopeLportHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<string, Cause> } },
) {
  const { inputs, input, data } = context;
  const { chassis } = inputs.localChassis.data.current;
  let next: Set<string> | null = null;
  for (const name of input.changes.keys()) {
    const lport = inputs.lport.data.byName.get(name);
    const asks = lport !== undefined && asksByName(lport, chassis);
    if (asks === (next ?? data.current.lports).has(name)) continue;
    next ??= new Set(data.current.lports);
    if (asks) next.add(name);
    else next.delete(name);
  }
  return next === null ? unchanged : replace(data, MonitorScope.of(chassis, next));
}

/** Plugged by us, and no other clause of the condition brings its port binding into view. */
function asksByName({ binding, inPlace }: Lport, chassis: ChassisIdentity | null): boolean {
  return inPlace !== null && (binding === null || !isInViewAnyway(binding, chassis));
}

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
