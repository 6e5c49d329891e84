/**
 * A vifplugd: the real code from its sessions to its transactions and its commands, in a process that may die at any event.
 * Of the program only the sockets of its control and HTTP servers are missing, and the file system: its configuration is text.
 */
import { localTarget, plugSettings } from "../../../src/config/effective.ts";
import { type Command, withListCommands } from "../../../src/control/command.ts";
import { engineCommands } from "../../../src/control/commands/engine.ts";
import { plugCommands } from "../../../src/control/commands/plug.ts";
import { processCommands } from "../../../src/control/commands/process.ts";
import { statsCommands } from "../../../src/control/commands/stats.ts";
import { takeLock } from "../../../src/daemon/databases/chassis-lock.ts";
import { makeParts, type Parts, rowsOf, startParts, stopParts } from "../../../src/daemon/parts.ts";
import { View } from "../../../src/daemon/view.ts";
import { Log } from "../../../src/log/log.ts";
import { CHASSIS } from "./chassis.ts";
import type { Devices } from "./devices.ts";
import type { Process } from "./process.ts";
import { ProviderSlot } from "./provider-slot.ts";
import { held, refusedForNothing, statusLines, unexplained, waitingFor } from "./readings.ts";
import { configOf, type Settings } from "./settings.ts";
import type { World } from "./world.ts";

export interface Deeds {
  /** `finish` was called. */
  finished(vifplugd: Vifplugd, lport: string, operation: "create" | "remove"): void;
}

/** What a vifplugd is started with. */
export interface Beginning {
  readonly devices: Devices;
  /** The provider is a program of its own. */
  readonly isProgram: boolean;
  readonly deeds: Deeds;
  readonly settings: Settings;
}

export class Vifplugd {
  readonly process: Process;
  readonly #world: World;
  readonly #parts: Parts;
  readonly #provider: ProviderSlot;
  #settings: Settings;
  readonly #commands: readonly Command[];
  #throwsOnce = false;
  #hasThrown = false;
  #stopped = false;

