/** What can go wrong: GraphError for a wrong use of the engine, RunError for a node's function that threw. */
import type { Cause } from "./cause.ts";

export type GraphErrorCode = "cycle" | "duplicate-name" | "unknown-input" | "unknown-node" | "busy";

/** Thrown where the graph is made or the engine is called wrongly: a fault of the program, not of its data. */
export class GraphError extends Error {
  readonly code: GraphErrorCode;
  constructor(code: GraphErrorCode, message: string) {
    super(message);
    this.name = "GraphError";
    this.code = code;
  }
}

/** A function of a node threw; the node is stale until a recompute of it succeeds. */
export interface RunError {
  readonly node: string;
  /** `apply`, `run` or the handler's name. */
  readonly where: string;
  readonly error: unknown;
  readonly cause: Cause;
}
