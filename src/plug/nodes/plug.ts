/** Output `plug`: the verdict on every logical port that is wanted here or plugged here (verdict.ts decides). */
import type { Cause } from "../../graph/index.ts";
import type { Answers } from "../answers.ts";
import type { Attempt } from "../attempt.ts";
import { type Contestants, contest, successorOf } from "../contest.ts";
import type { Intent } from "../intent.ts";
import { vifsOf } from "../lport.ts";
import type { PlugSettings } from "../settings.ts";
import { type Around, decideVerdict, type Verdict } from "../verdict.ts";
import type { Vif } from "../vif.ts";
import type { Activity } from "./activity.ts";
import { type Holding, heldReason } from "./hold.ts";
import type { LocalChassis } from "./local-chassis.ts";

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
  readonly hold: { readonly data: Holding };
}

type Changed = {
  readonly inputs: Inputs;
  readonly input: { readonly changes: ReadonlyMap<string, Cause> };
};
type VifChanged = {
  readonly inputs: Inputs;
  readonly input: { readonly changes: ReadonlyMap<string, { readonly cause: Cause }> };
};

export const plugNode = {
  keys: ({ intent }: Inputs) => intent.data.keys(),
  deciding(inputs: Inputs) {
    const around = aroundAll(inputs);
    return (lport: string): Verdict | undefined => {
      const intent = inputs.intent.data.get(lport);
      if (intent === undefined) return undefined;
      const answers = inputs.answer.data.get(lport);
      return decideVerdict({ intent, answers, attempt: inputs.attempt.data.get(lport), around });
    };
  },
  same: sameVerdict,
  concerned: {
    intent: lportsWithRivals,
    answer: lportsWithRivals,
    claim: contestantsOfClaims,
    hold: lportsWithRivals,
    vif: contestantsOfVifs,
    attempt: lportsWithRivals,
  },
};

function lportsWithRivals({ inputs, input }: Changed): ReadonlyMap<string, Cause> {
  if (inputs.claim.data.byLport.size === 0) return input.changes;
  const lports = new Map<string, Cause>();
  for (const [lport, cause] of input.changes) addWithRivals(lports, inputs, lport, cause);
  return lports;
}

function contestantsOfClaims({ inputs, input }: Changed): ReadonlyMap<string, Cause> {
  const lports = new Map<string, Cause>();
  for (const [name, cause] of input.changes) addContestants(lports, inputs, name, cause);
  return lports;
}

function contestantsOfVifs({ inputs, input }: VifChanged): ReadonlyMap<string, Cause> {
  const lports = new Map<string, Cause>();
  for (const [name, { cause }] of input.changes) addContestants(lports, inputs, name, cause);
  return lports;
}

/** A port, and all that want one of its interfaces or have the one it wants: what is decided of it bears on them. */
function addWithRivals(lports: Map<string, Cause>, inputs: Inputs, lport: string, cause: Cause): void {
  lports.set(lport, cause);
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
    notActive: inputs.activity.data.current?.reason ?? null,
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
