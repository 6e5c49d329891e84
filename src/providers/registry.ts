/**
 * The registry owns the providers: which providers are registered, for which plug types, and every call into a provider.
 *
 * Invariants:
 * - A provider is registered from a successful `init` until it is unregistered; a provider whose `init` throws is refused.
 * - Nobody finds a provider that is unregistered. Its `destroy` waits for the changes that stand on its answers, unless the
 *   program ends, and `destroy` is the last call into the provider.
 * - A plug type belongs to at most one provider.
 * - Every call into a provider goes by calls.ts.
 */
import { fail, messageOf, ok, type Result } from "../result.ts";
import { type CallOptions, Calls } from "./calls.ts";
import { culpritOf, onBehalfOf, onNobodysBehalf } from "./culprit.ts";
import { Ending } from "./ending.ts";
import { type HostedProvider, isHosted, type ProviderState, type Surroundings, stateOf } from "./hosted.ts";
import type { Provider, ProviderHost } from "./provider.ts";
import { type Life, type RegisteredProvider, registeredProvider } from "./registered.ts";

export type { RegisteredProvider };

export interface RegistryError {
  readonly code: "duplicate-provider" | "provider-init-failed" | "unknown-provider";
  readonly message: string;
}

export interface RegistryOptions extends CallOptions {
  /** The provider of this type asks for a run of the graph, and for new questions about these logical ports, if any. */
  readonly onWake: (type: string, lports: readonly string[]) => void;
}

/** A provider that is not registered, because its `init` failed. */
export interface RefusedProvider {
  readonly type: string;
  /** The plug types that the provider would answer to. */
  readonly plugTypes: readonly string[];
  readonly reason: string;
}

