/**
 * A vifplugd: the real code from its sessions to its transactions, in a process that may die at any event. Of the program
 * only its control socket, its HTTP server and its configuration file are missing.
 */
import { plugSettings } from "../../../src/config/effective.ts";
import { defaultConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { takeLock } from "../../../src/daemon/databases/chassis-lock.ts";
import { makeParts, type Parts, rowsOf, startParts, stopParts } from "../../../src/daemon/parts.ts";
import { Log } from "../../../src/log/log.ts";
import { obstacleOf } from "../../../src/plug/readiness.ts";
import { LOCAL } from "./chassis.ts";
import { type DeviceProvider, type Devices, PLUG_TYPE, providerOf } from "./devices.ts";
import type { Process } from "./process.ts";
import type { World } from "./world.ts";

export type Settings = Pick<Config["plug"], "on_withdraw" | "on_rename"> &
  Pick<Config["safety"], "max_unplug">;

export interface Deeds {
  /** `finish` was called. */
  finished(vifplugd: Vifplugd, lport: string, operation: "create" | "remove"): void;
}

export class Vifplugd {
  readonly process: Process;
  readonly #world: World;
  readonly #parts: Parts;
  readonly #devices: Devices;
  readonly #deeds: Deeds;
  /** Null: none is enabled. */
  #provider: DeviceProvider | null = null;
  #settings: Settings;
  #throwsOnce = false;
  #stopped = false;
  constructor(world: World, name: string, devices: Devices, deeds: Deeds, settings: Settings) {
    this.#world = world;
    this.#devices = devices;
    this.#deeds = deeds;
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
    this.process.isSynced = () => this.#parts.southbound.state?.kind === "synced";
    this.#letNodesThrow();
    // One provider of ten comes late.
    if (world.random.int(10) > 0) this.#register();
    else world.scheduler.after(world.outage(), () => this.enableProvider());
    startParts(this.#parts, config);
  }

  #register(): void {
    const { scheduler, random } = this.#world;
    const made = providerOf(this.#devices, {
      changed: (notice) => void scheduler.after(random.int(3), () => this.process.enter(notice)),
      finished: (lport, operation) => this.#deeds.finished(this, lport, operation),
      released: () => {},
    });
    if (this.#parts.registry.register(made.provider).ok) this.#provider = made;
    else made.end();
  }

  /** As SIGHUP does, with the provider in the configuration, or without it. */
  enableProvider(isEnabled = true): void {
    this.process.enter(() => {
      if (this.#stopped || isEnabled === (this.#provider !== null)) return;
      if (isEnabled) this.#register();
      else {
        this.#provider?.end();
        this.#provider = null;
        this.#parts.registry.unregister(PLUG_TYPE);
      }
      this.#parts.reconciler.schedule();
    });
  }

  /** As SIGHUP does. */
  reload(settings: Settings): void {
    this.process.enter(() => {
      const { reconciler } = this.#parts;
      this.#settings = settings;
      reconciler.push(
        reconciler.graph.inputs.settings,
        plugSettings(configOf(settings), null),
        "configuration",
      );
      reconciler.schedule();
    });
  }

  /** What `vifplugd` does after every run. */
  #ran(): void {
    const { southbound, reconciler } = this.#parts;
    const { engine, graph } = reconciler;
    if (engine.needsRun || obstacleOf(engine, graph) !== null) return;
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
  }

  /** `sb-cluster-state-reset`, or `inc-engine/recompute`. */
  command(name: string): void {
    const { southbound, reconciler } = this.#parts;
    this.process.enter(() => {
      if (this.#stopped) return;
      if (name === "sb-cluster-state-reset") southbound.resetClusterState();
      else reconciler.recompute(name);
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

  /** What is in force. */
  get settings(): Settings {
    return this.#settings;
  }

  /** The ports of which its provider has said that what is in place is another's. */
  misplaced(): ReadonlySet<string> {
    return this.#provider?.misplaced() ?? new Set();
  }

  /** The ports whose unplug is held back. */
  held(): ReadonlySet<string> {
    const statuses = [...this.#parts.reconciler.statuses.values()];
    return new Set(statuses.flatMap(({ lport, state }) => (state === "held" ? [lport] : [])));
  }

  /** What it says of every port, for failures. */
  statuses(): readonly string[] {
    return Array.from(
      this.#parts.reconciler.statuses.values(),
      ({ lport, state, reason }) => `${lport}: ${state}${reason === null ? "" : `: ${reason}`}`,
    );
  }

  kill(): void {
    this.#provider?.end();
    this.process.kill();
  }

  /** As by SIGTERM. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#provider?.end();
    this.process.enter(() => void stopParts(this.#parts, this.process.environment));
    this.#world.tell(this.process.name, "stops");
  }
}

function configOf({ on_withdraw, on_rename, max_unplug }: Settings): Config {
  const base = defaultConfig();
  return {
    ...base,
    ovs: { ...base.ovs, remote: LOCAL },
    plug: { ...base.plug, on_withdraw, on_rename },
    safety: { ...base.safety, max_unplug },
    providers: [],
  };
}
