/** Output `plug`: the status on every logical port that is wanted here or plugged here (status.ts decides). */
import type { Cause } from "../../graph/index.ts";
import type { Advice } from "../advice.ts";
import type { Attempt } from "../attempt.ts";
import { type ContestFacts, contest, successorOf } from "../contest.ts";
import type { Intent } from "../intent.ts";
import { interfacesOf } from "../lport.ts";
import { type ChassisFacts, decideStatus, type LportStatus } from "../lport-status.ts";
import type { ObservedInterface } from "../observed-interface.ts";
import type { PlugSettings } from "../settings.ts";
import type { Activity } from "./activity-node.ts";
import { type Holding, heldReason } from "./hold-node.ts";
import type { LocalChassis } from "./local-chassis-node.ts";

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly activity: { readonly data: { readonly current: Activity } };
  readonly intent: { readonly data: ReadonlyMap<string, Intent> };
  readonly advice: { readonly data: ReadonlyMap<string, Advice> };
  readonly claim: {
    readonly data: {
      readonly byLport: ReadonlyMap<string, string>;
      readonly byName: ReadonlyMap<string, readonly string[]>;
    };
  };
  readonly observed: { readonly data: { readonly byName: ReadonlyMap<string, ObservedInterface> } };
  readonly attempt: { readonly data: ReadonlyMap<string, Attempt> };
  readonly hold: { readonly data: Holding };
}

type Changed = {
  readonly inputs: Inputs;
  readonly input: { readonly changes: ReadonlyMap<string, Cause> };
};
type ObservedChanged = {
  readonly inputs: Inputs;
  readonly input: { readonly changes: ReadonlyMap<string, { readonly cause: Cause }> };
};

export const plugNode = {
  keys: ({ intent }: Inputs) => intent.data.keys(),
  deciding(inputs: Inputs) {
    const facts = chassisFacts(inputs);
    return (lport: string): LportStatus | undefined => {
      const intent = inputs.intent.data.get(lport);
      if (intent === undefined) return undefined;
      const advice = inputs.advice.data.get(lport);
      return decideStatus({
        intent,
        advice: advice,
        attempt: inputs.attempt.data.get(lport),
        chassis: facts,
      });
    };
  },
  same: sameVerdict,
  concerned: {
    intent: lportsWithRivals,
    advice: lportsWithRivals,
    claim: contestantsOfClaims,
    hold: lportsWithRivals,
    observed: contestantsOfObserved,
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

function contestantsOfObserved({ inputs, input }: ObservedChanged): ReadonlyMap<string, Cause> {
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
  for (const observed of intent === undefined ? [] : interfacesOf(intent.lport)) {
    addClaimants(lports, inputs, observed.interface.name, cause);
  }
}

function addContestants(lports: Map<string, Cause>, inputs: Inputs, name: string, cause: Cause): void {
  addClaimants(lports, inputs, name, cause);
  const holder = inputs.observed.data.byName.get(name);
  if (holder !== undefined && holder.lport !== null) lports.set(holder.lport, cause);
}

function addClaimants(lports: Map<string, Cause>, inputs: Inputs, name: string, cause: Cause): void {
  for (const lport of inputs.claim.data.byName.get(name) ?? []) lports.set(lport, cause);
}

function sameVerdict(a: LportStatus, b: LportStatus): boolean {
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

function chassisFacts(inputs: Inputs): ChassisFacts {
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

function contestants({ settings, hold, observed, claim, intent, advice, attempt }: Inputs): ContestFacts {
  return {
    holder: (name) => observed.data.byName.get(name),
    claimants: (name) => claim.data.byName.get(name) ?? NOBODY,
    intent: (lport) => intent.data.get(lport),
    advice: (lport) => advice.data.get(lport),
    attempt: (lport) => attempt.data.get(lport),
    isHeld: (lport) => heldReason(hold.data, settings.data.current, lport) !== null,
  };
}

const NOBODY: readonly string[] = [];
