/** Keeps the registry in line with the configuration: which providers are enabled, and how each of them fares. */
import type { Environment } from "ovsdb-jsonrpc";
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
  /** Keeps it from being tried again; null: it has started, or trying again is of no use. */
  readonly cancelRetry: (() => void) | null;
}

/** Milliseconds until a provider that did not start is tried again, and the most that grows to. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

export interface ProviderSetOptions {
  readonly registry: ProviderRegistry;
  readonly log: Logger;
  readonly timer: Environment["timer"];
  /** A provider that had failed has started after all. */
  readonly onStarted: () => void;
}

export class ProviderSet {
  readonly #registry: ProviderRegistry;
  readonly #log: Logger;
  readonly #timer: ProviderSetOptions["timer"];
  readonly #onStarted: () => void;
  readonly #enabled = new Map<string, Enabled>();

  constructor({ registry, log, timer, onStarted }: ProviderSetOptions) {
    this.#registry = registry;
    this.#log = log;
    this.#timer = timer;
    this.#onStarted = onStarted;
  }

  /** Nothing is tried again any more. */
  stop(): void {
    for (const { cancelRetry } of this.#enabled.values()) cancelRetry?.();
  }

  /** Unregisters what is not enabled any more or changed, then registers what is new; the rest is left alone. */
  apply(entries: readonly ProviderConfig[]): void {
    if (entries.length === 0) {
      this.#log.warn("no provider is enabled, so nothing will be plugged; list some under providers");
    }
    const wanted = new Map<string, string>(entries.map((entry) => [entry.type, JSON.stringify(entry)]));
    for (const [type, { entry, status, cancelRetry }] of this.#enabled) {
      // Who has the configuration read again wants to see what failed tried again.
      if (wanted.get(type) === entry && status.state !== "failed") continue;
      cancelRetry?.();
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

  #enable(entry: ProviderConfig, provider: Provider | HostedProvider, retryMs = RETRY_MS): boolean {
    const { type } = entry;
    const text = JSON.stringify(entry);
    const registered = this.#registry.register(provider, plugTypesOf(entry), isBuiltIn(entry));
    if (registered.ok) {
      this.#enabled.set(type, { entry: text, provider, status: { type, state: "ready" }, cancelRetry: null });
      return true;
    }
    const { code, message } = registered.error;
    // The host may be another one by then; the configuration is not.
    const mayStart = code === "provider-init-failed";
    // Once: what is tried again and again for the same reason is no news.
    if (this.#enabled.get(type)?.status.reason !== message)
      this.#log.error(mayStart ? `${message}; vifplugd tries again to start provider ${type}` : message);
    const status: ProviderStatus = { type, state: "failed", reason: message };
    const later = Math.min(2 * retryMs, MAX_RETRY_MS);
    const cancelRetry = mayStart ? this.#timer(retryMs, () => this.#retry(entry, later)) : null;
    this.#enabled.set(type, { entry: text, provider, status, cancelRetry });
    return false;
  }

  #retry(entry: ProviderConfig, retryMs: number): void {
    const { type } = entry;
    this.#registry.unregister(type);
    if (!this.#enable(entry, entry.create(entry.at ?? (() => type)), retryMs)) return;
    this.#log.info(`provider ${type} has started after all`);
    this.#onStarted();
  }
}

/** What is compiled into the executable, by us or by whoever built it. */
function isBuiltIn({ source }: ProviderConfig): boolean {
  return source === "built in" || source === "linked";
}
