/** What the control commands may see and do of the daemon. */
import type { Engine, Times, Verification } from "../graph/index.ts";
import type { PlugGraph } from "../plug/graph.ts";
import type { Coverage } from "./coverage.ts";
import type { LastChange, LastError } from "./explanation.ts";
import type { ProviderStatus, Status } from "./status.ts";

export interface DaemonView {
  readonly engine: Engine;
  readonly graph: PlugGraph;
  readonly ready: boolean;
  readonly coverage: Coverage;
  /** From sending a transaction to its reply. */
  readonly transactionTimes: Times;
  /** What takes memory, as counts by name: rows, ports, clients, kilobytes. */
  usage(): ReadonlyMap<string, number>;
  connections(): Status["connections"];
  providers(): readonly ProviderStatus[];
  lastChange(lport: string): LastChange | null;
  lastError(lport: string): LastError | null;
  /** Milliseconds since the epoch, or null when no other try is scheduled. */
  nextTry(lport: string): number | null;
  /** Lets the ports go that are due to be unplugged now; answers how many. */
  confirmUnplug(): number;
  /** Forces a recompute of every node, now. */
  recompute(reason: string): void;
  /** Compares the incremental state with a recompute from the replicas; a difference is healed. */
  verify(): Verification;
  /** Ends the daemon as SIGTERM does. */
  exit(): void;
}
