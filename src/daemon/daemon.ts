/** The life of the daemon: its parts start, take over another configuration, and stop. */
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
import type { Recorder } from "../record/recorder.ts";
import { messageOf, stackOf } from "../result.ts";
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
  /** Records every input of the graph, and is closed with the daemon; null: no record. */
  readonly recorder: Recorder | null;
  /** The states of files that the caller keeps for the daemon. */
  readonly files: () => readonly FileStatus[];
  /** The number of runs from one shadow check to the next; null: checks only on request. */
  readonly verifyEvery: number | null;
  /** Called after each complete pass: the graph has no obstacle and is at rest. */
  readonly onReady: () => void;
  /** Called whenever the obstacle to a complete pass may have changed; null: no obstacle. */
  readonly onReadiness?: (notReady: string | null) => void;
  /** Called when somebody asks the daemon to end, through its control socket. */
  readonly onExit: () => void;
  /** Called when text was written to a client. @param length in bytes or UTF-16 code units */
  readonly onWritten?: (length: number) => void;
  /** Clocks, timers and connections; absent: the real ones. */
  readonly environment?: Environment;
}

/** Milliseconds from an internal error to the recompute that repairs the graph. */
const HEAL_AFTER_MS = 1000;
/** The longest wait for a reader of the record at the end, in milliseconds. */
const RECORD_WITHIN_MS = 2000;

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #environment: Environment;
  #config: Config;
  /** The run directory in use; another run directory in the configuration takes effect at the next start. */
  readonly #runDir: string;
  readonly #log: Logger;
  readonly #parts: Parts;
  readonly #view: View;
  readonly #chassisLog: ChassisLog;
  readonly #checks: CheckSchedule;
  readonly #control: ControlServer;
  readonly #http: HttpServer;
  #lastReload: LastReload | null = null;
  /** Cancels the recompute that follows an internal error; null: no recompute is planned. */
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

  /** The obstacle to a complete pass, in words; null: none. */
  get notReady(): string | null {
    return this.#view.notReady;
  }

  /** Starts the daemon. Settles when the control socket answers. */
  async start(): Promise<void> {
    startParts(this.#parts, this.#config);
    await this.#control.listen();
    this.#http.apply(metricsSettings(this.#config));
  }

  /** Takes over another configuration. A new configuration alone unplugs nothing. */
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
    // A level that was set through the control socket stays until the file has another level.
    if (config.log.level !== before.log.level) log.level = config.log.level;
    log.format = config.log.format;
    local.setTarget(localTarget(config));
    const settings = plugSettings(config, systemIdOverride);
    reconciler.push(reconciler.graph.inputs.settings, settings, "configuration");
    // Before the run that follows from what was pushed.
    providers.apply(config.providers);
    this.#http.apply(metricsSettings(config));
  }

  /** Notes that the new configuration is not valid; the old configuration stays in force. */
  refuseReload(): void {
    this.#lastReload = { time: this.#environment.now(), isInForce: false };
  }

  /**
   * Handles an error that was thrown outside of any call. The log names the provider at fault. An error of vifplugd itself may
   * have left the graph half updated, so a recompute of every node follows.
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
    this.#log.error(`internal error, please report it: ${stackOf(thrown)}`);
    // After a delay and once only: the recompute may throw such an error again.
    this.#healing ??= this.#environment.timer(HEAL_AFTER_MS, () => {
      this.#healing = null;
      reconciler.recompute("an internal error");
    });
  }

  /** Stops, and leaves every port as it is. Settles when all changes in flight have an outcome. */
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

  /** Called after every run of the graph. */
  #ran(): void {
    const { reconciler } = this.#parts;
    const { engine, graph } = reconciler;
    this.#checks.ran(!engine.needsRun);
    const hold = engine.data(graph.hold);
    // A daemon that may not write holds nothing back: another one may have a confirmation.
    if (engine.data(graph.activity).current === null) {
      this.#chassisLog.tellHold(hold, engine.data(graph.inputs.settings).current.maxUnplugPercent);
    }
    // Another run follows at once, and may change what is missing.
    if (engine.needsRun) return;
    const { obstacle } = reconciler;
    this.#chassisLog.tell(obstacle);
    this.#options.onReadiness?.(obstacle?.reason ?? null);
    if (obstacle !== null) return;
    this.#options.onReady();
    if (hold.due.size === 0) this.#parts.southbound.acceptCluster();
  }
}
