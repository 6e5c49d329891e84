/** The daemon as control commands, metrics and the page see it, and the actions that they may ask for. */
import type { Cause, Engine, Statistics, Times, Verification } from "../graph/index.ts";
import type { PlugGraph } from "../plug/graph.ts";
import type { Coverage } from "./coverage.ts";
import type { Latencies } from "./latencies.ts";
import type { ProviderTimes } from "./provider-times.ts";
import type { Connections, FileStatus, ListenerStatus, ProviderStatus } from "./status-shape.ts";

export interface LastChange {
  /** Null: every port was decided anew, for a reason that `inc-engine/show-stats` shows. */
  readonly cause: Cause | null;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface LastReload {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** True: the file was valid, and is in force. */
  readonly isInForce: boolean;
}

export interface LastError {
  readonly error: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface DaemonView {
  readonly engine: Engine;
  /** The statistics of the engine. */
  readonly statistics: Statistics;
  readonly graph: PlugGraph;
  readonly ready: boolean;
  /** Why the daemon is not ready; null: it is ready. */
  readonly notReady: string | null;
  readonly coverage: Coverage;
  /** The times from a change of the Southbound to the commit that followed. */
  readonly latencies: Latencies;
  readonly providerTimes: ProviderTimes;
  /** True: this daemon holds the lock, and decides and writes for its chassis. */
  readonly isLockHeld: boolean;
  /** The last reload; null: no reload since the start. */
  readonly lastReload: LastReload | null;
  /** The times from a transaction to its reply. */
  readonly transactionTimes: Times;
  /** The uses of memory, as counts by name: rows, ports, clients, kilobytes. */
  usage(): ReadonlyMap<string, number>;
  connections(): Connections;
  providers(): readonly ProviderStatus[];
  /** The number of plugged ports that ovn-controller has not bound for a while. */
  readonly unbound: number;
  /** The HTTP listener; null: there is none. */
  readonly metrics: ListenerStatus | null;
  /** The states of the files that the daemon keeps. */
  readonly files: readonly FileStatus[];
  lastChange(lport: string): LastChange | null;
  lastError(lport: string): LastError | null;
  /** The time of the next try, in milliseconds since the epoch; null: no try is scheduled. */
  nextTry(lport: string): number | null;
  /** Confirms the unplug of all ports that are due now. @returns the number of ports */
  confirmUnplug(): number;
  /** Accepts a Southbound that is behind the known index of its cluster. */
  resetClusterState(): void;
  /** Recomputes every node, now. */
  recompute(reason: string): void;
  /** Compares the data of every node with a recompute from the replicas, and repairs a difference. */
  verify(): Verification;
  /** Ends the daemon as SIGTERM does. */
  exit(): void;
}
