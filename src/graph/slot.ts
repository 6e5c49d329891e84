/**
 * The place of a node in one engine, and the topological order of a graph.
 *
 * Invariant: only `context` holds the data and changes of the node. Later nodes see the same object as their `inputs.NAME`, so a
 * call copies and allocates nothing.
 */
import type { Cause, Reason } from "./cause.ts";
import type { AnyFunction, Context, GraphNode, Noop } from "./node.ts";

export type State = "stale" | "updated" | "unchanged" | "canceled";

export interface Edge {
  readonly from: Slot;
  /** Undefined: a change of this input leads to a recompute. */
  readonly handler: AnyFunction | Noop | undefined;
  /** `<node>_<input>_handler`, as in OVN, whatever the name of the function. */
  readonly handlerName: string;
}

export interface Push {
  readonly batch: unknown;
  readonly cause: Cause;
  readonly reset: boolean;
}

export class Slot {
  readonly node: GraphNode;
  readonly context: { -readonly [P in keyof Context]: Context[P] };
  edges: readonly Edge[];
  state: State = "stale";
  /** Why the tracked changes are not complete; undefined: they are. */
  untracked: Reason | undefined;
  /** A function of the node was called in this run. */
  ran = false;
  /** The part that may be wrong: the changes that later nodes get (after a forced recompute), or the data too. */
  dirty: "nothing" | "changes" | "data" = "nothing";
  /** Why the node must be recomputed before it is valid again. */
  pending: Reason | undefined;
  /** The pushes of an input node, and the latest poke of a run node, since the last run. */
  pushes: Push[] = [];
  poke: Cause | undefined;

  constructor(node: GraphNode, edges: readonly Edge[], first: Cause) {
    const views = Object.keys(node.inputs).map((key, i) => [key, edges[i]?.from.context]);
    const inputs = Object.freeze(Object.fromEntries(views));
    this.context = { data: node.data(), changes: node.changes?.(), cause: first, inputs, input: {} };
    this.node = node;
    this.edges = edges;
    if (node.kind !== "input") this.pending = this.reason("first run", first);
  }

  get isValid(): boolean {
    return this.state === "updated" || this.state === "unchanged";
  }

  cancel(pending: Reason | undefined): void {
    this.pending = pending;
    this.state = "canceled";
  }

  /** A reason for a recompute in the node itself, or with `edge`, in a handler. */
  reason(text: string, cause: Cause, edge?: Edge): Reason {
    const handler = edge?.handlerName;
    return { node: this.node.name, input: edge?.from.node.name, handler, text, cause, because: undefined };
  }

  /** A reason in an input whose change no handler can take in. */
  reasonOf({ from }: Edge, what: string): Reason {
    const reason = this.reason(`${what} ${from.node.name}`, from.context.cause);
    return { ...reason, input: from.node.name, because: from.untracked };
  }
}

/** A wrong definition of a graph, or a wrong call of its engine: a fault of the program, not of its data. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly code: "cycle" | "duplicate-name" | "unknown-input" | "unknown-node" | "busy";
  constructor(code: GraphError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Makes slots for every node that `outputs` depend on, inputs first.
 * @throws GraphError cycle, duplicate-name, unknown-input
 */
export function connect(outputs: readonly GraphNode[], first: Cause): Map<GraphNode, Slot> {
  const slots = new Map<GraphNode, Slot>();
  const names = new Set<string>();
  const path = new Set<GraphNode>();

  function visit(node: GraphNode): Slot {
    const known = slots.get(node);
    if (known !== undefined) return known;
    const { name } = node;
    if (path.has(node)) {
      const cycle = [...path, node].map((one) => one.name).join(" -> ");
      throw new GraphError("cycle", `node ${name} depends on itself: ${cycle}; a graph must have no cycle`);
    }
    path.add(node);
    const edges = Object.entries(node.inputs).map(([key, input]) => edgeOf(node, key, input));
    path.delete(node);
    const stray = Object.keys(node.handlers).find((key) => !Object.hasOwn(node.inputs, key));
    if (stray !== undefined) {
      throw new GraphError(
        "unknown-input",
        `node ${name} has a handler for ${stray}, which is none of its inputs`,
      );
    }
    if (names.has(name)) throw new GraphError("duplicate-name", `names are unique; two nodes are ${name}`);
    names.add(name);
    const slot = new Slot(node, edges, first);
    slots.set(node, slot);
    return slot;
  }

  function edgeOf(node: GraphNode, key: string, input: GraphNode): Edge {
    if (typeof input?.data !== "function") {
      throw new GraphError("unknown-input", `input ${key} of node ${node.name} is not a node`);
    }
    const from = visit(input);
    return { from, handler: node.handlers[key], handlerName: `${node.name}_${input.name}_handler` };
  }

  for (const output of outputs) visit(output);
  return slots;
}
