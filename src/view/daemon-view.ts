/** What the control commands may see and do of the daemon. */
import type { Cause, Engine, Statistics, Times, Verification } from "../graph/index.ts";
import type { PlugGraph } from "../plug/graph.ts";
import type { Coverage } from "./coverage.ts";
import type { Latencies } from "./latencies.ts";
import type { ProviderTimes } from "./provider-times.ts";
import type { Connections, FileStatus, ListenerStatus, ProviderStatus } from "./status-shape.ts";

export interface LastChange {
  /** Null when every port was decided anew, for a reason that `inc-engine/show-stats` tells. */
  readonly cause: Cause | null;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface LastReload {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The file was valid, and is in force. */
  readonly isInForce: boolean;
}

export interface LastError {
  readonly error: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface DaemonView {
  readonly engine: Engine;
  /** What the engine did. */
  readonly statistics: Statistics;
  readonly graph: PlugGraph;
  readonly ready: boolean;
  /** Why it is not ready; null: it is. */
  readonly notReady: string | null;
  readonly coverage: Coverage;
  /** From a change of the Southbound to the commit that it led to. */
  readonly latencies: Latencies;
  readonly providerTimes: ProviderTimes;
  /** This daemon is the one of its chassis that decides and writes. */
  readonly isLockHeld: boolean;
  /** Null: the configuration has not been read anew since the start. */
  readonly lastReload: LastReload | null;
  /** From sending a transaction to its reply. */
  readonly transactionTimes: Times;
  /** What takes memory, as counts by name: rows, ports, clients, kilobytes. */
  usage(): ReadonlyMap<string, number>;
  connections(): Connections;
  providers(): readonly ProviderStatus[];
  /** How many plugged ports ovn-controller has not bound for a while. */
  readonly unbound: number;
  /** Null: nothing is served by HTTP. */
  readonly metrics: ListenerStatus | null;
  /** What the daemon has made and keeps. */
  readonly files: readonly FileStatus[];
  lastChange(lport: string): LastChange | null;
  lastError(lport: string): LastError | null;
  /** Milliseconds since the epoch, or null when no other try is scheduled. */
  nextTry(lport: string): number | null;
  /** Lets the ports go that are due to be unplugged now; answers how many. */
  confirmUnplug(): number;
  /** Takes a Southbound for up to date that is behind what was seen of its cluster. */
  resetClusterState(): void;
  /** Forces a recompute of every node, now. */
  recompute(reason: string): void;
  /** Compares the incremental state with a recompute from the replicas; a difference is healed. */
  verify(): Verification;
  /** Ends the daemon as SIGTERM does. */
  exit(): void;
}
