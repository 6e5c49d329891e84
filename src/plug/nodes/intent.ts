/** Node `intent`: what should become of each logical port that is wanted here or plugged here (intent.ts decides). */
import { type Cause, type KeyedChanges, unchanged, updated, updatedTracked } from "../../graph/index.ts";
import { decideIntent, type Intent, type Knowledge } from "../intent.ts";
import type { PortBindingRow } from "../rows.ts";
import type { PlugSettings } from "../settings.ts";
import type { Vif } from "../vif.ts";
import type { SouthboundState } from "./inputs.ts";
import type { LocalChassis } from "./local-chassis.ts";
import { vifsOf } from "./vif.ts";

export type Intents = Map<string, Intent>;

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly southbound: { readonly data: { readonly current: SouthboundState } };
  readonly lport: { readonly data: ReadonlyMap<string, PortBindingRow> };
  readonly vif: { readonly data: { readonly byLport: ReadonlyMap<string, readonly Vif[]> } };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: Intents;
  readonly changes: KeyedChanges<string>;
}

/** Decides every logical port, and tracks exactly the ones whose intent is another than before. */
export function recomputeIntents(context: Context & { readonly cause: Cause }) {
  const { inputs, data, cause } = context;
  const reconsider = reconsidering(context);
  let any = false;
  for (const [lport, binding] of inputs.lport.data) {
    if (reconsider(lport, binding, cause)) any = true;
  }
  for (const others of [inputs.vif.data.byLport, data]) {
    for (const lport of others.keys()) {
      if (!inputs.lport.data.has(lport) && reconsider(lport, undefined, cause)) any = true;
    }
  }
  return any ? updatedTracked : unchanged;
}

/** Handler of inputs whose tracked changes are logical ports. */
export function intentLportsHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<string, Cause> } },
) {
  return reconsiderAll(context, context.input.changes);
}

export function intentVifHandler(
  context: Context & {
    readonly input: { readonly changes: { readonly lports: ReadonlyMap<string, Cause> } };
  },
) {
  return reconsiderAll(context, context.input.changes.lports);
}

function reconsiderAll(context: Context, lports: ReadonlyMap<string, Cause>) {
  const reconsider = reconsidering(context);
  let any = false;
  for (const [lport, cause] of lports) {
    if (reconsider(lport, context.inputs.lport.data.get(lport), cause)) any = true;
  }
  return any ? updated : unchanged;
}

/** Decides one logical port; an intent that says the same stays the same object. Answers whether it is another one. */
function reconsidering({ inputs, data, changes }: Context) {
  const { chassis } = inputs.localChassis.data.current;
  const knowledge = knowledgeOf(inputs.southbound.data.current, inputs.localChassis.data.current);
  const settings = inputs.settings.data.current;
  return (lport: string, binding: PortBindingRow | undefined, cause: Cause): boolean => {
    const vifs = vifsOf(inputs.vif.data, lport);
    const after = chassis === null ? null : decideIntent(lport, binding, vifs, chassis, knowledge, settings);
    if (sameIntent(data.get(lport), after)) return false;
    if (after === null) data.delete(lport);
    else data.set(lport, after);
    changes.set(lport, cause);
    return true;
  };
}

function sameIntent(a: Intent | undefined, b: Intent | null): boolean {
  if (a === undefined || b === null) return a === undefined && b === null;
  if (a.kind !== b.kind || a.plugType !== b.plugType) return false;
  const bindingA = "binding" in a ? a.binding : null;
  const bindingB = "binding" in b ? b.binding : null;
  const causeA = "cause" in a ? a.cause : null;
  const causeB = "cause" in b ? b.cause : null;
  const reasonA = "reason" in a ? a.reason : null;
  const reasonB = "reason" in b ? b.reason : null;
  return bindingA === bindingB && causeA === causeB && reasonA === reasonB;
}

function knowledgeOf(southbound: SouthboundState, local: LocalChassis): Knowledge {
  return {
    missing: missingKnowledge(southbound, local),
    asksFor: (lport) => southbound.synced && (southbound.acknowledged?.lports.has(lport) ?? false),
  };
}

/** Rule U3: the first thing we do not know and would have to, before anything is unplugged. */
export function missingKnowledge(
  { synced, acknowledged }: SouthboundState,
  local: LocalChassis,
): string | null {
  if (!synced) return "the Southbound is not connected or not up to date";
  if (local.chassis?.record === null || local.chassis === null) {
    return "the Southbound has no Chassis row for this chassis";
  }
  if (
    acknowledged?.chassisUuid !== local.chassis.record._uuid ||
    acknowledged.chassisName !== local.chassis.name
  ) {
    return "the port bindings of this chassis are not complete yet";
  }
  if (!local.northdHasWritten) return "ovn-northd has not filled the Southbound yet";
  return null;
}
