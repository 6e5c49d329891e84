/** What one run did. It owns the tracked changes of that run: nothing else keeps them. */
import type { RunError } from "./errors.ts";
import type { GraphNode, Reading } from "./node.ts";

export class RunResult {
  /** Some node's function was called. */
  readonly ran: boolean;
  /** Some node is stale or canceled: its data, and those of the nodes after it, are not up to date. */
  readonly canceled: boolean;
  readonly errors: readonly RunError[];
  /** Updated nodes with their tracked changes; undefined where anything may have changed. */
  readonly #updated: ReadonlyMap<GraphNode, unknown>;

  constructor(
    ran: boolean,
    canceled: boolean,
    errors: readonly RunError[],
    updated: ReadonlyMap<GraphNode, unknown>,
  ) {
    this.ran = ran;
    this.canceled = canceled;
    this.errors = errors;
    this.#updated = updated;
  }

  get updated(): IterableIterator<GraphNode> {
    return this.#updated.keys();
  }

  isUpdated(node: GraphNode): boolean {
    return this.#updated.has(node);
  }

  /**
   * What changed in an updated node.
   * @returns undefined if the node was not updated, if it tracks no changes, or if anything may have changed
   */
  changes<D, C>(node: GraphNode<D, C>): Reading<C> | undefined {
    // The engine filled the map from this very node's `changes`, so the value is a C.
    return this.#updated.get(node) as Reading<C> | undefined;
  }
}
