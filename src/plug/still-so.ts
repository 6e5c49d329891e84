/**
 * The grounds of a change: what has to be so still when the change is sent again, because its transaction was refused for the
 * sake of another port. Until the refusal arrived, both databases, the providers and the other ports may have changed. A ground
 * that does not matter to a change holds for it. A new ground is one new entry. A pure reading of the graph's data.
 *
 * Invariant: a reason that was a reply of the Southbound about a row (rule U1, absent by `_uuid`) does not hold any more.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Engine } from "../graph/index.ts";
import { type Misplacement, misplacementOf } from "./advice.ts";
import {
  bridgesOf,
  type Change,
  desiredAfter,
  lportOfChange,
  misplacedOf,
  removedBy,
  togetherOf,
  unpluggedBy,
} from "./change.ts";
import type { PlugGraph } from "./graph.ts";
import { type Intent, NOT_ALL_TOLD, type ToUnplug } from "./intent.ts";
import { interfacesOf } from "./lport.ts";
import { heldReason } from "./nodes/hold-node.ts";
import type { SouthboundState } from "./nodes/input-nodes.ts";

/** A change, and the present facts that its grounds are about. */
interface Facts {
  readonly change: Change;
  readonly intents: ReadonlyMap<string, Intent>;
  /** What the providers of the change's port say now about the interface in place. */
  readonly misplacement: Misplacement | null;
  readonly southbound: SouthboundState;
  /** The integration bridge; undefined: it does not exist. */
  readonly bridge: Uuid | undefined;
  isClaimed(interfaceName: string): boolean;
  isHeld(lport: string): boolean;
}

export interface Ground {
  /** The rules of docs/rules.md that the ground is from. */
  readonly rules: string;
  /** What is so where the ground does not hold; for people. */
  readonly lapse: string;
  holds(facts: Facts): boolean;
}

/** A port that is added to another bridge connects nobody, and a port on another bridge is not ours to take. */
const onTheIntegrationBridge: Ground = {
  rules: "P1, U1",
  lapse: "another bridge is the integration bridge",
  holds: ({ change, bridge }) => bridgesOf(change).every(({ uuid }) => uuid === bridge),
};

/** An interface that somebody claims changes hands in place: traffic would stop if the interface went and came back. */
const claimedByNobody: Ground = {
  rules: "P6",
  lapse: "another logical port wants the interface that goes",
  holds({ change, isClaimed }) {
    const removed = removedBy(change);
    return removed === null || !isClaimed(removed.name);
  },
};

/** A second interface with the same iface-id would be a leftover, or stand beside a foreign interface. */
const withoutAnother: Ground = {
  rules: "P1, P5",
  lapse: "the logical port has got an interface from somebody else",
  holds(facts) {
    const { change } = facts;
    const getsOne = change.kind !== "remove" && (change.kind !== "update" || change.adoption !== undefined);
    const left = change.kind === "replug" ? change.leaves.name : null;
    return !getsOne || interfaceNames(facts).every((name) => name === left);
  },
};

/** An interface for a port that nobody wants here would have to be unplugged again. */
const wanted: Ground = {
  rules: "P1, P2, U1",
  lapse: "the logical port is not known to be wanted here",
  holds: ({ change, intents }) =>
    desiredAfter(change) === null || intents.get(lportOfChange(change))?.kind === "plug",
};

/** A leftover goes only beside an interface of ours that its port keeps; without that interface it is all that the port has. */
const besideTheKept: Ground = {
  rules: "U1",
  lapse: "the logical port has lost the interface that it was to keep",
  holds({ change, intents }) {
    if (change.kind === "remove" && change.keeps !== undefined) {
      return ownNames(intents.get(change.lport)).includes(change.keeps.wanted.name);
    }
    const taken = change.kind === "replug" ? change.take : change;
    if (taken.kind !== "update" || taken.adoption === undefined) return true;
    const { from, leaving } = taken.adoption;
    const isLeftover = leaving === null && !togetherOf(change).includes(from);
    return !isLeftover || ownNames(intents.get(from)).some((name) => name !== taken.interface.name);
  },
};

