/** Node `intent`: what should become of each logical port that is wanted here or plugged here (intent.ts decides). */
import { type Cause, sameKeys } from "../../graph/index.ts";
import type { Absence, Departure } from "../absence.ts";
import { decideIntent, type Intent, type Knowledge } from "../intent.ts";
import type { Lport } from "../lport.ts";
import type { Obstacle } from "../obstacle.ts";
import type { PlugSettings } from "../settings.ts";
import type { SouthboundState } from "./input-nodes.ts";
import type { LocalChassis } from "./local-chassis-node.ts";

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly southbound: { readonly data: { readonly current: SouthboundState } };
  readonly lport: { readonly data: { readonly byName: ReadonlyMap<string, Lport> } };
  readonly absence: { readonly data: ReadonlyMap<string, Absence> };
  readonly departure: { readonly data: ReadonlyMap<string, Departure> };
}

export const intentNode = {
  over: ({ lport }: Inputs) => lport.data.byName,
  deciding(inputs: Inputs) {
    const { chassis } = inputs.localChassis.data.current;
    const knowledge = knowledgeOf(inputs.southbound.data.current, inputs.localChassis.data.current);
    const settings = inputs.settings.data.current;
    return (name: string, lport: Lport | undefined): Intent | undefined => {
      if (chassis === null || lport === undefined) return undefined;
      // Facts about departures concern only ports without a binding.
      if (lport.binding !== null) return decideIntent(lport, chassis, knowledge, settings) ?? undefined;
      const absence = inputs.absence.data.get(name);
      const departed = inputs.departure.data.get(name)?.row ?? null;
      return decideIntent(lport, chassis, knowledge, settings, absence, departed) ?? undefined;
    };
  },
  same: sameIntent,
  concerned: {
    southbound: askedForOrToGo,
    lport: sameKeys<string>,
    absence: sameKeys<string>,
    departure: sameKeys<string>,
  },
};

/** The ports that are asked for by name, and the ports that are to go: `isInDoubt` concerns all of the latter. */
function askedForOrToGo({
  data,
  input,
  cause,
}: {
  readonly data: ReadonlyMap<string, Intent>;
  readonly input: { readonly changes: ReadonlyMap<string, Cause> };
  readonly cause: Cause;
}): ReadonlyMap<string, Cause> {
  const lports = new Map(input.changes);
  for (const [lport, { kind }] of data) if (kind === "unplug") lports.set(lport, cause);
  return lports;
}

/** Compares two intents. The binding and the name of a foreign interface follow from the logical port. */
function sameIntent(a: Intent, b: Intent): boolean {
  if (a.lport !== b.lport || a.kind !== b.kind || a.plugType !== b.plugType) return false;
  if (a.kind === "plug" || b.kind === "plug") return true;
  if (a.reason !== b.reason) return false;
  if (lastSeenOf(a) !== lastSeenOf(b) || isLeaving(a) !== isLeaving(b)) return false;
  if (a.kind !== "unplug" || b.kind !== "unplug") return true;
  return a.ground === b.ground && a.binding === b.binding && a.isCertain === b.isCertain;
}

function lastSeenOf(intent: Intent) {
  return intent.kind === "stay" || intent.kind === "unplug" ? intent.lastSeen : undefined;
}

function isLeaving(intent: Intent): boolean {
  return intent.kind === "stay" && intent.isLeaving === true;
}

function knowledgeOf(southbound: SouthboundState, local: LocalChassis): Knowledge {
  return {
    missing: missingKnowledge(southbound, local)?.reason ?? null,
    isInDoubt: southbound.isInDoubt === true,
    asksFor: (lport) => southbound.synced && (southbound.acknowledged?.lports.has(lport) ?? false),
  };
}

/** Rule U3: the first missing knowledge that an unplug needs; null: nothing is missing. */
export function missingKnowledge(
  { synced, acknowledged }: SouthboundState,
  local: LocalChassis,
): Obstacle | null {
  if (!synced) return { code: "southbound", reason: "the Southbound is not connected or not up to date" };
  if (local.chassis?.record === null || local.chassis === null) {
    return { code: "chassis-row", reason: "the Southbound has no Chassis row for this chassis" };
  }
  if (
    acknowledged?.chassisUuid !== local.chassis.record._uuid ||
    acknowledged.chassisName !== local.chassis.name
  ) {
    return { code: "incomplete", reason: "the port bindings of this chassis are not complete yet" };
  }
  if (local.northdHasWritten) return null;
  return { code: "northd", reason: "ovn-northd has not filled the Southbound yet" };
}
