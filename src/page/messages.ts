/**
 * The messages from the daemon to the page: each message is an event of the stream, with data as JSON. This file has types
 * only, so that both ends are compiled against the same names.
 */
import type { Graph } from "../graph/index.ts";
import type { Latency } from "../view/latencies.ts";
import type { ChassisStatus, PortStatus } from "../view/status-shape.ts";

export interface Messages {
  /** The first message: the page and the daemon. A browser with another page open has to load the page anew. */
  readonly hello: { readonly page: string; readonly pid: number };
  readonly chassis: ChassisStatus;
  /** The ports that are new or have changed, and the names of the ports that are gone. */
  readonly ports: { readonly changed: readonly PortStatus[]; readonly gone: readonly string[] };
  /** The whole graph, once. */
  readonly graph: Graph;
  /** The nodes whose counters have changed. */
  readonly nodes: Graph["nodes"];
  /** The recomputes since the last message of this kind, oldest first. */
  readonly recomputes: readonly RecomputeMessage[];
  /** The commits since the last message of this kind, oldest first. */
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
