/**
 * Output `absence`: the knowledge about each plugged port whose port binding is not in view, and so the questions to the
 * Southbound (absence.ts decides).
 */
import { type Cause, sameKeys } from "../../graph/index.ts";
import { type Absence, type Departure, decideAbsence, sameAbsence } from "../absence.ts";
import type { Lport } from "../lport.ts";
import type { Activity } from "./activity-node.ts";
import type { SouthboundState } from "./input-nodes.ts";
import { missingKnowledge } from "./intent-node.ts";
import type { LocalChassis } from "./local-chassis-node.ts";

interface Inputs {
  readonly activity: { readonly data: { readonly current: Activity } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly southbound: { readonly data: { readonly current: SouthboundState } };
  readonly lport: { readonly data: { readonly byName: ReadonlyMap<string, Lport> } };
  readonly departure: { readonly data: ReadonlyMap<string, Departure> };
}

interface Context {
  readonly inputs: Inputs;
  readonly cause: Cause;
}

export const absenceNode = {
  over: ({ lport }: Inputs) => lport.data.byName,
  deciding({ activity, localChassis, southbound, departure }: Inputs) {
    const local = localChassis.data.current;
    const facts = {
      chassis: local.chassis,
      view: southbound.data.current.view ?? null,
      isKnowledgeMissing: missingKnowledge(southbound.data.current, local) !== null,
      isActive: activity.data.current === null,
    };
    return (name: string, lport: Lport | undefined): Absence | undefined =>
      decideAbsence(lport, departure.data.get(name), facts);
  },
  same: sameAbsence,
  concerned: {
    activity: everyDeparture,
    southbound: everyDeparture,
    lport: sameKeys<string>,
    departure: sameKeys<string>,
  },
};

/** The ports whose rows have left the view: every other port can only be asked for by its name. */
function everyDeparture({ inputs, cause }: Context): ReadonlyMap<string, Cause> {
  return new Map(Array.from(inputs.departure.data.keys(), (lport) => [lport, cause]));
}
