/**
 * The daemon: wires the databases, the graph and the providers, and owns their life from start to stop.
 */

import type { Uuid } from "ovsdb-jsonrpc";
import { localTarget, metricsSettings, plugSettings } from "../config/effective.ts";
import type { Config } from "../config/schema.ts";
import { controlSocketPath } from "../control/client.ts";
import { withListCommands } from "../control/command.ts";
import { engineCommands } from "../control/commands/engine.ts";
import { plugCommands } from "../control/commands/plug.ts";
import { processCommands } from "../control/commands/process.ts";
import { statsCommands } from "../control/commands/stats.ts";
import { vlogCommands } from "../control/commands/vlog.ts";
import { ControlServer } from "../control/unixctl.ts";
import type { Engine, Statistics, Times, Verification } from "../graph/index.ts";
import { metricsRoutes } from "../http/metrics.ts";
import { HttpServer } from "../http/server.ts";
import type { Log, Logger } from "../log/log.ts";
import type { PlugGraph } from "../plug/graph.ts";
import { obstacleOf } from "../plug/readiness.ts";
import { isOf, type TableKey } from "../plug/tables.ts";
import { ProviderRegistry } from "../providers/registry.ts";
import type { Recorder } from "../record/recorder.ts";
import { clientCapacity } from "../serve/capacity.ts";
import { descriptorLimit } from "../system/descriptors.ts";
import { type CountedEvent, Coverage } from "../view/coverage.ts";
import type {
  Connections,
  DaemonView,
  LastChange,
  LastError,
  ListenerStatus,
  ProviderStatus,
} from "../view/daemon-view.ts";
import { takeLock, takeNoLock } from "./chassis-lock.ts";
import { ChassisNarrator } from "./chassis-narrator.ts";
import { LocalDatabase } from "./local-database.ts";
import { ProviderSet } from "./provider-set.ts";
import { Reconciler } from "./reconciler.ts";
import { connectionStatus, southboundStatus } from "./session-status.ts";
import { CheckSchedule } from "./shadow-check.ts";
import { Southbound } from "./southbound.ts";

export interface DaemonOptions {
  readonly config: Config;
  readonly systemIdOverride: string | null;
  readonly log: Log;
  /** Notes what enters the graph, and is closed with the daemon; null: nobody does. */
  readonly recorder: Recorder | null;
  /** Runs of the graph from one shadow check to the next; null: none unless it is asked for. */
  readonly verifyEvery: number | null;
  /** Decides and writes nothing: takes no lock and makes no control socket. False unless given. */
  readonly observeOnly?: boolean;
  /** The first complete pass is done, or another one: `ready` holds and nothing is left to run. */
  readonly onReady: () => void;
  /** What is missing for a complete pass, or null; told whenever that may have changed. */
  readonly onReadiness?: (notReady: string | null) => void;
  /** Somebody asked the daemon, through its control socket, to end. */
  readonly onExit: () => void;
}

/** How long changes in flight may hold up the end of the daemon. */
const STOP_WITHIN_MS = 2000;

export class Daemon implements DaemonView {
  #config: Config;
  /** The one in use; another one in the configuration takes effect at the next start. */
  readonly #runDir: string;
  readonly #systemIdOverride: string | null;
  readonly #logs: Log;
  readonly #log: Logger;
  readonly #registry: ProviderRegistry;
  readonly #reconciler: Reconciler;
  readonly #local: LocalDatabase;
  readonly #southbound: Southbound;
  readonly #narrator: ChassisNarrator;
  readonly #recorder: Recorder | null;
  readonly #control: ControlServer;
  readonly #http: HttpServer;
  readonly #onReadiness: (notReady: string | null) => void;
  readonly #onExit: () => void;
  readonly #observeOnly: boolean;
  readonly #providers: ProviderSet;
  readonly coverage = new Coverage();

