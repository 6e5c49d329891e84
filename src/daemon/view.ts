/** The daemon as control commands, metrics and the page see it, and the actions that they may ask for. */

import type { Verification } from "../graph/index.ts";
import type { DaemonView, LastChange, LastError, LastReload } from "../view/daemon-view.ts";
import type { Connections, FileStatus, ListenerStatus, ProviderStatus } from "../view/status-shape.ts";
import { connectionStatus, southboundStatus } from "./databases/session-status.ts";
import { type Parts, rowsOf } from "./parts.ts";

export interface ViewOptions {
  /** The number of clients of each kind. */
  readonly clients: () => { readonly control: number; readonly http: number };
  /** The state of the HTTP listener; null: there is none. */
  readonly metrics: () => ListenerStatus | null;
  /** The states of the files that the daemon keeps. */
  readonly files: () => readonly FileStatus[];
  /** The last reload; null: the configuration was not reloaded. */
  readonly lastReload: () => LastReload | null;
  /** Called when somebody asks the daemon to end. */
  readonly onExit: () => void;
}

export class View implements DaemonView {
  readonly #parts: Parts;
  readonly #options: ViewOptions;

  constructor(parts: Parts, options: ViewOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  get engine() {
    return this.#parts.reconciler.engine;
  }

  get statistics() {
    return this.#parts.reconciler.statistics;
  }

  get graph() {
    return this.#parts.reconciler.graph;
  }

  get coverage() {
    return this.#parts.coverage;
  }

  get latencies() {
    return this.#parts.latencies;
  }

  get providerTimes() {
    return this.#parts.providerTimes;
  }

  get lastReload(): LastReload | null {
    return this.#options.lastReload();
  }

  get isLockHeld(): boolean {
    return this.#parts.local.heldLock() !== null;
  }

  get transactionTimes() {
    return this.#parts.local.transactionTimes;
  }

  get ready(): boolean {
    return this.notReady === null;
  }

  get notReady(): string | null {
    return whyNotReady(this.#parts);
  }

  get metrics(): ListenerStatus | null {
    return this.#options.metrics();
  }

  get files(): readonly FileStatus[] {
    return this.#options.files();
  }

  usage(): ReadonlyMap<string, number> {
    const { local, southbound, reconciler } = this.#parts;
    const clients = this.#options.clients();
    const { rss, heapUsed } = process.memoryUsage();
    return new Map([
      ["rows-Open_vSwitch", local.rows],
      ["rows-OVN_Southbound", southbound.rows],
      ["ports", reconciler.statuses.size],
      ["in-flight", reconciler.inFlight],
      ["control-clients", clients.control],
      ["http-clients", clients.http],
      ["heap-kB", Math.round(heapUsed / 1024)],
      ["rss-kB", Math.round(rss / 1024)],
    ]);
  }

  connections(): Connections {
    return connectionsOf(this.#parts);
  }

  providers(): readonly ProviderStatus[] {
    return this.#parts.providers.statuses();
  }

  get unbound(): number {
    return this.#parts.reconciler.ports.unbound;
  }

  lastChange(lport: string): LastChange | null {
    return this.#parts.reconciler.ports.history.lastChange(lport);
  }

  lastError(lport: string): LastError | null {
    return this.#parts.reconciler.ports.history.lastError(lport);
  }

  nextTry(lport: string): number | null {
    return this.#parts.reconciler.ports.nextTry(lport);
  }

  confirmUnplug(): number {
    return this.#parts.reconciler.confirmUnplug();
  }

  resetClusterState(): void {
    this.#parts.southbound.resetClusterState();
  }

  recompute(reason: string): void {
    this.#parts.reconciler.recompute(reason);
  }

  verify(): Verification {
    const { coverage, reconciler } = this.#parts;
    coverage.count("verify");
    const verification = reconciler.verify((table) => rowsOf(this.#parts, table));
    for (const _ of verification.differences) coverage.count("verify_difference");
    return verification;
  }

  exit(): void {
    this.#options.onExit();
  }
}

/** The obstacle to a complete pass, in words; null: none. */
export function whyNotReady({ reconciler }: Parts): string | null {
  return reconciler.obstacle?.reason ?? null;
}

export function connectionsOf({ local, southbound }: Parts): Connections {
  const { state, remotes, fault, lost, refused } = southbound;
  return {
    ovs: connectionStatus(local.state, local.remotes),
    southbound: southboundStatus(state, remotes, fault, lost, refused),
  };
}
