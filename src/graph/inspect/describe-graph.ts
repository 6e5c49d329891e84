/** A graph as plain data for pictures, texts and counters, with or without live states. */
import type { Engine } from "../engine.ts";
import type { GraphNode, Kind } from "../node.ts";
import { connect, type Slot, type State } from "../slot.ts";
import type { NodeStats, Statistics } from "./statistics.ts";

export interface NodeInfo {
  readonly name: string;
  readonly kind: Kind;
  /** The state and counters; undefined: no engine runs. */
  readonly live: (NodeStats & { readonly state: State }) | undefined;
}

export interface EdgeInfo {
  readonly from: string;
  readonly to: string;
  /** The name of the handler; undefined: recompute, or a no-op. */
  readonly handler: string | undefined;
  /** The reason of a no-op handler. */
  readonly noop: string | undefined;
}

export interface Graph {
  /** In topological order. */
  readonly nodes: readonly NodeInfo[];
  readonly edges: readonly EdgeInfo[];
}

/**
 * The graph of an engine, with the present states and counters.
 * @param statistics the observer of that engine
 */
export function describeGraph(engine: Engine, statistics: Statistics): Graph {
  const slots = [...engine.slots.values()];
  return describeSlots(slots, ({ node, state }) => ({ state, ...statistics.of(node) }));
}

/**
 * The graph of an engine with these outputs.
 * @throws GraphError cycle, duplicate-name, unknown-input
 */
export function describeNodes(outputs: readonly GraphNode[]): Graph {
  const never = { seq: 0, time: 0, source: "engine", label: "never run", key: undefined };
  return describeSlots([...connect(outputs, never).values()], () => undefined);
}

function describeSlots(slots: readonly Slot[], liveOf: (slot: Slot) => NodeInfo["live"]): Graph {
  return {
    nodes: slots.map((slot) => ({ name: slot.node.name, kind: slot.node.kind, live: liveOf(slot) })),
    edges: slots.flatMap((slot) =>
      slot.edges.map(({ from, handler, handlerName }) => ({
        from: from.node.name,
        to: slot.node.name,
        handler: typeof handler === "function" ? handlerName : undefined,
        noop: typeof handler === "object" ? handler.reason : undefined,
      })),
    ),
  };
}
