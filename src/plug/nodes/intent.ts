/** Node `intent`: what should become of each logical port that is wanted here or plugged here (intent.ts decides). */
import { type Cause, type KeyedChanges, unchanged, updated, updatedTracked } from "../../graph/index.ts";
import { decideIntent, type Intent, type Knowledge, type UnplugCause } from "../intent.ts";
import type { Lport } from "../lport.ts";
import type { LportMap } from "../lport-map.ts";
import type { PlugSettings } from "../settings.ts";
import type { SouthboundState } from "./inputs.ts";
import type { LocalChassis } from "./local-chassis.ts";

export type Intents = LportMap<Intent>;

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly southbound: { readonly data: { readonly current: SouthboundState } };
  readonly lport: { readonly data: { readonly byName: ReadonlyMap<string, Lport> } };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: Intents;
  readonly changes: KeyedChanges<string>;
}

/** Decides every logical port, and tracks exactly the ones whose intent is another than before. */
export function recomputeIntents(context: Context & { readonly cause: Cause }) {
  const { inputs, data, changes, cause } = context;
  const lports = inputs.lport.data.byName;
  const reconsider = reconsidering(context);
  let intents = 0;
  lports.forEach((lport, name) => {
    if (reconsider(name, lport, cause) !== null) intents++;
  });
  if (data.size > intents) {
    for (const name of data.keys()) if (!lports.has(name)) reconsider(name, undefined, cause);
  }
  return changes.size === 0 ? unchanged : updatedTracked;
}

/** Handler of inputs whose tracked changes are logical ports. */
export function intentLportsHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<string, Cause> } },
) {
  const { inputs, input, changes } = context;
  const reconsider = reconsidering(context);
  for (const [name, cause] of input.changes) reconsider(name, inputs.lport.data.byName.get(name), cause);
  return changes.size === 0 ? unchanged : updated;
}

/** Decides one logical port; an intent that says the same stays the same object. */
function reconsidering({ inputs, data, changes }: Context) {
  const { chassis } = inputs.localChassis.data.current;
  const knowledge = knowledgeOf(inputs.southbound.data.current, inputs.localChassis.data.current);
  const settings = inputs.settings.data.current;
  return (name: string, lport: Lport | undefined, cause: Cause): Intent | null => {
    const after =
      chassis === null || lport === undefined ? null : decideIntent(lport, chassis, knowledge, settings);
    if (sameIntent(data.get(name), after)) return after;
    if (after === null) data.delete(name);
    else data.set(name, after);
    changes.set(name, cause);
    return after;
  };
}

/** The binding, and the name of a foreign interface, are the logical port's. */
function sameIntent(a: Intent | undefined, b: Intent | null): boolean {
  if (a === undefined || b === null) return a === undefined && b === null;
  if (a.lport !== b.lport || a.kind !== b.kind || a.plugType !== b.plugType) return false;
  if (a.kind === "plug" || b.kind === "plug") return true;
  return a.reason === b.reason && causeOf(a) === causeOf(b);
}

function causeOf(intent: Intent): UnplugCause | null {
  return intent.kind === "unplug" ? intent.cause : null;
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