  constructor(options: DaemonOptions) {
    const { config, systemIdOverride, log, recorder, onExit } = options;
    this.#onReadiness = options.onReadiness ?? (() => {});
    this.#onExit = onExit;
    this.#observeOnly = options.observeOnly ?? false;
    this.#config = config;
    this.#runDir = config.run_dir;
    this.#systemIdOverride = systemIdOverride;
    this.#logs = log;
    this.#log = log.module("daemon");
    const providerLog = log.module("provider");
    const count = (event: CountedEvent) => this.coverage.count(event);
    this.#registry = new ProviderRegistry({
      onWake: () => {
        count("provider_wake");
        this.#reconciler.schedule();
      },
      onCall: (call, type) => count(`${call}_${type}`),
      log: (level, message) => providerLog[level](message),
    });
    this.#providers = new ProviderSet(this.#registry, this.#log);
    this.#local = new LocalDatabase({
      target: localTarget(config),
      log: log.module("ovsdb"),
      count,
      lock: this.#observeOnly ? takeNoLock : takeLock,
    });
    const settings = plugSettings(config, systemIdOverride);
    this.#recorder = recorder;
    this.#narrator = new ChassisNarrator(log.module("plug"));
    const checks = new CheckSchedule(options.verifyEvery, () => this.verify());
    this.#reconciler = new Reconciler({
      registry: this.#registry,
      settings,
      recorder,
      log: log.module("plug"),
      transact: (operations) => this.#local.transact(operations),
      lock: () => this.#local.heldLock(),
      isInSync: () => this.#local.state.kind === "synced",
      outputs: {
        lock: (name) => this.#local.want(name),
        southboundTarget: (target) => this.#southbound.setTarget(target),
        condition: (condition) => this.#southbound.setCondition(condition),
      },
      onRetry: () => count("port_retry"),
      onMisplaced: () => count("port_misplaced"),
      onRun: () => {
        count("graph_run");
        checks.ran(!this.engine.needsRun);
        this.#narrate();
        if (!this.engine.needsRun && this.#nothingIsDue) this.#southbound.acceptCluster();
        if (!this.engine.needsRun && this.ready) options.onReady();
      },
    });
    this.#southbound = new Southbound(this.#reconciler, log.module("ovsdb"), count);
    const capacity = clientCapacity(descriptorLimit());
    this.#http = new HttpServer({ routes: metricsRoutes(this), capacity, log: log.module("control") });
    this.#control = new ControlServer({
      path: controlSocketPath(this.#runDir, process.pid),
      commands: withListCommands([
        ...engineCommands(this),
        ...plugCommands(this),
        ...processCommands(this),
        ...statsCommands(this),
        ...vlogCommands(log),
      ]),
      capacity,
      log: log.module("control"),
      onRequest: () => count("unixctl_received"),
    });
  }

  /** Settles when the daemon works and its control socket answers. */
  async start(): Promise<void> {
    this.#providers.apply(this.#config.providers);
    this.#local.feed(this.#reconciler);
    if (this.#observeOnly) return;
    await this.#control.listen();
    this.#http.apply(metricsSettings(this.#config));
  }

  /** Takes another configuration over; nothing is unplugged by that alone. */
  reload(config: Config): void {
    const before = this.#config;
    this.coverage.count("config_reload");
    this.#config = config;
    if (config.run_dir !== this.#runDir) {
      this.#log.warn(
        `run_dir stays ${this.#runDir} until the daemon is started anew, then ${config.run_dir}`,
      );
    }
    // A level that was set through the control socket stays until the file says something new.
    if (config.log.level !== before.log.level) this.#logs.level = config.log.level;
    this.#logs.format = config.log.format;
    this.#local.setTarget(localTarget(config));
    const settings = plugSettings(config, this.#systemIdOverride);
    this.#reconciler.push(this.graph.inputs.settings, settings, "configuration");
    this.#providers.apply(config.providers);
    this.#http.apply(metricsSettings(config));
    this.#reconciler.schedule();
  }

  get statistics(): Statistics {
    return this.#reconciler.statistics;
  }

  get engine(): Engine {
    return this.#reconciler.engine;
  }

  get graph(): PlugGraph {
    return this.#reconciler.graph;
  }

  get ready(): boolean {
    return this.notReady === null;
  }

  /** What is missing for a complete pass; null: nothing. */
  get notReady(): string | null {
    return obstacleOf(this.engine, this.graph)?.reason ?? null;
  }

  /** Every port could be decided, and none is due to be unplugged. */
  get #nothingIsDue(): boolean {
    return this.engine.data(this.graph.hold).due.size === 0 && obstacleOf(this.engine, this.graph) === null;
  }

  get transactionTimes(): Times {
    return this.#local.transactionTimes;
  }

  usage(): ReadonlyMap<string, number> {
    const { rss, heapUsed } = process.memoryUsage();
    return new Map([
      ["rows-Open_vSwitch", this.#local.rows],
      ["rows-OVN_Southbound", this.#southbound.rows],
      ["ports", this.#reconciler.verdicts.size],
      ["in-flight", this.#reconciler.inFlight],
      ["control-clients", this.#control.clients],
      ["http-clients", this.#http.clients],
      ["heap-kB", Math.round(heapUsed / 1024)],
      ["rss-kB", Math.round(rss / 1024)],
    ]);
  }

  connections(): Connections {
    const { remotes, fault } = this.#southbound;
    return {
      ovs: connectionStatus(this.#local.state, this.#config.ovs.remote),
      southbound: southboundStatus(this.#southbound.state, remotes, fault, this.#southbound.lost),
    };
  }

  providers(): readonly ProviderStatus[] {
    return this.#providers.statuses();
  }

  get metrics(): ListenerStatus | null {
    return this.#http.status;
  }

  lastChange(lport: string): LastChange | null {
    return this.#reconciler.ports.history.lastChange(lport);
  }

  lastError(lport: string): LastError | null {
    return this.#reconciler.ports.history.lastError(lport);
  }

  nextTry(lport: string): number | null {
    return this.#reconciler.ports.nextTry(lport);
  }

  confirmUnplug(): number {
    return this.#reconciler.confirmUnplug();
  }

  resetClusterState(): void {
    this.#southbound.resetClusterState();
  }

  recompute(reason: string): void {
    this.#reconciler.recompute(reason);
  }

  verify(): Verification {
    this.coverage.count("verify");
    const verification = this.#reconciler.verify((table) => this.#rowsOf(table));
    for (const _ of verification.differences) this.coverage.count("verify_difference");
    return verification;
  }

  #rowsOf(table: TableKey): ReadonlyMap<Uuid, object> {
    return isOf("Open_vSwitch", table) ? this.#local.rowsOf(table) : this.#southbound.rowsOf(table);
  }

  exit(): void {
    this.#onExit();
  }

  /** Leaves every port as it is; settles when what was in flight has been answered. */
  async stop(): Promise<void> {
    this.#control.close();
    this.#http.close();
    this.#narrator.close();
    // A database that does not answer is given up, and with it what is in flight.
    const givingUp = setTimeout(() => this.#local.close(), STOP_WITHIN_MS);
    await this.#reconciler.stop();
    clearTimeout(givingUp);
    this.#southbound.close();
    this.#local.close();
    this.#registry.destroyAll();
    this.#recorder?.close();
  }

  #narrate(): void {
    const { engine, graph } = this;
    if (!engine.needsRun) {
      this.#narrator.tell(obstacleOf(engine, graph));
      this.#onReadiness(this.notReady);
    }
    const { maxUnplugPercent } = engine.data(graph.inputs.settings).current;
    this.#narrator.tellHold(engine.data(graph.hold), maxUnplugPercent);
  }
}
