/** What the reconciler is given: what it decides with, who writes, and who sees to what follows from its outputs. */
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

/** Who sees to what the graph's outputs say, besides the ports' changes; told when one is another than before. */
export interface Outputs {
  lock(name: string | null): void;
  southboundTarget(target: SouthboundTarget): void;
  condition(condition: MonitorScope): void;
  /** To be asked of the Southbound, whose replies come back by `replied`. */
  inquiries(inquiries: readonly Inquiry[]): void;
  /** Chassis rows to be asked of the Southbound, whose replies come back by `replied`. */
  otherChassis(rows: readonly Uuid[]): void;
}

export interface ReconcilerOptions {
  readonly environment: Environment;
  readonly registry: ProviderRegistry;
  readonly settings: PlugSettings;
  readonly log: Logger;
  /** Notes everything that enters the graph. */
  readonly recorder: Recorder | null;
  readonly transact: TransactorOptions["transact"];
  /** The name of the lock that transactions assert, or null while there is none. */
  lock(): string | null;
  /** Whether the rows that were pushed are those that the local database has now. */
  isInSync(): boolean;
  /** What the graph's outputs say is to be so. */
  readonly outputs: Outputs;
  /** A port is asked for again because its time has come. */
  onRetry?(): void;
  /** An interface that had become somebody else's is gone (rule U7). */
  onMisplaced?(): void;
  /** A change was committed, and this is what made its port be decided. */
  onCommitted?(cause: Cause): void;
  /** After every run, when its effects have been started. */
  onRun?(): void;
}
