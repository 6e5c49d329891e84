/** Keeps the registry in line with the configuration: which providers are enabled, and how each of them fares. */
import { type ProviderConfig, plugTypesOf } from "../config/provider-entries.ts";
import type { Logger } from "../log/log.ts";
import { type HostedProvider, isHosted } from "../providers/hosted.ts";
import type { Provider } from "../providers/provider.ts";
import type { ProviderRegistry } from "../providers/registry.ts";
import type { ProviderStatus } from "../view/status-shape.ts";

interface Enabled {
  /** The entry of the configuration, as text: another text is another provider. */
  readonly entry: string;
  readonly provider: Provider | HostedProvider;
  readonly status: ProviderStatus;
}

export class ProviderSet {
  readonly #registry: ProviderRegistry;
  readonly #log: Logger;
  readonly #enabled = new Map<string, Enabled>();

  constructor(registry: ProviderRegistry, log: Logger) {
    this.#registry = registry;
    this.#log = log;
  }

  /** Unregisters what is not enabled any more or changed, then registers what is new; the rest is left alone. */
  apply(entries: readonly ProviderConfig[]): void {
    if (entries.length === 0) {
      this.#log.warn("no provider is enabled, so nothing will be plugged; list some under providers");
    }
    const wanted = new Map<string, string>(entries.map((entry) => [entry.type, JSON.stringify(entry)]));
    for (const [type, { entry }] of this.#enabled) {
      if (wanted.get(type) === entry) continue;
      this.#registry.unregister(type);
      this.#enabled.delete(type);
    }
    for (const entry of entries) {
      const enabled = this.#enabled.get(entry.type);
      if (enabled === undefined) this.#enable(entry, entry.create(entry.at ?? (() => entry.type)));
      else void this.#renew(entry, enabled);
    }
  }

  statuses(): readonly ProviderStatus[] {
    return Array.from(this.#enabled.values(), ({ status }) =>
      status.state === "failed" ? status : { type: status.type, ...this.#registry.state(status.type) },
    );
  }

  /** Its entry is the same, and its files may be others. */
  async #renew(entry: ProviderConfig, { provider }: Enabled): Promise<void> {
    const renewed = isHosted(provider) ? ((await provider.renewed?.()) ?? null) : null;
    // Meanwhile the configuration may have been read again.
    if (renewed === null || this.#enabled.get(entry.type)?.provider !== provider) return;
    this.#log.info(`provider ${entry.type}: its files are others, it is loaded anew`);
    this.#registry.unregister(entry.type);
    this.#enable(entry, renewed);
  }

  #enable(entry: ProviderConfig, provider: Provider | HostedProvider): void {
    const { type } = entry;
    const registered = this.#registry.register(provider, plugTypesOf(entry), isBuiltIn(entry));
    if (!registered.ok) this.#log.error(registered.error.message);
    const status: ProviderStatus = registered.ok
      ? { type, state: "ready" }
      : { type, state: "failed", reason: registered.error.message };
    this.#enabled.set(type, { entry: JSON.stringify(entry), provider, status });
  }
}

/** What is compiled into the executable, by us or by whoever built it. */
function isBuiltIn({ source }: ProviderConfig): boolean {
  return source === "built in" || source === "linked";
}