/** The device may have come back to the port, or another provider may answer by now: then the interface is wired right. */
const misplaced: Ground = {
  rules: "U7",
  lapse: "no provider says that the interface belongs to somebody else",
  holds: ({ change, misplacement }) => misplacedOf(change) === null || misplacement !== null,
};

/** A hold waits for a person. Rule U7 beats rule U6 only by the word of a provider that is part of the executable. */
const notHeld: Ground = {
  rules: "U6, U7",
  lapse: "too many unplugs are due at once, or the Southbound is another database, and the unplug is held",
  holds({ change, misplacement, isHeld }) {
    const goesAtOnce = misplacedOf(change) !== null && misplacement?.isBuiltIn === true;
    const removed = change.kind === "remove" && !goesAtOnce ? [lportOfChange(change)] : [];
    return ![...removed, ...unpluggedBy(change)].some(isHeld);
  },
};

/** The port may be wanted here again. An intent is to unplug only while nothing is missing that rule U3 needs. */
const dueToGo: Ground = {
  rules: "U1, U2, U3",
  lapse: "the logical port that loses its interface is not known to be due to go",
  holds: (facts) => intentsOfUnplugged(facts).length === unpluggedBy(facts.change).length,
};

/** The row that brings the port back may be in the part that is on its way. */
const allTold: Ground = {
  rules: "U3",
  lapse: NOT_ALL_TOLD,
  holds: ({ change, southbound }) => unpluggedBy(change).length === 0 || southbound.isInDoubt !== true,
};

/** A row in view says itself that its port goes. Without a row only the condition by name counts, and no earlier reply. */
const inViewOrAskedForByName: Ground = {
  rules: "U1, U3",
  lapse: "the Southbound has to be asked again whether the port binding is gone",
  holds(facts) {
    const { synced, acknowledged } = facts.southbound;
    const isKnownAbsent = (lport: string) => synced && acknowledged?.lports.has(lport) === true;
    return intentsOfUnplugged(facts).every(
      ({ lport: { name, binding } }) => binding !== null || isKnownAbsent(name),
    );
  },
};

const GROUNDS: readonly Ground[] = [
  onTheIntegrationBridge,
  claimedByNobody,
  withoutAnother,
  wanted,
  besideTheKept,
  misplaced,
  notHeld,
  dueToGo,
  allTold,
  inViewOrAskedForByName,
];

/** The first ground that does not hold any more; null: the change may be sent again. */
export function lapsedGround(engine: Engine, graph: PlugGraph, change: Change): Ground | null {
  const settings = engine.data(graph.inputs.settings).current;
  const hold = engine.data(graph.hold);
  const { byName: claims } = engine.data(graph.claim);
  const facts: Facts = {
    change,
    intents: engine.data(graph.intent),
    misplacement: misplacementOf(engine.data(graph.advice).get(lportOfChange(change))),
    southbound: engine.data(graph.inputs.southbound).current,
    bridge: engine.data(graph.localChassis).current.bridge?.uuid,
    isClaimed: (interfaceName) => claims.has(interfaceName),
    isHeld: (lport) => heldReason(hold, settings, lport) !== null,
  };
  return GROUNDS.find((ground) => !ground.holds(facts)) ?? null;
}

/** The names of all interfaces that carry the iface-id of the change's logical port. */
function interfaceNames({ change, intents }: Facts): readonly string[] {
  const intent = intents.get(lportOfChange(change));
  return intent === undefined ? [] : interfacesOf(intent.lport).map(({ interface: { name } }) => name);
}

/** The names of the interfaces of ours that carry the iface-id of a logical port. */
function ownNames(intent: Intent | undefined): readonly string[] {
  if (intent === undefined) return [];
  return interfacesOf(intent.lport).flatMap(({ isOwned, interface: { name } }) => (isOwned ? [name] : []));
}

/** The intents of the logical ports that the change unplugs and that are due to go. */
function intentsOfUnplugged({ change, intents }: Facts): readonly ToUnplug[] {
  return unpluggedBy(change)
    .map((lport) => intents.get(lport))
    .filter((intent) => intent?.kind === "unplug");
}