  constructor(world: World, name: string, { devices, isProgram, deeds, settings }: Beginning) {
    this.#world = world;
    this.#settings = settings;
    this.process = world.process(name);
    const { environment } = this.process;
    const config = configOf(settings);
    this.#parts = makeParts({
      environment,
      config,
      systemIdOverride: null,
      log: new Log({
        level: world.story === null ? "error" : "info",
        format: "text",
        write: (line) => world.tell(name, line.replace(/^\S+ /, "").trimEnd()),
        now: () => this.process.now(),
      }),
      recorder: null,
      lock: takeLock,
      onRun: () => this.#ran(),
    });
    this.#provider = new ProviderSlot({
      ...{ world, process: this.process, parts: this.#parts, devices, isProgram },
      finished: (lport, operation) => deeds.finished(this, lport, operation),
    });
    const view = new View(this.#parts, {
      clients: () => ({ control: 1, http: 0 }),
      metrics: () => null,
      files: () => [],
      lastReload: () => null,
      onExit: () => this.stop(),
    });
    this.#commands = withListCommands([
      ...engineCommands(view),
      ...plugCommands(view),
      ...processCommands(view),
      ...statsCommands(view),
    ]);
    this.process.isSynced = () => this.#parts.southbound.state?.kind === "synced";
    this.#letNodesThrow();
    // One provider of ten comes late.
    if (world.random.int(10) > 0) this.#provider.enable();
    else world.scheduler.after(world.outage(), () => this.enableProvider());
    startParts(this.#parts, config);
  }

  /** As SIGHUP does, with the provider in the configuration, or without it. */
  enableProvider(isEnabled = true): void {
    this.process.enter(() => {
      if (this.#stopped || isEnabled === this.#provider.isEnabled) return;
      if (isEnabled) this.#provider.enable();
      else this.#provider.disable();
      this.#parts.reconciler.schedule();
    });
  }

  /** As SIGHUP does. */
  reload(settings: Settings): void {
    this.process.enter(() => {
      const { local, reconciler } = this.#parts;
      const config = configOf(settings);
      this.#settings = settings;
      local.setTarget(localTarget(config));
      reconciler.push(reconciler.graph.inputs.settings, plugSettings(config, null), "configuration");
      reconciler.schedule();
    });
  }

  /** What `vifplugd` does after every run. */
  #ran(): void {
    const { southbound, reconciler } = this.#parts;
    const { engine, graph, obstacle } = reconciler;
    if (engine.needsRun || obstacle !== null) return;
    if (engine.data(graph.hold).due.size === 0) southbound.acceptCluster();
  }

  #letNodesThrow(): void {
    const { registry } = this.#parts;
    const find = registry.forPlugType.bind(registry);
    registry.forPlugType = (plugType) => {
      if (!this.#throwsOnce) return find(plugType);
      this.#throwsOnce = false;
      throw new Error("a node is out of order");
    };
  }

  /** The next node that asks for a provider throws: a fault of our own, which the graph gets over. */
  throwOnce(): void {
    this.#throwsOnce = true;
    this.#hasThrown = true;
  }

  /** Somebody asks something on the control socket; what it answers when the process stands still comes to nobody. */
  command(name: string, args: readonly string[]): void {
    this.process.enter(() => {
      if (this.#stopped) return;
      const command = this.#commands.find((one) => one.name === name);
      if (command === undefined) throw new RangeError(`no command ${name}`);
      const { engine } = this.#parts.reconciler;
      const needsRun = engine.needsRun;
      const answer = command.run(args);
      const isBad = !(answer instanceof Promise) && !answer.ok;
      if (isBad && name === "inc-engine/verify") this.#world.fail(`${this.process.name}: ${answer.text}`);
      if (READING.has(name) && engine.needsRun !== needsRun)
        this.#world.fail(`${this.process.name} runs anew because somebody has asked ${name}`);
    });
  }

  get alive(): boolean {
    return this.process.alive && !this.#stopped;
  }

  /** What a recompute would make of it otherwise; nothing is compared while something is on its way through the graph. */
  verify(): readonly string[] {
    const { reconciler } = this.#parts;
    if (!this.alive || reconciler.engine.needsRun) return [];
    const { differences } = reconciler.verify((table) => rowsOf(this.#parts, table));
    return differences.map(({ node, key }) => (key === undefined ? node : `${node} ${key}`));
  }

  /** As {@link unexplained}; what follows from a node that threw is not up to date. */
  unexplained(): readonly string[] {
    const { engine, fault } = this.#parts.reconciler;
    return !this.alive || engine.needsRun || fault !== null ? [] : unexplained(this.#parts);
  }

  /** It has the local database's rows as they are. */
  get hasLocalRows(): boolean {
    return this.#parts.local.state.kind === "synced";
  }

  /** Changes that have been sent and not been answered. */
  get inFlight(): number {
    return this.#parts.reconciler.inFlight;
  }

  /** @param lets told of each port that may go by that */
  confirmUnplug(lets: (lport: string) => void): void {
    this.process.enter(() => {
      const { engine, graph } = this.#parts.reconciler;
      for (const lport of engine.data(graph.hold).due) lets(lport);
      this.#parts.reconciler.confirmUnplug();
    });
  }

  /** What it takes itself for; null: it does not know. */
  get chassisName(): string | null {
    const { engine, graph } = this.#parts.reconciler;
    return engine.data(graph.localChassis).current.chassis?.name ?? null;
  }

  /** It takes itself for the chassis of these histories, and has its row in view. */
  get seesChassis(): boolean {
    const { engine, graph } = this.#parts.reconciler;
    const { chassis } = engine.data(graph.localChassis).current;
    return chassis?.name === CHASSIS && chassis.record !== null;
  }

  /** What is in force. */
  get settings(): Settings {
    return this.#settings;
  }

  /** The ports of which its provider has said that what is in place is another's. */
  misplaced(): ReadonlySet<string> {
    return this.#provider.misplaced();
  }

  /** The ports with an answer of the provider that was not released; none after a fault of our own, which loses answers. */
  get unreleased(): readonly string[] {
    return this.#hasThrown ? [] : this.#provider.unreleased;
  }

  /** Each `finish` that the provider's program has not read. */
  get unheard(): readonly string[] {
    return this.#provider.unheard;
  }

  disturbProgram(what: "die" | "hang", ms: number): void {
    this.#provider.disturb(what, ms);
  }

  /** Its provider is in the configuration, and works. */
  calm(): void {
    this.enableProvider();
    this.#provider.calm();
  }

  /** The ports whose unplug is held back. */
  held(): ReadonlySet<string> {
    return held(this.#parts);
  }

  /** As {@link waitingFor}. */
  waitingFor(): ReadonlyMap<string, string> {
    return waitingFor(this.#parts);
  }

  /** As {@link refusedForNothing}. */
  refusedForNothing(): readonly string[] {
    return !this.alive || this.#parts.reconciler.engine.needsRun ? [] : refusedForNothing(this.#parts);
  }

  /** What it says of every port, for failures. */
  statuses(): readonly string[] {
    return statusLines(this.#parts);
  }

  kill(): void {
    this.#provider.end();
    this.process.kill();
  }

  /** As by SIGTERM. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#provider.end();
    this.process.enter(() => void stopParts(this.#parts, this.process.environment));
    this.#world.tell(this.process.name, "stops");
  }
}

/** Commands that change nothing. */
const READING: ReadonlySet<string> = new Set([
  ...["plug/show", "plug/explain", "plug/status", "inc-engine/show-stats", "inc-engine/graph"],
  ...["connection-status", "coverage/show", "stopwatch/show", "memory/show", "list-commands"],
]);
