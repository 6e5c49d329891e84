/** A graph as plain data: what is drawn, printed and counted, with or without live states. */
import type { GraphNode, Kind } from "../node.ts";
import { connect, type Slot, type State } from "../slot.ts";
import { Counters, type Engine } from "./chronicle.ts";
import type { TimeStats } from "./times.ts";

export type NodeStats = Readonly<Counters> & TimeStats;

export interface NodeInfo {
  readonly name: string;
  readonly kind: Kind;
  /** Undefined when no engine runs. */
  readonly live: (NodeStats & { readonly state: State }) | undefined;
}

export interface EdgeInfo {
  readonly from: string;
  readonly to: string;
  /** The handler's name; undefined: recompute, or a no-op. */
  readonly handler: string | undefined;
  /** The reason of a no-op handler. */
  readonly noop: string | undefined;
}

export interface Graph {
  /** In topological order. */
  readonly nodes: readonly NodeInfo[];
  readonly edges: readonly EdgeInfo[];
}

/** The graph that an engine runs, with states and counters as of now. */
export function describe(engine: Engine): Graph {
  const live = new Map(
    Array.from(engine.watched, ({ slot, counters, times }) => {
      return [slot, { state: slot.state, ...counters, ...times, histogram: [...times.histogram] }];
    }),
  );
  return describeSlots([...engine.slots.values()], (slot) => live.get(slot));
}

/** Sets the counters of every node to zero, and forgets how long the calls of its functions took. */
export function clearStats(engine: Engine): void {
  for (const watched of engine.watched) watched.counters = new Counters();
  clearTimes(engine);
}

/** Forgets how long the calls of every node's functions took, or of that one's; its counters stay. */
export function clearTimes(engine: Engine, name?: string): void {
  for (const { slot, times } of engine.watched) {
    if (name === undefined || slot.node.name === name) times.clearTimes();
  }
}

/**
 * The graph that an engine of these outputs would run.
 * @throws GraphError cycle, duplicate-name, unknown-input
 */
export function describeNodes(outputs: readonly GraphNode[]): Graph {
  const never = { seq: 0, time: 0, source: "engine", label: "never run", key: undefined };
  return describeSlots([...connect(outputs, never, {}).values()], () => undefined);
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
