/** Output `plug`: the verdict on every logical port that is wanted here or plugged here (verdict.ts decides). */
import { type Cause, type KeyedChanges, unchanged, updated, updatedTracked } from "../../graph/index.ts";
import type { Answers } from "../answers.ts";
import type { Attempt } from "../attempt.ts";
import { type Contestants, contest, successorOf } from "../contest.ts";
import type { Intent } from "../intent.ts";
import { vifsOf } from "../lport.ts";
import type { LportMap } from "../lport-map.ts";
import type { PlugSettings } from "../settings.ts";
import { type Around, decideVerdict, type Verdict } from "../verdict.ts";
import type { Vif } from "../vif.ts";
import { type Activity, whyNotActive } from "./activity.ts";
import { heldReason } from "./hold.ts";
import type { LocalChassis } from "./local-chassis.ts";

export type Verdicts = LportMap<Verdict>;

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly activity: { readonly data: { readonly current: Activity } };
  readonly intent: { readonly data: ReadonlyMap<string, Intent> };
  readonly answer: { readonly data: ReadonlyMap<string, Answers> };
  readonly claim: {
    readonly data: {
      readonly byLport: ReadonlyMap<string, string>;
      readonly byName: ReadonlyMap<string, readonly string[]>;
    };
  };
  readonly vif: { readonly data: { readonly byName: ReadonlyMap<string, Vif> } };
  readonly attempt: { readonly data: ReadonlyMap<string, Attempt> };
  readonly hold: { readonly data: { readonly due: ReadonlySet<string>; readonly isHeld: boolean } };
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
  const reconsider = reconsidering(context);
  let any = false;
  const intents = inputs.intent.data;
  intents.forEach((intent, lport) => {
    if (reconsider(lport, intent, cause)) any = true;
  });
  if (data.size > intents.size) {
    for (const lport of data.keys()) {
      if (!intents.has(lport) && reconsider(lport, undefined, cause)) any = true;
    }
  }
  return any ? updatedTracked : unchanged;
}

export function plugLportsHandler(context: Context & Lports) {
  const lports = new Map<string, Cause>();
  for (const [lport, cause] of context.input.changes) addWithRivals(lports, context.inputs, lport, cause);
  return reconsiderAll(context, lports);
}

export function plugClaimHandler(context: Context & Lports) {
  const lports = new Map<string, Cause>();
  for (const [name, cause] of context.input.changes) addContestants(lports, context.inputs, name, cause);
  return reconsiderAll(context, lports);
}

export function plugVifHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<string, { readonly cause: Cause }> } },
) {
  const lports = new Map<string, Cause>();
  for (const [name, { cause }] of context.input.changes) addContestants(lports, context.inputs, name, cause);
  return reconsiderAll(context, lports);
}

/** A port, and all that want one of its interfaces or have the one it wants: what is decided of it bears on them. */
function addWithRivals(lports: Map<string, Cause>, inputs: Inputs, lport: string, cause: Cause): void {
  lports.set(lport, cause);
  if (inputs.claim.data.byLport.size === 0) return;
  const claimed = inputs.claim.data.byLport.get(lport);
  if (claimed !== undefined) addContestants(lports, inputs, claimed, cause);
  const intent = inputs.intent.data.get(lport);
  for (const vif of intent === undefined ? [] : vifsOf(intent.lport)) {
    addClaimants(lports, inputs, vif.interface.name, cause);
  }
}

function addContestants(lports: Map<string, Cause>, inputs: Inputs, name: string, cause: Cause): void {
  addClaimants(lports, inputs, name, cause);
  const holder = inputs.vif.data.byName.get(name);
  if (holder !== undefined && holder.lport !== null) lports.set(holder.lport, cause);
}

function addClaimants(lports: Map<string, Cause>, inputs: Inputs, name: string, cause: Cause): void {
  for (const lport of inputs.claim.data.byName.get(name) ?? []) lports.set(lport, cause);
}

function reconsiderAll(context: Context, lports: Map<string, Cause>) {
  const { inputs, changes } = context;
  // Who was decided in this run was decided on all inputs as they are now, whichever of them it was.
  for (const lport of changes.keys()) lports.delete(lport);
  if (lports.size === 0) return unchanged;
  const reconsider = reconsidering(context);
  let any = false;
  for (const [lport, cause] of lports) {
    if (reconsider(lport, inputs.intent.data.get(lport), cause)) any = true;
  }
  return any ? updated : unchanged;
}

/** Decides one logical port; a verdict that says the same stays the same object. Answers whether it is another one. */
function reconsidering({ inputs, data, changes }: Context) {
  const around = aroundAll(inputs);
  return (lport: string, intent: Intent | undefined, cause: Cause): boolean => {
    if (intent === undefined) {
      if (!data.delete(lport)) return false;
    } else {
      const before = data.get(lport);
      const answers = inputs.answer.data.get(lport);
      const at = { intent, answers, attempt: inputs.attempt.data.get(lport), around };
      const after = decideVerdict(at);
      if (before !== undefined && sameVerdict(after, before)) return false;
      data.set(lport, after);
    }
    changes.set(lport, cause);
    return true;
  };
}

function sameVerdict(a: Verdict, b: Verdict): boolean {
  return (
    a.change === null &&
    b.change === null &&
    a.lport === b.lport &&
    a.state === b.state &&
    a.reason === b.reason &&
    a.interface === b.interface &&
    a.plugType === b.plugType &&
    a.retry === b.retry &&
    a.setbacks === b.setbacks &&
    a.tries === b.tries
  );
}

function aroundAll(inputs: Inputs): Around {
  const among = contestants(inputs);
  const settings = inputs.settings.data.current;
  const local = inputs.localChassis.data.current;
  const { bridge, bridgeName } = local;
  return {
    bridge,
    bridgeName,
    onRename: settings.onRename,
    notActive: whyNotActive(inputs.activity.data.current, local),
    contest: (lport, name) => contest(among, lport, name),
    successor: (lport) => successorOf(among, lport),
    held: (lport) => heldReason(inputs.hold.data, settings, lport),
  };
}

function contestants({ settings, hold, vif, claim, intent, answer, attempt }: Inputs): Contestants {
  return {
    holder: (name) => vif.data.byName.get(name),
    claimants: (name) => claim.data.byName.get(name) ?? NOBODY,
    intent: (lport) => intent.data.get(lport),
    answers: (lport) => answer.data.get(lport),
    attempt: (lport) => attempt.data.get(lport),
    isHeld: (lport) => heldReason(hold.data, settings.data.current, lport) !== null,
  };
}

const NOBODY: readonly string[] = [];
