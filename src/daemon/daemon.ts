/** The daemon's life: how its parts start, take another configuration over, and stop. */
import { type Environment, realEnvironment } from "ovsdb-jsonrpc";
import { localTarget, metricsSettings, plugSettings } from "../config/effective.ts";
import type { Config } from "../config/schema.ts";
import { controlSocketPath } from "../control/client.ts";
import { withListCommands } from "../control/command.ts";
import { elsewhereCommands } from "../control/commands/elsewhere.ts";
import { engineCommands } from "../control/commands/engine.ts";
import { plugCommands } from "../control/commands/plug.ts";
import { processCommands } from "../control/commands/process.ts";
import { statsCommands } from "../control/commands/stats.ts";
import { vlogCommands } from "../control/commands/vlog.ts";
import { ControlServer } from "../control/unixctl.ts";
import { metricsRoutes } from "../http/metrics.ts";
import { HttpServer } from "../http/server.ts";
import type { Log, Logger } from "../log/log.ts";
import { pageRoutes } from "../page/routes.ts";
import { obstacleOf } from "../plug/readiness.ts";
import type { Recorder } from "../record/recorder.ts";
import { messageOf } from "../result.ts";
import { clientCapacity } from "../serve/capacity.ts";
import { descriptorLimit } from "../system/descriptors.ts";
import type { LastReload } from "../view/daemon-view.ts";
import type { FileStatus } from "../view/status-shape.ts";
import { ChassisLog } from "./chassis-log.ts";
import { takeLock } from "./databases/chassis-lock.ts";
import { makeParts, type Parts, startParts, stopParts } from "./parts.ts";
import { CheckSchedule } from "./reconcile/shadow-check.ts";
import { View } from "./view.ts";

export interface DaemonOptions {
  readonly config: Config;
  readonly systemIdOverride: string | null;
  readonly log: Log;
  /** Notes what enters the graph, and is closed with the daemon; null: nobody does. */
  readonly recorder: Recorder | null;
  /** Files that its owner has made for it, and keeps. */
  readonly files: () => readonly FileStatus[];
  /** Runs of the graph from one shadow check to the next; null: none unless it is asked for. */
  readonly verifyEvery: number | null;
  /** The first complete pass is done, or another one: nothing is missing and nothing is left to run. */
  readonly onReady: () => void;
  /** What is missing for a complete pass, or null; told whenever that may have changed. */
  readonly onReadiness?: (notReady: string | null) => void;
  /** Somebody asked the daemon, through its control socket, to end. */
  readonly onExit: () => void;
  /** So much has been written to a client, in bytes or UTF-16 code units. */
  readonly onWritten?: (length: number) => void;
  /** The world's own unless given. */
  readonly environment?: Environment;
}

