/**
 * A node's place in one engine, and the topological order of a graph.
 *
 * Invariant: `context` alone holds the node's data and changes. The nodes after it see that same object as their
 * `inputs.NAME`, so calling a function copies and allocates nothing.
 */
import type { Cause, Reason } from "./cause.ts";
import type { AnyHandler, GraphNode } from "./node.ts";
import { Counters } from "./stats.ts";

export type State = "stale" | "updated" | "unchanged" | "canceled";

export interface Edge {
  readonly from: Slot;
  /** Undefined: a change of this input leads to a recompute. */
  readonly handler: AnyHandler | undefined;
  readonly handlerName: string;
  /** Why changes of this input never change the node, if a no-op handler says so. */
  readonly noop: string | undefined;
}

interface SlotContext {
  data: unknown;
  changes: unknown;
  /** What the node's functions are called for; then, what its data last changed for. */
  cause: Cause;
  input: { readonly data: unknown; readonly changes: unknown };
  readonly inputs: object;
}

export interface Push {
  readonly batch: unknown;
  readonly cause: Cause;
  readonly reset: boolean;
}

export interface Slot {
  readonly node: GraphNode;
  readonly counters: Counters;
  readonly context: SlotContext;
  edges: readonly Edge[];
  state: State;
  /** When updated: the tracked changes say exactly what changed. */
  tracked: boolean;
  /** Why the data last changed in a way that is not tracked. */
  because: Reason | undefined;
  /** A function of the node was called in this run. */
  ran: boolean;
  /** The data may hold what no node after this one has seen. */
  torn: boolean;
  /** Why the node must be recomputed before it is valid again. */
  pending: Reason | undefined;
  /** An input node's batches since the last run. */
  pushes: Push[];
  /** A run node's latest poke since the last run. */
  poke: Cause | undefined;
}

/** Thrown where a graph is made, or the engine is called, in a wrong way: a fault of the program, not of its data. */
export class GraphError extends Error {
  readonly code: "cycle" | "duplicate-name" | "unknown-input" | "unknown-node" | "busy";
  constructor(code: GraphError["code"], message: string) {
    super(message);
    this.name = "GraphError";
    this.code = code;
  }
}

/**
 * Slots for everything that `outputs` depend on, inputs first.
 * @throws GraphError cycle, duplicate-name, unknown-input
 */
export function connect(outputs: readonly GraphNode[], first: Cause): Map<GraphNode, Slot> {
  const slots = new Map<GraphNode, Slot>();
  const names = new Set<string>();
  const path: GraphNode[] = [];

  function visit(node: GraphNode): Slot {
    const known = slots.get(node);
    if (known !== undefined) return known;
    if (path.includes(node)) {
      const cycle = [...path.slice(path.indexOf(node)), node].map((one) => one.name).join(" -> ");
      throw new GraphError("cycle", `the graph has a cycle: ${cycle}; a node cannot depend on itself`);
    }
    path.push(node);
    const stray = Object.keys(node.handlers).find((key) => !Object.hasOwn(node.inputs, key));
    if (stray !== undefined) {
      throw new GraphError(
        "unknown-input",
        `${node.name} has a handler for ${stray}, which is not an input of it`,
      );
    }
    const edges = Object.keys(node.inputs).map((key) => edgeOf(node, key, visit));
    path.pop();
    if (names.has(node.name)) {
      throw new GraphError("duplicate-name", `two nodes are named ${node.name}; names are unique in a graph`);
    }
    names.add(node.name);
    const slot = slotOf(node, edges, first);
    slots.set(node, slot);
    return slot;
  }

  for (const output of outputs) visit(output);
  return slots;
}

function edgeOf(node: GraphNode, key: string, visit: (input: GraphNode) => Slot): Edge {
  const input = node.inputs[key];
  if (typeof input?.data !== "function") {
    throw new GraphError("unknown-input", `input ${key} of ${node.name} is not a node`);
  }
  const from = visit(input);
  const handler = node.handlers[key];
  const noop = typeof handler === "object" ? handler.reason : undefined;
  if (typeof handler !== "function") return { from, handler: undefined, handlerName: "", noop };
  // A handler written in place is named after its input only; OVN's convention tells more.
  const inPlace = handler.name === key || handler.name === "";
  const handlerName = inPlace ? `${node.name}_${input.name}_handler` : handler.name;
  return { from, handler, handlerName, noop };
}

function slotOf(node: GraphNode, edges: readonly Edge[], first: Cause): Slot {
  const keys = Object.keys(node.inputs);
  return {
    node,
    counters: new Counters(),
    context: {
      data: node.data(),
      changes: node.changes?.(),
      cause: first,
      input: { data: undefined, changes: undefined },
      inputs: Object.freeze(Object.fromEntries(edges.map((edge, i) => [keys[i], edge.from.context]))),
    },
    edges,
    state: "stale",
    tracked: false,
    because: undefined,
    ran: false,
    torn: false,
    pending: node.kind === "input" ? undefined : reasonFor(node, "first run", first),
    pushes: [],
    poke: undefined,
  };
}

/** A reason that lies in the node itself, or, with `edge`, in one of its inputs. */
export function reasonFor(node: GraphNode, text: string, cause: Cause, edge?: Edge): Reason {
  return {
    node: node.name,
    input: edge?.from.node.name,
    handler: edge?.handler && edge.handlerName,
    text,
    cause,
    because: edge?.from.tracked ? undefined : edge?.from.because,
  };
}
