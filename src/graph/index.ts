/** The dataflow engine: knows nothing of OVSDB or plugging. Start with README.md. */
export * from "./cause.ts";
export { Engine, type EngineOptions, type PushOptions } from "./engine.ts";
export * from "./inspect/describe-graph.ts";
export { graphToDot, graphToMermaid } from "./inspect/dot.ts";
export {
  liveLine,
  type Picture,
  type PictureEdge,
  type PictureNode,
  pictureOf,
} from "./inspect/picture.ts";
export {
  type NodeStats,
  type RecomputeRecord,
  Statistics,
  type StatisticsOptions,
} from "./inspect/statistics.ts";
export { graphToSvg } from "./inspect/svg.ts";
export * from "./inspect/text.ts";
export { Times } from "./inspect/times.ts";
export * from "./inspect/verify.ts";
export * from "./keyed.ts";
export * from "./node.ts";
export type { EngineObserver } from "./observer.ts";
export type { RunError, RunResult } from "./result.ts";
export { GraphError, type State } from "./slot.ts";
