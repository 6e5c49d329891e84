/**
 * The registry owns the providers: who is registered, for which plug types, and every call into them.
 *
 * Invariants:
 * - A provider is registered from a successful `init` until it is unregistered; one whose `init` throws never was.
 * - One that is unregistered is found no more. Its `destroy` waits for the changes that stand on its answers, unless the
 *   program ends, and nothing is called after it.
 * - A plug type belongs to at most one provider.
 * - Nothing a provider throws leaves this file; a call that takes longer than {@link SLOW_CALL_MS} is reported.
 */
import { fail, messageOf, ok, type Result } from "../result.ts";
import { type Answer, parseAnswer, thrownAnswer } from "./answer.ts";
import type { PrepareInput, Provider, ProviderHost, WantedInterface } from "./provider.ts";

/** A provider may hold the daemon's only thread for this long before it is named in a warning. */
export const SLOW_CALL_MS = 50;

export interface RegistryError {
  readonly code: "duplicate-provider" | "provider-init-failed" | "unknown-provider";
  readonly message: string;
}

export type ProviderCall = "prepare" | "arrange" | "finish" | "release";

export interface RegistryOptions {
  /** The provider of this type asks for a run of the graph. */
  readonly onWake: (type: string) => void;
  readonly log: (level: "warn" | "info" | "debug", message: string) => void;
  /** Told of each call before it is made, for counting. */
  readonly onCall?: (call: ProviderCall, type: string) => void;
  /** Milliseconds since any moment, never going back. */
  readonly elapsed: () => number;
}

/** A provider that is not registered, because its `init` failed. */
export interface RefusedProvider {
  readonly type: string;
  /** The plug types it would answer to. */
  readonly plugTypes: readonly string[];
  readonly reason: string;
}

/** A registered provider: the only way the rest of the program calls one. */
export interface RegisteredProvider {
  readonly type: string;
  /** The plug types it answers to. */
  readonly plugTypes: readonly string[];
  readonly maintainedOptions: ReadonlySet<string>;
  /** It is part of the executable; where it is not, what it knows to be misplaced counts for rule U6. */
  readonly isBuiltIn: boolean;
  prepare(input: PrepareInput): Answer;
  /** Does nothing where the provider has nothing to arrange. */
  arrange(input: PrepareInput): void;
  finish(input: PrepareInput, output: WantedInterface | null): void;
  release(input: PrepareInput, output: WantedInterface | null): void;
  /** A change that stands on its answers is on its way: it is not destroyed before as many have ended as began. */
  changeBegins(): void;
  changeEnds(): void;
}

interface Entry {
  readonly provider: Provider;
  readonly plugTypes: readonly string[];
  readonly isBuiltIn: boolean;
  changes: number;
  phase: "registered" | "leaving" | "destroyed";
}

