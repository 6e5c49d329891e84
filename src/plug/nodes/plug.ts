/** Output `plug`: the verdict on every logical port that is wanted here or plugged here (verdict.ts decides). */
import { type Cause, type KeyedChanges, unchanged, updated, updatedTracked } from "../../graph/index.ts";
import type { Answers } from "../answers.ts";
import type { Attempt } from "../attempt.ts";
import type { Intent } from "../intent.ts";
import type { PlugSettings } from "../settings.ts";
import { decideVerdict, type Verdict } from "../verdict.ts";
import type { Vif } from "../vif.ts";
import { lportOf } from "../vif.ts";
import type { Activity } from "./activity.ts";
import type { LocalChassis } from "./local-chassis.ts";
import { ownedVifOf } from "./vif.ts";

export type Verdicts = Map<string, Verdict>;

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly activity: { readonly data: { readonly current: Activity } };
  readonly intent: { readonly data: ReadonlyMap<string, Intent> };
  readonly answer: { readonly data: ReadonlyMap<string, Answers> };
  readonly claim: {
    readonly data: {
      readonly byLport: ReadonlyMap<string, string>;
      readonly byName: ReadonlyMap<string, ReadonlySet<string>>;
    };
  };
  readonly vif: {
    readonly data: {
      readonly byLport: ReadonlyMap<string, readonly Vif[]>;
      readonly byName: ReadonlyMap<string, Vif>;
    };
  };
  readonly attempt: { readonly data: ReadonlyMap<string, Attempt> };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: Verdicts;
  readonly changes: KeyedChanges<string>;
}

type Lports = { readonly input: { readonly changes: ReadonlyMap<string, Cause> } };

/** Decides every port, and tracks exactly the ones whose verdict is another than before. */
export function decideEveryPort(context: Context & { readonly cause: Cause }) {
  const { inputs, data, cause } = context;
  const lports = new Map<string, Cause>();
  for (const lport of data.keys()) lports.set(lport, cause);
  for (const lport of inputs.intent.data.keys()) lports.set(lport, cause);
  return reconsider(context, lports) === unchanged ? unchanged : updatedTracked;
}

export function plugLportsHandler(context: Context & Lports) {
  return reconsider(context, context.input.changes);
}

/** A port's intent also bears on the ports that want the name of its interface. */
export function plugIntentHandler(context: Context & Lports) {
  const { inputs, input } = context;
  const lports = new Map(input.changes);
  for (const [lport, cause] of input.changes) {
    const vif = ownedVifOf(inputs.vif.data, lport);
    if (vif !== undefined) addClaimants(lports, inputs, vif.interface.name, cause);
  }
  return reconsider(context, lports);
}

export function plugClaimHandler(context: Context & Lports) {
  const lports = new Map<string, Cause>();
  for (const [name, cause] of context.input.changes) addClaimants(lports, context.inputs, name, cause);
  return reconsider(context, lports);
}

export function plugVifHandler(
  context: Context & {
    readonly input: {
      readonly changes: {
        readonly lports: ReadonlyMap<string, Cause>;
        readonly names: ReadonlyMap<string, Cause>;
      };
    };
  },
) {
  const { inputs, input } = context;
  const lports = new Map(input.changes.lports);
  // A claimant that got an interface, or lost it, makes way for the others, or comes before them.
  for (const [lport, cause] of input.changes.lports) {
    const name = inputs.claim.data.byLport.get(lport);
    if (name !== undefined) addClaimants(lports, inputs, name, cause);
  }
  for (const [name, cause] of input.changes.names) addClaimants(lports, inputs, name, cause);
  return reconsider(context, lports);
}

function addClaimants(lports: Map<string, Cause>, inputs: Inputs, name: string, cause: Cause): void {
  for (const lport of inputs.claim.data.byName.get(name) ?? []) lports.set(lport, cause);
}

function reconsider({ inputs, data, changes }: Context, lports: ReadonlyMap<string, Cause>) {
  let any = false;
  for (const [lport, cause] of lports) {
    const intent = inputs.intent.data.get(lport);
    if (intent === undefined) {
      if (!data.delete(lport)) continue;
    } else {
      const before = data.get(lport);
      const after = decide(inputs, lport, intent);
      if (before !== undefined && sameVerdict(before, after)) continue;
      data.set(lport, after);
    }
    changes.set(lport, cause);
    any = true;
  }
  return any ? updated : unchanged;
}

function sameVerdict(a: Verdict, b: Verdict): boolean {
  return (
    a.change === null &&
    b.change === null &&
    a.state === b.state &&
    a.reason === b.reason &&
    a.interface === b.interface &&
    a.plugType === b.plugType &&
    a.retry === b.retry &&
    a.tries === b.tries
  );
}

function decide(inputs: Inputs, lport: string, intent: Intent): Verdict {
  const { bridge } = inputs.localChassis.data.current;
  const activity = inputs.activity.data.current;
  return decideVerdict({
    lport,
    intent,
    answers: inputs.answer.data.get(lport),
    owned: ownedVifOf(inputs.vif.data, lport),
    attempt: inputs.attempt.data.get(lport),
    bridge,
    onRename: inputs.settings.data.current.onRename,
    notActive: activity.active ? null : activity.reason,
    obstacle: (name) => obstacle(inputs, lport, name),
  });
}

/** Contract rule P6: who has the name already, or comes first of those that want it. */
function obstacle(inputs: Inputs, lport: string, name: string): string | null {
  const holder = inputs.vif.data.byName.get(name);
  if (holder !== undefined) {
    const other = lportOf(holder);
    if (!holder.owned) return `an interface ${name} exists that was not plugged for OVN on this bridge`;
    return `interface ${name} is plugged for logical port ${other}`;
  }
  let first = lport;
  for (const other of inputs.claim.data.byName.get(name) ?? []) {
    if (other < first && !hasInterface(inputs, other)) first = other;
  }
  if (first === lport) return null;
  return `logical port ${first} wants interface ${name} too, and comes first by name`;
}

function hasInterface(inputs: Inputs, lport: string): boolean {
  return ownedVifOf(inputs.vif.data, lport) !== undefined;
}
