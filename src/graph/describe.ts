/** A graph as plain data: what is drawn, printed and counted, with or without live states. */

import type { GraphNode, Kind } from "./node.ts";
import { connect, type Slot, type State } from "./slot.ts";
import type { NodeStats } from "./stats.ts";

export interface NodeInfo {
  readonly name: string;
  readonly kind: Kind;
  /** Absent when no engine runs. */
  readonly live: (NodeStats & { readonly state: State }) | undefined;
}

export interface EdgeInfo {
  readonly from: string;
  readonly to: string;
  /** The handler's name, the reason of a no-op handler, or undefined: recompute. */
  readonly handler: string | undefined;
  readonly noop: string | undefined;
}

export interface Graph {
  /** In topological order. */
  readonly nodes: readonly NodeInfo[];
  readonly edges: readonly EdgeInfo[];
}

/** A graph without live data: what `new Engine(outputs)` would run. */
export function describeNodes(outputs: readonly GraphNode[]): Graph {
  const never = { seq: 0, time: 0, source: "engine", label: "described", key: undefined };
  return describe(connect(outputs, never).values(), false);
}

export function describe(slots: Iterable<Slot>, live: boolean): Graph {
  const nodes: NodeInfo[] = [];
  const edges: EdgeInfo[] = [];
  for (const { node, state, counters, edges: inputs } of slots) {
    nodes.push({
      name: node.name,
      kind: node.kind,
      live: live ? { state, ...counters.snapshot() } : undefined,
    });
    for (const { from, handler, handlerName, noop } of inputs) {
      edges.push({ from: from.node.name, to: node.name, handler: handler && handlerName, noop });
    }
  }
  return { nodes, edges };
}
