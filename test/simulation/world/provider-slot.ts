/**
 * The place of one vifplugd's provider: whether a provider is enabled, the provider itself, and what has to be true of each call
 * into it.
 */
import type { Parts } from "../../../src/daemon/parts.ts";
import { type DeviceProvider, type Devices, PLUG_TYPE, providerOf, type Watcher } from "./devices.ts";
import type { Process } from "./process.ts";
import { type ProgramProvider, programOf } from "./program.ts";
import type { World } from "./world.ts";

export interface ProviderSlotOptions {
  readonly world: World;
  readonly process: Process;
  readonly parts: Parts;
  readonly devices: Devices;
  /** The provider is a program of its own. */
  readonly isProgram: boolean;
  /** `finish` was called. */
  finished(lport: string, operation: "create" | "remove"): void;
}

export class ProviderSlot {
  readonly #options: ProviderSlotOptions;
  /** Null: none is enabled. */
  #provider: DeviceProvider | ProgramProvider | null = null;
  /** By port, the answers of the present provider to questions to create that were not released. */
  #unreleased: ReadonlyMap<string, number> = new Map();

  constructor(options: ProviderSlotOptions) {
    this.#options = options;
  }

  get isEnabled(): boolean {
    return this.#provider !== null;
  }

  enable(): void {
    const { world, process, parts, devices, isProgram } = this.#options;
    const watcher = this.#watcher();
    const made = isProgram ? programOf(world, process, devices, watcher) : providerOf(devices, watcher);
    if (parts.registry.register(made.provider).ok) this.#provider = made;
    else made.end();
  }

  disable(): void {
    this.#provider?.end();
    this.#provider = null;
    this.#options.parts.registry.unregister(PLUG_TYPE);
  }

  #watcher(): Watcher {
    const { world, process, isProgram } = this.#options;
    const unreleased = new Map<string, number>();
    this.#unreleased = unreleased;
    return {
      changed: (notice) => void world.scheduler.after(world.random.int(3), () => process.enter(notice)),
      asked: (lport) => this.#asked(lport),
      finished: (lport, operation) => {
        this.#options.finished(lport, operation);
        if (operation === "create" && !isProgram && !unreleased.has(lport))
          world.fail(`${process.name} finishes ${lport}, whose answer it has released`);
      },
      answered: (lport) => unreleased.set(lport, (unreleased.get(lport) ?? 0) + 1),
      released: (lport) => {
        const left = (unreleased.get(lport) ?? 0) - 1;
        if (left < 0) world.fail(`${process.name} releases an answer about ${lport} twice`);
        if (left > 0) unreleased.set(lport, left);
        else unreleased.delete(lport);
      },
    };
  }

  /** One that stands by asks no provider. */
  #asked(lport: string): void {
    const { world, process, parts } = this.#options;
    const { engine, graph } = parts.reconciler;
    const { lock } = engine.data(graph.inputs.localSession).current;
    if (lock.kind !== "asked" || !lock.held)
      world.fail(`${process.name} asks its provider about ${lport}, and stands by`);
  }

  /** The ports of which the provider has said that what is in place is another's. */
  misplaced(): ReadonlySet<string> {
    return this.#provider?.misplaced() ?? new Set();
  }

  /** The ports with an answer that was not released. */
  get unreleased(): readonly string[] {
    return [...this.#unreleased.keys()];
  }

  /** Each `finish` that the provider's program has not read. */
  get unheard(): readonly string[] {
    return this.#provider?.unheard() ?? [];
  }

  disturb(what: "die" | "hang", ms: number): void {
    if (this.#provider !== null && "disturb" in this.#provider) this.#provider.disturb(what, ms);
  }

  calm(): void {
    if (this.#provider !== null && "calm" in this.#provider) this.#provider.calm();
  }

  /** The provider ends with its process. */
  end(): void {
    this.#provider?.end();
  }
}
