/**
 * A vifplugd: the real code from its sessions to its transactions, in a process that may die at any event. Of the program
 * only its control socket, its HTTP server and its configuration file are missing.
 */
import { defaultConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { takeLock } from "../../../src/daemon/databases/chassis-lock.ts";
import { makeParts, type Parts, rowsOf, startParts, stopParts } from "../../../src/daemon/parts.ts";
import { Log } from "../../../src/log/log.ts";
import { LOCAL } from "./chassis.ts";
import { type Devices, providerOf } from "./devices.ts";
import type { Process } from "./process.ts";
import type { World } from "./world.ts";

export interface Settings {
  readonly plug: Partial<Config["plug"]>;
  readonly safety: Partial<Config["safety"]>;
}

export interface Deeds {
  /** `finish` was called. */
  finished(vifplugd: Vifplugd, lport: string, operation: "create" | "remove"): void;
}

export class Vifplugd {
  readonly process: Process;
  readonly #world: World;
  readonly #parts: Parts;
  readonly #endProvider: () => void;
  #stopped = false;
  constructor(world: World, name: string, devices: Devices, deeds: Deeds, settings: Settings) {
    this.#world = world;
    this.process = world.process(name);
    const { environment } = this.process;
    const base = defaultConfig();
    const config: Config = {
      ...base,
      ovs: { ...base.ovs, remote: LOCAL },
      plug: { ...base.plug, ...settings.plug },
      safety: { ...base.safety, ...settings.safety },
      providers: [],
    };
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
      onRun: () => {},
    });
    this.process.isSynced = () => this.#parts.southbound.state?.kind === "synced";
    const { provider, end } = providerOf(devices, {
      changed: (notice) => void world.scheduler.after(world.random.int(3), () => this.process.enter(notice)),
      finished: (lport, operation) => deeds.finished(this, lport, operation),
      released: () => {},
    });
    this.#endProvider = end;
    this.#parts.registry.register(provider);
    startParts(this.#parts, config);
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

  confirmUnplug(): void {
    this.process.enter(() => void this.#parts.reconciler.confirmUnplug());
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
    this.#endProvider();
    this.process.kill();
  }

  /** As by SIGTERM. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#endProvider();
    this.process.enter(() => void stopParts(this.#parts, this.process.environment));
    this.#world.tell(this.process.name, "stops");
  }
}
