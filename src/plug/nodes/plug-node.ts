/** Output `plug`: the status on every logical port that is wanted here or plugged here (decide-status.ts decides). */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Cause } from "../../graph/index.ts";
import type { Advice } from "../advice.ts";
import type { Attempt } from "../attempt.ts";
import { type OtherChassis, sameUnbound } from "../bound.ts";
import { Contests } from "../contest.ts";
import type { ContestFacts } from "../contest-ports.ts";
import { decideStatus } from "../decide-status.ts";
import type { Intent } from "../intent.ts";
import { interfacesOf } from "../lport.ts";
import type { ChassisFacts, LportStatus } from "../lport-status.ts";
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
  readonly otherChassis: { readonly data: ReadonlyMap<Uuid, OtherChassis> };
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
  over: ({ intent }: Inputs) => intent.data,
  deciding(inputs: Inputs) {
    const facts = chassisFacts(inputs);
    return (lport: string, intent: Intent | undefined): LportStatus | undefined => {
      if (intent === undefined) return undefined;
      const advice = inputs.advice.data.get(lport);
      return decideStatus({
        intent,
        advice,
        attempt: inputs.attempt.data.get(lport),
        chassis: facts,
      });
    };
  },
  same: sameStatus,
  concerned: {
    intent: lportsWithRivals,
    advice: lportsWithRivals,
    claim: contestantsOfClaims,
    hold: lportsWithRivals,
    observed: contestantsOfObserved,
    attempt: lportsWithRivals,
    otherChassis: lportsBoundThere,
  },
};

/** The ports whose reasons name a chassis about which the Southbound has answered. */
function lportsBoundThere({
  data,
  input,
}: {
  readonly data: ReadonlyMap<string, LportStatus>;
  readonly input: { readonly changes: ReadonlyMap<Uuid, Cause> };
}): ReadonlyMap<string, Cause> {
  const lports = new Map<string, Cause>();
  for (const [lport, { unbound }] of data) {
    const cause = unbound?.by ? input.changes.get(unbound.by) : undefined;
    if (cause !== undefined) lports.set(lport, cause);
  }
  return lports;
}

function lportsWithRivals({ inputs, input }: Changed): ReadonlyMap<string, Cause> {
  if (inputs.claim.data.byLport.size === 0) return input.changes;
  const rivals = new Rivals(inputs);
  for (const [lport, cause] of input.changes) rivals.add(lport, cause);
  return rivals.found;
}

function contestantsOfClaims({ inputs, input }: Changed): ReadonlyMap<string, Cause> {
  const rivals = new Rivals(inputs);
  for (const [name, cause] of input.changes) rivals.addContestants(name, cause);
  return rivals.found;
}

function contestantsOfObserved({ inputs, input }: ObservedChanged): ReadonlyMap<string, Cause> {
  const rivals = new Rivals(inputs);
  for (const [name, { cause }] of input.changes) rivals.addContestants(name, cause);
  return rivals.found;
}

/**
 * A port and its rivals: the ports that claim one of its interfaces or have the interface that it claims, and so on. The
 * decision about each of them depends on all.
 */
class Rivals {
  readonly found = new Map<string, Cause>();
  readonly #inputs: Inputs;

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }

  add(lport: string, cause: Cause): void {
    const { claim, intent } = this.#inputs;
    const waiting = [lport];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (this.found.has(at)) continue;
      this.found.set(at, cause);
      const claimed = claim.data.byLport.get(at);
      if (claimed !== undefined) waiting.push(...this.#contestants(claimed));
      const known = intent.data.get(at);
      for (const observed of known === undefined ? [] : interfacesOf(known.lport)) {
        waiting.push(...this.#claimants(observed.interface.name));
      }
    }
  }

  addContestants(name: string, cause: Cause): void {
    for (const lport of this.#contestants(name)) this.add(lport, cause);
  }

  #contestants(name: string): readonly string[] {
    const holder = this.#inputs.observed.data.byName.get(name)?.lport ?? null;
    return holder === null ? this.#claimants(name) : [...this.#claimants(name), holder];
  }

  #claimants(name: string): readonly string[] {
    return this.#inputs.claim.data.byName.get(name) ?? NOBODY;
  }
}

function sameStatus(a: LportStatus, b: LportStatus): boolean {
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
    a.tries === b.tries &&
    sameUnbound(a.unbound, b.unbound)
  );
}

function chassisFacts(inputs: Inputs): ChassisFacts {
  const settings = inputs.settings.data.current;
  const local = inputs.localChassis.data.current;
  const { bridge, bridgeName } = local;
  const held = (lport: string) => heldReason(inputs.hold.data, settings, lport);
  const contests = new Contests(contestFacts(inputs, (lport) => held(lport) !== null));
  return {
    bridge,
    bridgeName,
    chassis: local.chassis,
    otherChassis: (row) => inputs.otherChassis.data.get(row),
    onRename: settings.onRename,
    notActive: inputs.activity.data.current?.reason ?? null,
    contests,
    held,
  };
}

function contestFacts(
  { settings, observed, claim, intent, advice, attempt }: Inputs,
  isHeld: ContestFacts["isHeld"],
): ContestFacts {
  return {
    onRename: settings.data.current.onRename,
    holder: (name) => observed.data.byName.get(name),
    claimants: (name) => claim.data.byName.get(name) ?? NOBODY,
    intent: (lport) => intent.data.get(lport),
    advice: (lport) => advice.data.get(lport),
    attempt: (lport) => attempt.data.get(lport),
    isHeld,
  };
}

const NOBODY: readonly string[] = [];
