/**
 * The daemon: wires the databases, the graph and the providers, and owns their life from start to stop.
 */

import { plugSettings, southboundTarget } from "../config/effective.ts";
import type { Config } from "../config/schema.ts";
import { plugTypesOf } from "../config/schema.ts";
import type { Log, Logger } from "../log/log.ts";
import type { LocalChassis } from "../plug/nodes/local-chassis.ts";
import { builtinProviders } from "../providers/builtin.ts";
import { ProviderRegistry } from "../providers/registry.ts";
import { Recorder } from "../record/recorder.ts";
import { LocalDatabase } from "./local-database.ts";
import { Reconciler } from "./reconciler.ts";
import { Southbound } from "./southbound.ts";

export interface DaemonOptions {
  readonly config: Config;
  readonly systemIdOverride: string | null;
  readonly log: Log;
  /** Where to record what enters the graph; null: nowhere. */
  readonly recordFile: string | null;
}

export class Daemon {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #registry: ProviderRegistry;
  readonly #reconciler: Reconciler;
  readonly #local: LocalDatabase;
  readonly #southbound: Southbound;
  readonly #recorder: Recorder | null;

  /** @throws when the record cannot be written */
  constructor({ config, systemIdOverride, log, recordFile }: DaemonOptions) {
    this.#config = config;
    this.#log = log.module("daemon");
    const providerLog = log.module("provider");
    this.#registry = new ProviderRegistry({
      onWake: () => this.#reconciler.schedule(),
      log: (level, message) => providerLog[level](message),
    });
    this.#local = new LocalDatabase({ remotes: config.ovs.remote, log: log.module("ovsdb") });
    const settings = plugSettings(config, systemIdOverride);
    this.#recorder = recordFile === null ? null : new Recorder(recordFile, settings);
    this.#reconciler = new Reconciler({
      registry: this.#registry,
      settings,
      recorder: this.#recorder,
      log: log.module("plug"),
      transact: (operations) => this.#local.transact(operations),
      lock: () => this.#local.heldLock(),
      onLocalChassis: (local) => this.#onLocalChassis(local),
      onCondition: (condition) => this.#southbound.setCondition(condition),
    });
    this.#southbound = new Southbound(this.#reconciler, log.module("ovsdb"));
  }

  start(): void {
    this.#registerProviders();
    this.#local.feed(this.#reconciler);
  }

  /** Leaves every port as it is; settles when what was in flight has been answered. */
  async stop(): Promise<void> {
    await this.#reconciler.stop();
    this.#southbound.close();
    this.#local.close();
    this.#registry.destroyAll();
    this.#recorder?.close();
  }

  #registerProviders(): void {
    const { providers } = this.#config;
    if (providers.length === 0) {
      this.#log.warn("no provider is enabled, so nothing will be plugged; list some under providers");
    }
    for (const entry of providers) {
      const make = builtinProviders.get(entry.type);
      if (make === undefined) continue;
      const registered = this.#registry.register(make(), plugTypesOf(entry));
      if (!registered.ok) this.#log.error(registered.error.message);
    }
  }

  #onLocalChassis(local: LocalChassis): void {
    const name = local.chassis?.name ?? null;
    this.#local.setChassisName(name, this.#reconciler);
    if (local.openVSwitch === null) return;
    const target = southboundTarget(this.#config, local.openVSwitch.external_ids, name);
    if (target === null) {
      this.#log.warn(
        "no Southbound remote: set southbound.remote, or external_ids:ovn-remote in Open_vSwitch",
      );
    } else if (!target.ok) {
      this.#log.warn(`external_ids:ovn-remote: ${target.error}`);
      return;
    }
    this.#southbound.setTarget(target?.value ?? null);
  }
}
