/** What one run did. It owns the tracked changes of that run: the engine keeps none of them. */
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
  /** Some node is stale or canceled; its data are not up to date, nor are those of the nodes after it. */
  readonly canceled: boolean;
  readonly errors: readonly RunError[];
  readonly #updated: ReadonlyMap<GraphNode, unknown>;

  /** @param updated each updated node with its tracked changes, or undefined where anything may have changed */
  constructor(updated: ReadonlyMap<GraphNode, unknown>, canceled: boolean, errors: readonly RunError[]) {
    this.#updated = updated;
    this.canceled = canceled;
    this.errors = errors;
  }

  isUpdated(node: GraphNode): boolean {
    return this.#updated.has(node);
  }

  /** What changed in an updated node; undefined if anything may have changed, or if the node was not updated. */
  changes<D, C>(node: GraphNode<D, C>): Reading<C> | undefined {
    // The map holds what this very node's `changes` made, so it is a C.
    return this.#updated.get(node) as Reading<C> | undefined;
  }
}
