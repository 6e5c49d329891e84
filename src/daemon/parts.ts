/**
 * Makes the parts of the daemon and joins them: the providers, the two databases, and the reconciler with the graph between
 * them. daemon.ts starts, reloads and stops the parts; planner.ts uses them for one plan.
 */
import type { Environment, Operation, Uuid } from "ovsdb-jsonrpc";
import { localTarget, plugSettings } from "../config/effective.ts";
import type { Config } from "../config/schema.ts";
import type { Log } from "../log/log.ts";
import { isOf, keysOf, type TableKey, tables } from "../plug/tables.ts";
import { ProviderRegistry } from "../providers/registry.ts";
import type { Recorder } from "../record/recorder.ts";
import { type CountedEvent, Coverage } from "../view/coverage.ts";
import { Latencies } from "../view/latencies.ts";
import { ProviderTimes } from "../view/provider-times.ts";
import type { ChassisLock, Locking } from "./databases/chassis-lock.ts";
import { LocalDatabase } from "./databases/local-database.ts";
import { Southbound } from "./databases/southbound.ts";
import { ProviderSet } from "./provider-set.ts";
import { Reconciler } from "./reconcile/reconciler.ts";

export interface PartsOptions {
  readonly environment: Environment;
  readonly config: Config;
  readonly systemIdOverride: string | null;
  readonly log: Log;
  /** Records every input of the graph; null: no record. */
  readonly recorder: Recorder | null;
  /** Makes the lock of the chassis for a session; nothing is written without the lock. */
  readonly lock: (session: Locking) => ChassisLock;
  /** Called after every run of the graph, when its effects have been started. */
  readonly onRun: () => void;
}

export interface Parts {
  readonly coverage: Coverage;
  /** The times from a change of the Southbound to the commit that followed. */
  readonly latencies: Latencies;
  readonly providerTimes: ProviderTimes;
  readonly registry: ProviderRegistry;
  readonly providers: ProviderSet;
  readonly local: LocalDatabase;
  readonly southbound: Southbound;
  readonly reconciler: Reconciler;
}

const SOUTHBOUND_NODES: ReadonlySet<string> = new Set(
  keysOf("OVN_Southbound").map((key) => tables[key].node),
);

export function makeParts(options: PartsOptions): Parts {
  const { environment, config, systemIdOverride, log, recorder } = options;
  const { elapsed } = environment;
  const coverage = new Coverage(elapsed);
  const latencies = new Latencies();
  const providerTimes = new ProviderTimes();
  const count = (event: CountedEvent) => coverage.count(event);
  const providerLog = log.module("provider");
  const registry = new ProviderRegistry({
    elapsed,
    onWake: (_, lports) => {
      count("provider_wake");
      reconciler.answersChanged(lports);
      reconciler.schedule();
    },
    onCall: (call, type) => count(`${call}_${type}`),
    onTimed: (type, callback, milliseconds) => providerTimes.add(type, callback, milliseconds),
    log: (level, message) => providerLog[level](message),
  });
  const local = new LocalDatabase({
    environment,
    target: localTarget(config),
    log: log.module("ovsdb"),
    count,
    lock: options.lock,
  });
  const reconciler = new Reconciler({
    environment,
    registry,
    settings: plugSettings(config, systemIdOverride),
    recorder,
    log: log.module("plug"),
    transact: (operations: readonly Operation[]) => local.transact(operations),
    lock: () => local.heldLock(),
    isInSync: () => local.state.kind === "synced",
    outputs: {
      lock: (name) => local.want(name),
      southboundTarget: (target) => southbound.setTarget(target),
      condition: (condition) => southbound.setCondition(condition),
      inquiries: (inquiries) => southbound.inquire(inquiries),
      otherChassis: (uuids) => southbound.inquireChassis(uuids),
    },
    onInternalError: () => count("internal_error"),
    onRetry: () => count("port_retry"),
    onMisplaced: () => count("port_misplaced"),
    onCommitted: ({ source, time }) => {
      const now = environment.now();
      if (SOUTHBOUND_NODES.has(source)) latencies.add(now, now - time);
    },
    onRun: () => {
      count("graph_run");
      options.onRun();
    },
  });
  const southbound = new Southbound(reconciler, log.module("ovsdb"), count, environment);
  const providers = new ProviderSet({
    registry,
    log: log.module("daemon"),
    timer: environment.timer,
    onStarted: () => reconciler.schedule(),
  });
  return { coverage, latencies, providerTimes, registry, providers, local, southbound, reconciler };
}

/** Enables the providers, and lets the rows of the databases into the graph. */
export function startParts({ providers, local, reconciler }: Parts, config: Config): void {
  providers.apply(config.providers);
  local.feed(reconciler);
}

/** The longest wait for changes in flight at the end, in milliseconds. */
const STOP_WITHIN_MS = 2000;

/** The longest wait for the programs of providers at the end, in milliseconds: a part of the 5 s in which the daemon ends. */
const ENDINGS_WITHIN_MS = 2500;

/** Stops all parts, and leaves every port as it is. Settles when all changes in flight have an outcome. */
export async function stopParts(
  { local, southbound, reconciler, registry, providers }: Parts,
  { timer }: Environment,
): Promise<void> {
  providers.stop();
  // A database that does not answer in time is given up, with the changes in flight.
  const cancel = timer(STOP_WITHIN_MS, () => local.close());
  await reconciler.stop();
  cancel();
  southbound.close();
  local.close();
  await registry.destroyAll((force) => timer(ENDINGS_WITHIN_MS, force));
}

/** Every row of a table, from the replica of its database. */
export function rowsOf({ local, southbound }: Parts, table: TableKey): ReadonlyMap<Uuid, object> {
  return isOf("Open_vSwitch", table) ? local.rowsOf(table) : southbound.rowsOf(table);
}
