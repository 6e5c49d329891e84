/** Keeps the registry in line with the configuration: enables and disables providers, and tries failed providers again. */
import type { Environment } from "ovsdb-jsonrpc";
import { type ProviderConfig, plugTypesOf } from "../config/provider-entries.ts";
import type { Logger } from "../log/log.ts";
import { type HostedProvider, isHosted } from "../providers/hosted.ts";
import type { Provider } from "../providers/provider.ts";
import type { ProviderRegistry } from "../providers/registry.ts";
import type { ProviderStatus } from "../view/status-shape.ts";

type Enabled = Started | Failed;

interface Started {
  readonly kind: "started";
  /** The entry of the configuration, as text: a changed text means a new provider. */
  readonly entry: string;
  readonly provider: Provider | HostedProvider;
}

interface Failed {
  readonly kind: "failed";
  readonly reason: string;
  /** Cancels the next try; null: no try will follow, because it could not succeed. */
  readonly cancelRetry: (() => void) | null;
}

/** The delay until a failed provider is tried again, and its largest value, in milliseconds. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

export interface ProviderSetOptions {
  readonly registry: ProviderRegistry;
  readonly log: Logger;
  readonly timer: Environment["timer"];
  /** Called when a provider starts that had failed before. */
  readonly onStarted: () => void;
}

export class ProviderSet {
  readonly #registry: ProviderRegistry;
  readonly #log: Logger;
  readonly #timer: ProviderSetOptions["timer"];
  readonly #onStarted: () => void;
  readonly #enabled = new Map<string, Enabled>();
  #isStopped = false;

  constructor({ registry, log, timer, onStarted }: ProviderSetOptions) {
    this.#registry = registry;
    this.#log = log;
    this.#timer = timer;
    this.#onStarted = onStarted;
  }

  /** Nothing is started from now on. */
  stop(): void {
    this.#isStopped = true;
    for (const enabled of this.#enabled.values()) cancelRetry(enabled);
  }

  /** Unregisters providers that are changed or not enabled any more, then registers new ones; the others stay. */
  apply(entries: readonly ProviderConfig[]): void {
    if (entries.length === 0) {
      this.#log.warn("no provider is enabled, so nothing will be plugged; list some under providers");
    }
    const wanted = new Map<string, string>(entries.map((entry) => [entry.type, textOf(entry)]));
    for (const [type, enabled] of this.#enabled) {
      // Whoever reloads the configuration expects failed providers to be tried again.
      if (enabled.kind === "started" && wanted.get(type) === enabled.entry) continue;
      cancelRetry(enabled);
      this.#registry.unregister(type);
      this.#enabled.delete(type);
    }
    for (const entry of entries) {
      const enabled = this.#enabled.get(entry.type);
      if (enabled?.kind === "started") void this.#renew(entry, enabled);
      else this.#enable(entry, providerOf(entry));
    }
  }

  statuses(): readonly ProviderStatus[] {
    return Array.from(this.#enabled, ([type, enabled]) =>
      enabled.kind === "failed"
        ? { type, state: "failed", reason: enabled.reason }
        : { type, ...this.#registry.state(type) },
    );
  }

  /** Replaces a provider whose entry is the same and whose files have changed. */
  async #renew(entry: ProviderConfig, started: Started): Promise<void> {
    const { provider } = started;
    const renewed = isHosted(provider) ? ((await provider.renewed?.()) ?? null) : null;
    // The configuration may have been reloaded meanwhile, or the daemon may have ended.
    if (renewed === null || this.#isStopped || this.#enabled.get(entry.type) !== started) return;
    this.#log.info(`provider ${entry.type}: its files have changed, it is loaded anew`);
    this.#registry.unregister(entry.type);
    this.#enable(entry, renewed);
  }

  #enable(entry: ProviderConfig, provider: Started["provider"], retryMs = RETRY_MS): boolean {
    const { type } = entry;
    const registered = this.#registry.register(provider, plugTypesOf(entry), isBuiltIn(entry));
    if (registered.ok) {
      this.#enabled.set(type, { kind: "started", entry: textOf(entry), provider });
      return true;
    }
    const { code, message: reason } = registered.error;
    // A later try can succeed when the host has changed; a wrong configuration stays wrong.
    const mayStart = code === "provider-init-failed";
    const before = this.#enabled.get(type);
    // Logged once: the same reason at the next try is no news.
    if (before?.kind !== "failed" || before.reason !== reason)
      this.#log.error(mayStart ? `${reason}; vifplugd tries again to start provider ${type}` : reason);
    const later = Math.min(2 * retryMs, MAX_RETRY_MS);
    const cancelRetry = mayStart ? this.#timer(retryMs, () => this.#retry(entry, later)) : null;
    this.#enabled.set(type, { kind: "failed", reason, cancelRetry });
    return false;
  }

  #retry(entry: ProviderConfig, retryMs: number): void {
    if (!this.#enable(entry, providerOf(entry), retryMs)) return;
    this.#log.info(`provider ${entry.type} has started after all`);
    this.#onStarted();
  }
}

/** The entry without where it stands: a line above it is no change. */
function textOf({ place: _, ...entry }: ProviderConfig & { readonly place?: string }): string {
  return JSON.stringify(entry);
}

function cancelRetry(enabled: Enabled): void {
  if (enabled.kind === "failed") enabled.cancelRetry?.();
}

function providerOf(entry: ProviderConfig): Started["provider"] {
  return entry.create(entry.at ?? (() => entry.type));
}

/** Whether the provider is compiled into the executable. */
function isBuiltIn({ source }: ProviderConfig): boolean {
  return source === "built in" || source === "linked";
}