export class ProviderRegistry {
  readonly #options: RegistryOptions;
  readonly #elapsed: () => number;
  readonly #byType = new Map<string, Entry & { readonly registered: RegisteredProvider }>();
  /** Unregistered, and not destroyed before their last changes have ended. */
  readonly #leaving = new Set<Entry>();
  readonly #onUnregister = new Set<(type: string) => void>();
  readonly #byPlugType = new Map<string, RegisteredProvider>();
  readonly #refused = new Map<string, RefusedProvider>();
  readonly #lookups = new Map<string, number>();
  #changes = 0;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#elapsed = options.elapsed;
  }

  /**
   * Registers `provider` for `plugTypes` (its own type unless told otherwise), after its `init`.
   * @param isBuiltIn false for a command or a module
   */
  register(
    provider: Provider,
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
      this.#watched(type, "init", provider.init?.(this.#hostFor(type), {}));
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
    const entry: Entry = {
      provider,
      plugTypes: [...plugTypes],
      isBuiltIn,
      changes: 0,
      phase: "registered",
    };
    const registered = this.#guard(entry);
    this.#byType.set(type, Object.assign(entry, { registered }));
    this.#lookups.set(type, ++this.#changes);
    for (const plugType of plugTypes) this.#byPlugType.set(plugType, registered);
    return ok(registered);
  }

  /** @param listener told of each provider that is unregistered, before its `destroy`: to end what is kept of it */
  onUnregister(listener: (type: string) => void): void {
    this.#onUnregister.add(listener);
  }

  /** Also a provider that was refused is one no longer. */
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
      if (this.#call(type, "run", () => provider.run?.()) !== true) continue;
      changed.add(type);
      this.#lookups.set(type, ++this.#changes);
    }
    return changed;
  }

  /**
   * A number by type that is another one whenever the provider's lookup tables changed, or the provider itself, be it
   * registered or refused.
   */
  lookups(): ReadonlyMap<string, number> {
    return this.#lookups;
  }

  /** At the end of the program, which waits for nobody. */
  destroyAll(): void {
    for (const type of this.types()) this.unregister(type);
    for (const entry of this.#leaving) this.#destroy(entry);
  }

  #destroy(entry: Entry): void {
    this.#leaving.delete(entry);
    entry.phase = "destroyed";
    this.#call(entry.provider.type, "destroy", () => entry.provider.destroy?.());
  }

  #hostFor(type: string): ProviderHost {
    return {
      wake: () => this.#options.onWake(type),
      log: (level, message) => this.#options.log(level, `${type}: ${message}`),
    };
  }

  #guard(entry: Entry): RegisteredProvider {
    const { provider, plugTypes } = entry;
    const { type } = provider;
    return {
      type,
      plugTypes,
      isBuiltIn: entry.isBuiltIn,
      maintainedOptions: new Set(provider.maintainedOptions ?? []),
      prepare: (input) => {
        this.#options.onCall?.("prepare", type);
        const started = this.#elapsed();
        try {
          return parseAnswer(input.operation, this.#watched(type, "prepare", provider.prepare(input)));
        } catch (thrown) {
          return thrownAnswer(thrown);
        } finally {
          this.#reportIfSlow(type, "prepare", started);
        }
      },
      arrange: (input) => {
        if (provider.arrange === undefined || entry.phase !== "registered") return;
        this.#options.onCall?.("arrange", type);
        this.#call(type, "arrange", () => provider.arrange?.(input));
      },
      finish: (input, output) => {
        if (entry.phase === "destroyed") return;
        this.#options.onCall?.("finish", type);
        this.#call(type, "finish", () => provider.finish?.(input, output));
      },
      release: (input, output) => {
        if (entry.phase === "destroyed") return;
        this.#options.onCall?.("release", type);
        this.#call(type, "release", () => provider.release?.(input, output));
      },
      changeBegins: () => {
        entry.changes++;
      },
      changeEnds: () => {
        entry.changes--;
        if (entry.phase === "leaving" && entry.changes === 0) this.#destroy(entry);
      },
    };
  }

  #call<T>(type: string, callback: string, call: () => T): T | undefined {
    const started = this.#elapsed();
    try {
      return this.#watched(type, callback, call());
    } catch (thrown) {
      this.#options.log("warn", `${type}: ${callback} threw: ${messageOf(thrown)}`);
      return undefined;
    } finally {
      this.#reportIfSlow(type, callback, started);
    }
  }

  /** A callback has to be synchronous; one that is not must not end the process when it fails. */
  #watched<T>(type: string, callback: string, result: T): T {
    if (result instanceof Promise) {
      result.catch((thrown: unknown) => {
        this.#options.log(
          "warn",
          `${type}: ${callback} rejected, and must not be async: ${messageOf(thrown)}`,
        );
      });
    }
    return result;
  }

  #reportIfSlow(type: string, callback: string, started: number): void {
    const elapsed = this.#elapsed() - started;
    if (elapsed <= SLOW_CALL_MS) return;
    const took = `${Math.round(elapsed)} ms`;
    this.#options.log(
      "warn",
      `${type}: ${callback} took ${took}; providers must not block (limit ${SLOW_CALL_MS} ms)`,
    );
  }
}
