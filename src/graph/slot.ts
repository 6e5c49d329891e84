/**
 * A node's place in one engine: its data, state, counters and edges; and the topological order of a graph.
 *
 * Invariant: `context` is the only holder of the node's data and changes. The nodes after it see the same object
 * as their `inputs.NAME`, so nothing has to be copied or allocated to call a function.
 */
import type { Cause, Reason } from "./cause.ts";
import { GraphError } from "./errors.ts";
import type { AnyHandler, GraphNode } from "./node.ts";
import { Counters } from "./stats.ts";

export type State = "stale" | "updated" | "unchanged" | "canceled";

export interface Edge {
  readonly from: Slot;
  /** The name the node's functions use for this input. */
  readonly key: string;
  readonly handler: AnyHandler | undefined;
  /** The handler's own name, or the conventional NODE_INPUT_handler if it was written in place. */
  readonly handlerName: string | undefined;
  /** Why changes of this input never matter, for a no-op handler. */
  readonly noop: string | undefined;
}

interface SlotContext {
  data: unknown;
  changes: unknown;
  cause: Cause;
  input: { readonly data: unknown; readonly changes: unknown };
  readonly inputs: object;
}

export interface Slot {
  readonly node: GraphNode;
  readonly edges: readonly Edge[];
  readonly counters: Counters;
  readonly context: SlotContext;
  state: State;
  /** Updated: the tracked changes say exactly what changed. */
  tracked: boolean;
  /** Functions of the node were called in this run. */
  ran: boolean;
  /** The data may hold what no later node has seen. */
  torn: boolean;
  /** Why the node must be recomputed before it is valid again. */
  pending: Reason | undefined;
  /** Why the node was last recomputed, while its changes are not tracked. */
  because: Reason | undefined;
  /** Input nodes: what was pushed since the last run. */
  pushes: Push[];
  /** Run nodes: the latest poke since the last run. */
  poke: Cause | undefined;
}

export interface Push {
  readonly batch: unknown;
  readonly cause: Cause;
  readonly reset: boolean;
}

/**
 * The slots of everything `outputs` depend on, inputs first.
 * @throws GraphError cycle, duplicate-name, unknown-input
 */
export function connect(outputs: readonly GraphNode[], first: Cause): Slot[] {
  const slots = new Map<GraphNode, Slot>();
  const names = new Set<string>();
  const path: GraphNode[] = [];

  function visit(node: GraphNode): Slot {
    const known = slots.get(node);
    if (known !== undefined) return known;
    if (path.includes(node)) {
      const names = [...path.slice(path.indexOf(node)), node].map((one) => one.name);
      throw new GraphError("cycle", `the graph has a cycle: ${names.join(" -> ")}`);
    }
    path.push(node);
    const slot = makeSlot(node, edgesOf(node, visit), first);
    path.pop();
    if (names.has(node.name)) {
      throw new GraphError("duplicate-name", `two nodes are named ${node.name}; names are unique in a graph`);
    }
    names.add(node.name);
    slots.set(node, slot);
    return slot;
  }

  for (const output of outputs) visit(output);
  return [...slots.values()];
}

function edgesOf(node: GraphNode, visit: (node: GraphNode) => Slot): Edge[] {
  for (const key of Object.keys(node.handlers)) {
    if (!Object.hasOwn(node.inputs, key)) {
      throw new GraphError(
        "unknown-input",
        `node ${node.name} has a handler for ${key}, which is not one of its inputs`,
      );
    }
  }
  return Object.entries(node.inputs).map(([key, input]) => {
    if (typeof input?.name !== "string" || typeof input.data !== "function") {
      throw new GraphError("unknown-input", `input ${key} of node ${node.name} is not a node`);
    }
    const handler = node.handlers[key];
    const from = visit(input);
    if (typeof handler !== "function") {
      return { from, key, handler: undefined, handlerName: undefined, noop: handler?.reason };
    }
    const named = handler.name !== "" && handler.name !== key;
    const handlerName = named ? handler.name : `${node.name}_${input.name}_handler`;
    return { from, key, handler, handlerName, noop: undefined };
  });
}

function makeSlot(node: GraphNode, edges: readonly Edge[], first: Cause): Slot {
  const inputs = Object.fromEntries(edges.map((edge) => [edge.key, edge.from.context]));
  const context: SlotContext = {
    data: node.data(),
    changes: node.changes?.(),
    cause: first,
    input: { data: undefined, changes: undefined },
    inputs: Object.freeze(inputs),
  };
  const entersHere = node.kind === "input";
  return {
    node,
    edges,
    counters: new Counters(),
    context,
    state: entersHere ? "unchanged" : "stale",
    tracked: false,
    ran: false,
    torn: false,
    pending: entersHere ? undefined : reason(node.name, "first run", first),
    because: undefined,
    pushes: [],
    poke: undefined,
  };
}

/** A reason that lies in the node itself, or in an input of it. */
export function reason(node: string, text: string, cause: Cause, edge?: Edge): Reason {
  return {
    node,
    input: edge?.from.node.name,
    handler: edge?.handlerName,
    text,
    cause,
    because: edge?.from.because,
  };
}
