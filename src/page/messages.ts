/**
 * What the daemon tells the page: one event of the stream for each entry, with its data as JSON. Types only, so that both
 * ends are compiled against the same words.
 */
import type { Graph } from "../graph/index.ts";
import type { Latency } from "../view/latencies.ts";
import type { ChassisStatus, PortStatus } from "../view/status-shape.ts";

export interface Messages {
  /** First of all: which page and daemon this is. Another page than the one that is open is to be loaded anew. */
  readonly hello: { readonly page: string; readonly pid: number };
  readonly chassis: ChassisStatus;
  /** The ports that are there for the first time or say something new, and the names of those that are gone. */
  readonly ports: { readonly changed: readonly PortStatus[]; readonly gone: readonly string[] };
  /** The whole graph, once. */
  readonly graph: Graph;
  /** The nodes whose counters have moved. */
  readonly nodes: Graph["nodes"];
  /** The recomputes since the last word, oldest first. */
  readonly recomputes: readonly RecomputeMessage[];
  /** The commits since the last word, oldest first. */
  readonly latencies: readonly Latency[];
}

export type MessageName = keyof Messages;

export interface RecomputeMessage {
  /** The run of the engine, counted from 1. */
  readonly run: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly node: string;
  readonly outcome: string;
  readonly durationMs: number;
  readonly reason: string;
}
