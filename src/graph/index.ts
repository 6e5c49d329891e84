/** The dataflow engine: knows nothing of OVSDB or plugging. Read README.md first. */

export type { RecomputeRecord } from "./cause.ts";
export {
  type Cause,
  causeOfKey,
  formatCause,
  formatReason,
  type KeyedChanges,
  keyedChanges,
} from "./cause.ts";
export { type Clock, Engine, type EngineOptions, type PushOptions } from "./engine.ts";
export { GraphError, type GraphErrorCode, type RunError } from "./errors.ts";
export type {
  GraphNode,
  HandlerContext,
  InputNode,
  Kind,
  Own,
  Reading,
  RunContext,
  RunNode,
} from "./node.ts";
export { input, node, noop, unchanged, unhandled, updated, updatedTracked } from "./node.ts";
export type { RunResult } from "./result.ts";
