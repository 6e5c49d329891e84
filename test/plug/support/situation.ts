/** What the status of one logical port is decided from: `lsp1`, which is to be plugged unless a test says otherwise. */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Advice } from "../../../src/plug/advice.ts";
import type { Attempt } from "../../../src/plug/attempt.ts";
import type { OtherChassis } from "../../../src/plug/bound.ts";
import type { Contest } from "../../../src/plug/contest.ts";
import { decideStatus } from "../../../src/plug/decide-status.ts";
import { type AskingFacts, gatherAdvice } from "../../../src/plug/gather-advice.ts";
import type { Intent, ToPlug, ToUnplug } from "../../../src/plug/intent.ts";
import { makeLport } from "../../../src/plug/lport.ts";
import type { LportStatus, StatusFacts } from "../../../src/plug/lport-status.ts";
import { classify, type ObservedInterface } from "../../../src/plug/observed-interface.ts";
import type { BridgeRef } from "../../../src/plug/rows.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { plugAs, recordedProvider, registryOf } from "../../support/providers.ts";
import {
  BRIDGE,
  bridgeRow,
  chassisRow,
  openVSwitchRow,
  pluggedRow,
  portRow,
  wantedRow,
} from "../../support/rows.ts";

export const bridge = { uuid: BRIDGE, name: "br-int" };
export const binding = wantedRow();
export const plug: ToPlug = {
  kind: "plug",
  lport: makeLport("lsp1", binding, []),
  plugType: "dummy",
  binding,
};
export const unplug: ToUnplug = {
  kind: "unplug",
  lport: makeLport("lsp1", null, []),
  plugType: "dummy",
  binding: null,
  ground: "absent",
  isCertain: true,
  reason: "it is gone",
};
export const ready = plugAs(undefined, { options: { "vif-plug-dummy-option": "value" } });
export const dummy = recordedProvider("dummy", { prepare: ready }).provider;

export function observed(columns: Parameters<typeof pluggedRow>[1] = {}): ObservedInterface {
  return classify(pluggedRow("lsp1", columns), portRow(), bridgeRow());
}

export interface Situation {
  readonly intent?: Intent;
  readonly attempt?: Attempt;
  readonly owned?: ObservedInterface;
  readonly bridge?: BridgeRef | null;
  readonly onRename?: "replug" | "report";
  readonly notActive?: string;
  readonly taker?: string;
  readonly takerOfLeftovers?: string;
  readonly held?: string;
  readonly providers?: readonly Provider[];
  /** Somebody else has the wanted name, for this reason. */
  readonly taken?: string;
  /** Who gets the wanted name, and what moves with it. */
  readonly contest?: Contest;
  /** Its claim and those of others go round in a circle. */
  readonly isInCircle?: true;
  /** The providers have not been asked. */
  readonly unasked?: boolean;
  /** In the place of what they have said. */
  readonly advice?: Advice;
  /** The provider is not part of the executable. */
  readonly isOutside?: true;
  /** What is known of other chassis. */
  readonly others?: ReadonlyMap<Uuid, OtherChassis>;
}

export function circumstances(situation: Situation): StatusFacts {
  const { providers = [dummy], owned, taken, unasked = false, intent: basis = plug } = situation;
  const lport = makeLport("lsp1", basis.lport.binding, owned === undefined ? [] : [owned]);
  const intent = { ...basis, lport };
  const registry = registryOf();
  for (const provider of providers)
    registry.register(provider, [provider.type], situation.isOutside !== true);
  const surroundings: AskingFacts = {
    views: { openVSwitch: openVSwitchRow(), bridge: bridgeRow() },
    forPlugType: (plugType) => registry.forPlugType(plugType),
    refused: () => registry.refused(),
    lookup: () => 0,
  };
  const asked = unasked ? undefined : gatherAdvice(intent, 0, surroundings, undefined);
  const free = { kind: "free", together: [intent.lport.name], refused: null, isInTurn: true } as const;
  return {
    intent,
    advice: situation.advice ?? asked,
    attempt: situation.attempt,
    chassis: {
      bridge: situation.bridge === undefined ? bridge : situation.bridge,
      bridgeName: bridge.name,
      chassis: { name: "hv1", record: chassisRow() },
      otherChassis: (row) => situation.others?.get(row),
      onRename: situation.onRename ?? "replug",
      notActive: situation.notActive ?? null,
      contests: {
        contest: () => (taken === undefined ? (situation.contest ?? free) : { kind: "lost", reason: taken }),
        taker: () => situation.taker ?? null,
        takerOf: () => situation.takerOfLeftovers ?? null,
        isInCircle: () => situation.isInCircle === true,
      },
      held: () => situation.held ?? null,
    },
  };
}

export const verdictOf = (situation: Situation): LportStatus => decideStatus(circumstances(situation));

/** What a situation would have written, as an attempt that was refused or is under way. */
export function changeOf(situation: Situation) {
  const { change } = verdictOf(situation);
  if (change === null) throw new Error("nothing is to be written");
  return change;
}
