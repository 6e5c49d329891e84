/** The result of one run. It owns the tracked changes of the run: the engine keeps none of them. */
import type { Cause } from "./cause.ts";
import type { GraphNode, Reading } from "./node.ts";

/** A node's function threw. The node is stale until a recompute (an input node: a push with `reset`) succeeds. */
export interface RunError {
  readonly node: string;
  /** "apply", "run", or the handler's name. */
  readonly where: string;
  readonly error: unknown;
  readonly cause: Cause;
}

export class RunResult {
  /** True: a node is stale or canceled, and its data and those of later nodes are not up to date. */
  readonly canceled: boolean;
  readonly errors: readonly RunError[];
  readonly #updated: ReadonlyMap<GraphNode, unknown>;

  /** @param updated each updated node with its tracked changes; undefined: anything may have changed */
  constructor(updated: ReadonlyMap<GraphNode, unknown>, canceled: boolean, errors: readonly RunError[]) {
    this.#updated = updated;
    this.canceled = canceled;
    this.errors = errors;
  }

  isUpdated(node: GraphNode): boolean {
    return this.#updated.has(node);
  }

  /** The tracked changes of an updated node; undefined: anything may have changed, or the node was not updated. */
  changes<D, C>(node: GraphNode<D, C>): Reading<C> | undefined {
    // The map holds what this very node's `changes` made, so it is a C.
    return this.#updated.get(node) as Reading<C> | undefined;
  }
}