export class ProviderRegistry {
  readonly #options: RegistryOptions;
  readonly #calls: Calls;
  readonly #byType = new Map<string, Life & { readonly registered: RegisteredProvider }>();
  /** Providers that are unregistered, and destroyed as soon as their last changes have ended. */
  readonly #leaving = new Set<Life>();
  readonly #onUnregister = new Set<(type: string) => void>();
  readonly #byPlugType = new Map<string, RegisteredProvider>();
  readonly #refused = new Map<string, RefusedProvider>();
  /** The ends of destroyed providers that take time, such as that of a process. */
  readonly #endings = new Set<Ending>();
  readonly #lookups = new Map<string, number>();
  #changes = 0;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#calls = new Calls(options);
  }

  /**
   * Registers `provider` for `plugTypes` (its own type unless told otherwise), after its `init`.
   * @param isBuiltIn false for a command or a module
   */
  register(
    provider: Provider | HostedProvider,
    plugTypes: readonly string[] = [provider.type],
    isBuiltIn = true,
  ): Result<RegisteredProvider, RegistryError> {
    const type = provider.type;
    if (this.#byType.has(type)) {
      return fail({ code: "duplicate-provider", message: `provider ${type} is registered already` });
    }
    const taken = plugTypes.find((plugType) => this.#byPlugType.has(plugType));
    if (taken !== undefined) {
      const owner = this.#byPlugType.get(taken)?.type;
      return fail({
        code: "duplicate-provider",
        message: `provider ${type}: plug type ${taken} belongs to provider ${owner} already`,
      });
    }
    try {
      this.#calls.watched(
        type,
        "init",
        onBehalfOf(type, () => provider.init?.(this.#hostFor(type), {})),
      );
    } catch (thrown) {
      const reason = messageOf(thrown);
      this.#refused.set(type, { type, plugTypes: [...plugTypes], reason });
      this.#lookups.set(type, ++this.#changes);
      return fail({
        code: "provider-init-failed",
        message: `provider ${type} is not registered: its init failed: ${reason}`,
      });
    }
    this.#refused.delete(type);
    const entry: Life = {
      provider,
      plugTypes: [...plugTypes],
      isBuiltIn,
      changes: 0,
      phase: "registered",
    };
    const registered = registeredProvider(entry, this.#calls, () => {
      if (entry.phase === "leaving") this.#destroy(entry);
    });
    this.#byType.set(type, Object.assign(entry, { registered }));
    this.#lookups.set(type, ++this.#changes);
    for (const plugType of plugTypes) this.#byPlugType.set(plugType, registered);
    return ok(registered);
  }

  /** @param listener called for each provider that is unregistered, before its `destroy`, to end what is kept of the provider */
  onUnregister(listener: (type: string) => void): void {
    this.#onUnregister.add(listener);
  }

  /** Unregisters the provider of this type, and forgets a provider of this type that was refused. */
  unregister(type: string): Result<void, RegistryError> {
    if (this.#refused.delete(type)) {
      this.#lookups.delete(type);
      return ok(undefined);
    }
    const entry = this.#byType.get(type);
    if (entry === undefined) {
      return fail({ code: "unknown-provider", message: `provider ${type} is not registered` });
    }
    this.#byType.delete(type);
    this.#lookups.delete(type);
    for (const plugType of entry.plugTypes) this.#byPlugType.delete(plugType);
    for (const listener of this.#onUnregister) listener(type);
    entry.phase = "leaving";
    this.#leaving.add(entry);
    if (entry.changes === 0) this.#destroy(entry);
    return ok(undefined);
  }

  /** The provider that answers to a plug type, that is, to a `vif-plug-type` or an `ovn-plugged` value. */
  forPlugType(plugType: string): RegisteredProvider | undefined {
    return this.#byPlugType.get(plugType);
  }

  /** The providers whose `init` failed. */
  refused(): readonly RefusedProvider[] {
    return [...this.#refused.values()];
  }

  /** In order of registration. */
  registered(): readonly RegisteredProvider[] {
    return [...this.#byType.values()].map((entry) => entry.registered);
  }

  /** In order of registration. */
  types(): readonly string[] {
    return [...this.#byType.keys()];
  }

  /** Calls every provider's `run`, and notes whose lookup tables changed; answers their types. */
  runAll(): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const [type, { provider }] of this.#byType) {
      if (this.#calls.make(type, "run", () => provider.run?.()) !== true) continue;
      changed.add(type);
      this.#lookups.set(type, ++this.#changes);
    }
    return changed;
  }

  /** Tells hosted providers that ports are decided here, with these surroundings: their programs may start. */
  attend(surroundings: Surroundings): void {
    for (const [type, { provider }] of this.#byType) {
      if (isHosted(provider)) this.#calls.make(type, "attend", () => provider.attend(surroundings));
    }
  }

  /** Tells hosted providers that nothing is to be decided about these logical ports any more. */
  forget(lports: readonly string[]): void {
    for (const [type, { provider }] of this.#byType) {
      if (isHosted(provider)) this.#calls.make(type, "forget", () => provider.forget?.(lports));
    }
  }

  /** The type of the provider that threw an error outside of any call; null: no provider is known. */
  culpritOf(thrown: unknown): string | null {
    return culpritOf(thrown, [
      ...this.types(),
      ...Array.from(this.#leaving, ({ provider }) => provider.type),
    ]);
  }

  /** The state of a registered provider. */
  state(type: string): ProviderState {
    const provider = this.#byType.get(type)?.provider;
    return provider === undefined ? { state: "ready" } : stateOf(provider);
  }

  /**
   * A number by type that is another one whenever the provider's lookup tables changed, or the provider itself, be it
   * registered or refused.
   */
  lookups(): ReadonlyMap<string, number> {
    return this.#lookups;
  }

  /**
   * At the end of the program; settles when what takes time to end has ended.
   * @param later calls when there is no more time for that
   */
  async destroyAll(later: (call: () => void) => () => void): Promise<void> {
    for (const type of this.types()) this.unregister(type);
    for (const entry of this.#leaving) this.#destroy(entry);
    if (this.#endings.size === 0) return;
    const cancel = later(() => {
      for (const ending of this.#endings) ending.force();
    });
    await Promise.all(Array.from(this.#endings, ({ done }) => done));
    cancel();
  }

  #destroy(entry: Life): void {
    this.#leaving.delete(entry);
    entry.phase = "destroyed";
    const { provider } = entry;
    const ending: unknown = this.#calls.make(provider.type, "destroy", () => provider.destroy?.());
    if (!(ending instanceof Ending)) return;
    this.#endings.add(ending);
    void ending.done.then(() => this.#endings.delete(ending));
  }

  #hostFor(type: string): ProviderHost {
    return {
      wake: (lports = []) => onNobodysBehalf(() => this.#options.onWake(type, lports)),
      log: (level, message) => this.#options.log(level, `${type}: ${message}`),
    };
  }
}