/** Milliseconds from an internal error to the recompute that heals what it may have left. */
const HEAL_AFTER_MS = 1000;
/** Milliseconds that the end waits for a reader of the record. */
const RECORD_WITHIN_MS = 2000;

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #environment: Environment;
  #config: Config;
  /** The one in use; another one in the configuration takes effect at the next start. */
  readonly #runDir: string;
  readonly #log: Logger;
  readonly #parts: Parts;
  readonly #view: View;
  readonly #chassisLog: ChassisLog;
  readonly #checks: CheckSchedule;
  readonly #control: ControlServer;
  readonly #http: HttpServer;
  #lastReload: LastReload | null = null;
  /** Cancels the recompute that follows an internal error; null: none is to come. */
  #healing: (() => void) | null = null;

  constructor(options: DaemonOptions) {
    const { config, systemIdOverride, log, recorder, environment = realEnvironment } = options;
    this.#options = options;
    this.#environment = environment;
    this.#config = config;
    this.#runDir = config.run_dir;
    this.#log = log.module("daemon");
    this.#chassisLog = new ChassisLog(log.module("plug"), environment);
    this.#checks = new CheckSchedule(options.verifyEvery, () => this.#view.verify());
    this.#parts = makeParts({
      ...{ environment, config, systemIdOverride, log, recorder },
      lock: takeLock,
      onRun: () => this.#ran(),
    });
    this.#view = new View(this.#parts, {
      clients: () => ({ control: this.#control.clients, http: this.#http.clients }),
      metrics: () => this.#http.status,
      files: () => [this.#control.status, ...options.files()],
      lastReload: () => this.#lastReload,
      onExit: options.onExit,
    });
    const capacity = clientCapacity(descriptorLimit());
    this.#http = new HttpServer({
      routes: [...metricsRoutes(this.#view, () => this.#config.metrics.engine), ...pageRoutes(this.#view)],
      capacity,
      log: log.module("control"),
      onWritten: options.onWritten,
    });
    this.#control = new ControlServer({
      path: controlSocketPath(this.#runDir, process.pid),
      commands: withListCommands([
        ...engineCommands(this.#view),
        ...plugCommands(this.#view),
        ...processCommands(this.#view),
        ...statsCommands(this.#view),
        ...vlogCommands(log),
        ...elsewhereCommands,
      ]),
      capacity,
      log: log.module("control"),
      onWritten: options.onWritten,
      onRequest: () => this.#parts.coverage.count("unixctl_received"),
    });
  }

  /** What is missing for a complete pass; null: nothing. */
  get notReady(): string | null {
    return this.#view.notReady;
  }

  /** Settles when the daemon works and its control socket answers. */
  async start(): Promise<void> {
    startParts(this.#parts, this.#config);
    await this.#control.listen();
    this.#http.apply(metricsSettings(this.#config));
  }

  /** Takes another configuration over; nothing is unplugged by that alone. */
  reload(config: Config): void {
    const { coverage, local, providers, reconciler } = this.#parts;
    const { log, systemIdOverride } = this.#options;
    const before = this.#config;
    coverage.count("config_reload");
    this.#lastReload = { time: this.#environment.now(), isInForce: true };
    this.#config = config;
    if (config.run_dir !== this.#runDir) {
      this.#log.warn(
        `run_dir stays ${this.#runDir} until the daemon is started anew, then ${config.run_dir}`,
      );
    }
    // A level that was set through the control socket stays until the file says something new.
    if (config.log.level !== before.log.level) log.level = config.log.level;
    log.format = config.log.format;
    local.setTarget(localTarget(config));
    const settings = plugSettings(config, systemIdOverride);
    reconciler.push(reconciler.graph.inputs.settings, settings, "configuration");
    providers.apply(config.providers);
    this.#http.apply(metricsSettings(config));
    reconciler.schedule();
  }

  /** The configuration was read anew and is not valid; the one before stays in force. */
  refuseReload(): void {
    this.#lastReload = { time: this.#environment.now(), isInForce: false };
  }

  /**
   * Something was thrown outside of any call. What is a provider's fault is told by its name; what is ours may have
   * left the graph half way, and is healed by a recompute of everything.
   */
  stray(thrown: unknown): void {
    const { coverage, registry, reconciler } = this.#parts;
    const log = this.#options.log;
    const type = registry.culpritOf(thrown);
    if (type !== null) {
      coverage.count("provider_stray_error");
      log.module("provider").warn(`${type}: threw outside of a call: ${messageOf(thrown)}`, `${type} stray`);
      return;
    }
    coverage.count("internal_error");
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
    this.#log.error(`internal error, please report it: ${stack}`);
    // Not at once, and not more often: what comes of it may be such an error again.
    this.#healing ??= this.#environment.timer(HEAL_AFTER_MS, () => {
      this.#healing = null;
      reconciler.recompute("an internal error");
    });
  }

  /** Leaves every port as it is; settles when what was in flight has been answered. */
  async stop(): Promise<void> {
    this.#control.close();
    this.#http.close();
    this.#healing?.();
    this.#chassisLog.close();
    await stopParts(this.#parts, this.#environment);
    const { recorder } = this.#options;
    await recorder?.drained(RECORD_WITHIN_MS);
    recorder?.close();
  }

  /** After every run of the graph. */
  #ran(): void {
    const { engine, graph } = this.#parts.reconciler;
    this.#checks.ran(!engine.needsRun);
    const hold = engine.data(graph.hold);
    const isAtRest = !engine.needsRun;
    const obstacle = obstacleOf(engine, graph);
    if (isAtRest) {
      this.#chassisLog.tell(obstacle);
      this.#options.onReadiness?.(obstacle?.reason ?? null);
    }
    this.#chassisLog.tellHold(hold, engine.data(graph.inputs.settings).current.maxUnplugPercent);
    if (!isAtRest || obstacle !== null) return;
    if (hold.due.size === 0) this.#parts.southbound.acceptCluster();
    if (!engine.needsRun && this.#view.ready) this.#options.onReady();
  }
}
