/**
 * Output `condition`: which Southbound rows are to be monitored. Which logical ports have to be asked for by name
 * follows from what is plugged and what is in view; the graph keeps the set, condition.ts turns it into clauses.
 */
import { type Cause, unchanged, updated } from "../../graph/index.ts";
import { isInViewAnyway, MonitoredCondition } from "../condition.ts";
import type { ChassisIdentity } from "../lport.ts";
import type { PortBindingRow } from "../rows.ts";
import type { Vif } from "../vif.ts";
import type { LocalChassis } from "./local-chassis.ts";
import { isOwned, ownedVifOf } from "./vif.ts";

export interface Monitoring {
  /** A new object whenever it changes. */
  current: MonitoredCondition;
}

export function monitorNothing(): Monitoring {
  return { current: MonitoredCondition.of(null, new Set()) };
}

interface Inputs {
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly lport: { readonly data: ReadonlyMap<string, PortBindingRow> };
  readonly vif: { readonly data: { readonly byLport: ReadonlyMap<string, readonly Vif[]> } };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: Monitoring;
}

export function decideCondition({ inputs, data }: Context) {
  const { chassis } = inputs.localChassis.data.current;
  const lports = new Set<string>();
  for (const [lport, vifs] of inputs.vif.data.byLport) {
    if (vifs.some(isOwned) && !isInView(inputs, chassis, lport)) lports.add(lport);
  }
  return replace(data, MonitoredCondition.of(chassis, lports));
}

export function conditionLportHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<string, Cause> } },
) {
  return reconsider(context, context.input.changes.keys());
}

export function conditionVifHandler(
  context: Context & {
    readonly input: { readonly changes: { readonly lports: ReadonlyMap<string, Cause> } };
  },
) {
  return reconsider(context, context.input.changes.lports.keys());
}

function reconsider({ inputs, data }: Context, lports: Iterable<string>) {
  const { chassis } = inputs.localChassis.data.current;
  let next: Set<string> | null = null;
  for (const lport of lports) {
    const asks = asksByName(inputs, chassis, lport);
    if (asks === (next ?? data.current.lports).has(lport)) continue;
    next ??= new Set(data.current.lports);
    if (asks) next.add(lport);
    else next.delete(lport);
  }
  return next === null ? unchanged : replace(data, MonitoredCondition.of(chassis, next));
}

/** Plugged by us, and no other clause of the condition brings its port binding into view. */
function asksByName(inputs: Inputs, chassis: ChassisIdentity | null, lport: string): boolean {
  return ownedVifOf(inputs.vif.data, lport) !== undefined && !isInView(inputs, chassis, lport);
}

function isInView(inputs: Inputs, chassis: ChassisIdentity | null, lport: string): boolean {
  const binding = inputs.lport.data.get(lport);
  return binding !== undefined && isInViewAnyway(binding, chassis);
}

function replace(data: Monitoring, next: MonitoredCondition) {
  const { current } = data;
  const same =
    current.sameChassis(next) &&
    current.lports.size === next.lports.size &&
    [...next.lports].every((lport) => current.lports.has(lport));
  if (same) return unchanged;
  data.current = next;
  return updated;
}
