/** The dataflow engine: knows nothing of OVSDB or plugging. Start with README.md. */
export * from "./cause.ts";
export type { PushOptions } from "./engine.ts";
export { Engine, type EngineOptions, type RecomputeRecord } from "./inspect/chronicle.ts";
export * from "./inspect/describe.ts";
export { graphToDot, graphToMermaid } from "./inspect/dot.ts";
export { graphToSvg } from "./inspect/svg.ts";
export * from "./inspect/text.ts";
export { Times } from "./inspect/times.ts";
export * from "./inspect/verify.ts";
export * from "./node.ts";
export type { RunError, RunResult } from "./result.ts";
export { GraphError, type State } from "./slot.ts";
