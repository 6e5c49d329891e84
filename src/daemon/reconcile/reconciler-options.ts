/** The options of the reconciler: its inputs, the transactions, and the receivers of the graph's outputs. */
import type { Environment, Uuid } from "ovsdb-jsonrpc";
import type { Cause } from "../../graph/index.ts";
import type { Logger } from "../../log/log.ts";
import type { MonitorScope } from "../../plug/monitor-scope.ts";
import type { PlugSettings } from "../../plug/settings.ts";
import type { SouthboundTarget } from "../../plug/southbound-target.ts";
import type { ProviderRegistry } from "../../providers/registry.ts";
import type { Recorder } from "../../record/recorder.ts";
import type { Inquiry } from "./departures.ts";
import type { TransactorOptions } from "./transactor.ts";

/** The receivers of the graph's outputs beside the changes of ports, each called when its output has changed. */
export interface Outputs {
  lock(name: string | null): void;
  southboundTarget(target: SouthboundTarget): void;
  condition(condition: MonitorScope): void;
  /** Asks the Southbound; the replies come back by `replied`. */
  inquiries(inquiries: readonly Inquiry[]): void;
  /** Asks the Southbound for Chassis rows; the replies come back by `replied`. */
  otherChassis(rows: readonly Uuid[]): void;
}

export interface ReconcilerOptions {
  readonly environment: Environment;
  readonly registry: ProviderRegistry;
  readonly settings: PlugSettings;
  readonly log: Logger;
  /** Records everything that enters the graph; null: no record. */
  readonly recorder: Recorder | null;
  readonly transact: TransactorOptions["transact"];
  /** The name of the lock that transactions assert; null: no lock is held. */
  lock(): string | null;
  /** Whether the pushed rows are up to date with the local database. */
  isInSync(): boolean;
  /** The receivers of the graph's outputs. */
  readonly outputs: Outputs;
  /** Called when a node of the graph threw. */
  onInternalError?(): void;
  /** Called when a port is tried again after its back-off. */
  onRetry?(): void;
  /** Called when an interface with another owner was removed (rule U7). */
  onMisplaced?(): void;
  /** Called when a change was committed, with the cause of its decision. */
  onCommitted?(cause: Cause): void;
  /** Called after every run, when its effects have been started. */
  onRun?(): void;
}
