/**
 * Whether the reason for a change still holds when its transaction was refused because of another port. Until the refusal
 * arrived, the Southbound may have gone away, the port binding may have come back, somebody else may have given the port an
 * interface, the port may be wanted no more, another port may want the interface that goes, or the provider may be another
 * one. The interface that a port keeps beside a leftover may be gone, and another bridge may be the integration bridge. A pure
 * reading of the graph's data.
 *
 * Invariant: a reason that was a reply of the Southbound about a row (rule U1, absent by `_uuid`) does not hold any more.
 */
import type { Engine } from "../graph/index.ts";
import { misplacementOf } from "./advice.ts";
import { bridgesOf, type Change, lportOfChange, misplacedOf, removedBy, unpluggedBy } from "./change.ts";
import type { PlugGraph } from "./graph.ts";
import { interfacesOf } from "./lport.ts";
import { heldReason } from "./nodes/hold-node.ts";

export function isStillSo(engine: Engine, graph: PlugGraph, change: Change): boolean {
  const intents = engine.data(graph.intent);
  const { synced, acknowledged, isInDoubt } = engine.data(graph.inputs.southbound).current;
  const isKnownAbsent = (lport: string) => synced && acknowledged?.lports.has(lport) === true;
  const settings = engine.data(graph.inputs.settings).current;
  const hold = engine.data(graph.hold);
  const isHeld = (lport: string) => heldReason(hold, settings, lport) !== null;
  const removed = removedBy(change);
  // The interface changes hands then (rule P6), and does not go.
  if (removed !== null && engine.data(graph.claim).byName.has(removed.name)) return false;
  const bridge = engine.data(graph.localChassis).current.bridge?.uuid;
  if (!bridgesOf(change).every(({ uuid }) => uuid === bridge)) return false;
  const kept = change.kind === "remove" ? change.keeps : undefined;
  if (change.kind !== "remove" || kept !== undefined) {
    const intent = intents.get(lportOfChange(change));
    if (intent?.kind !== "plug") return false;
    const names = interfacesOf(intent.lport).map(({ interface: { name } }) => name);
    if (change.kind === "create" && names.length > 0) return false;
    // A leftover goes only beside the interface that its port keeps (rule U1).
    if (kept !== undefined && !names.includes(kept.wanted.name)) return false;
  }
  const misplacement = misplacementOf(engine.data(graph.advice).get(lportOfChange(change)));
  const wasMisplaced = misplacedOf(change) !== null;
  // The provider that said so may be another one by now.
  if (wasMisplaced && misplacement === null) return false;
  // Rule U7 beats U6 only by the word of a provider that is part of the executable.
  const goesAtOnce = wasMisplaced && misplacement?.isBuiltIn === true;
  if (change.kind === "remove" && !goesAtOnce && isHeld(lportOfChange(change))) return false;
  return unpluggedBy(change).every((lport) => {
    const intent = intents.get(lport);
    if (intent?.kind !== "unplug" || isHeld(lport) || isInDoubt === true) return false;
    return intent.lport.binding !== null || isKnownAbsent(lport);
  });
}
