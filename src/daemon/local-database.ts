/**
 * The session with the local Open_vSwitch database: its rows and the lock go into the graph, transactions come out.
 *
 * Invariant: the graph is told that we are active only while the replica is in sync and this session holds the lock,
 * so that of several daemons on one chassis exactly one asks providers and writes.
 */
import { type Operation, Session, type SessionState, type TransactError } from "ovsdb-jsonrpc";
import type { Engine } from "../graph/index.ts";
import type { Logger } from "../log/log.ts";
import type { PlugGraph } from "../plug/graph.ts";
import type { Activity } from "../plug/nodes/activity.ts";
import { asInserts, openVSwitchColumns, type SslRow } from "../plug/rows.ts";
import { openVSwitch } from "../schemas/open_vswitch.gen.ts";
import { lockName } from "./lock-name.ts";
import type { Reconciler } from "./reconciler.ts";
import { narrateState } from "./session-log.ts";

export interface LocalDatabaseOptions {
  readonly remotes: string;
  readonly log: Logger;
}

export class LocalDatabase {
  readonly #session;
  readonly #log: Logger;
  #lock: string | null = null;
  #active: Activity | null = null;

  constructor(options: LocalDatabaseOptions) {
    this.#log = options.log;
    this.#session = new Session({
      database: openVSwitch,
      remotes: options.remotes,
      monitor: openVSwitchColumns,
    });
  }

  get state(): SessionState {
    return this.#session.state;
  }

  /** From now on what happens in the database goes into the graph; `onSsl` is told of changes of the SSL table. */
  feed(reconciler: Reconciler, onSsl: () => void): void {
    const { inputs } = reconciler.graph;
    this.#session.onBatch(({ initial, tables }) => {
      const cause = initial ? "snapshot" : "update";
      reconciler.pushRows(inputs.openVSwitch, tables.Open_vSwitch, cause);
      reconciler.pushRows(inputs.bridge, tables.Bridge, cause);
      reconciler.pushRows(inputs.port, tables.Port, cause);
      reconciler.pushRows(inputs.iface, tables.Interface, cause);
      if (tables.SSL.length > 0) onSsl();
    });
    this.#session.onState((state) => {
      narrateState(this.#log, "Open_vSwitch", state);
      this.#announce(reconciler);
    });
    this.#session.onLock(({ name, held }) => {
      this.#log.info(held ? `holding the lock ${name}` : `not holding the lock ${name} any more`);
      this.#announce(reconciler);
    });
    this.#announce(reconciler);
  }

  /** The chassis name decides which lock to hold. */
  setChassisName(name: string | null, reconciler: Reconciler): void {
    const lock = name === null ? null : lockName(name);
    if (lock === this.#lock) return;
    if (this.#lock !== null) this.#session.unlock(this.#lock);
    this.#lock = lock;
    if (lock !== null) this.#session.lock(lock);
    this.#announce(reconciler);
  }

  /** The lock to assert in transactions, while it is held. */
  heldLock(): string | null {
    return this.#lock !== null && this.#session.holds(this.#lock) ? this.#lock : null;
  }

  async transact(
    operations: readonly Operation[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: TransactError }> {
    const result = await this.#session.transact(operations);
    return result.ok ? { ok: true } : result;
  }

  /** The SSL table's row: there is at most one (ovs-vswitchd.conf.db(5)). */
  ssl(): SslRow | null {
    const [row = null] = this.#session.replica.table("SSL").rows.values();
    return row;
  }

  /** Every row, for an engine that has seen none. */
  fill(engine: Engine, { inputs }: PlugGraph): void {
    const { replica } = this.#session;
    engine.push(inputs.openVSwitch, asInserts(replica.table("Open_vSwitch").rows));
    engine.push(inputs.bridge, asInserts(replica.table("Bridge").rows));
    engine.push(inputs.port, asInserts(replica.table("Port").rows));
    engine.push(inputs.iface, asInserts(replica.table("Interface").rows));
  }

  setRemotes(remotes: string): void {
    this.#session.setRemotes(remotes);
  }

  close(): void {
    if (this.#lock !== null) this.#session.unlock(this.#lock);
    this.#session.close();
  }

  #announce(reconciler: Reconciler): void {
    const reason = this.#whyNotActive();
    if (this.#active?.reason === reason) return;
    this.#active = { active: reason === null, reason };
    reconciler.push(reconciler.graph.inputs.activity, this.#active, reason ?? "active");
  }

  #whyNotActive(): string | null {
    if (this.#session.state.kind !== "synced") return "the local Open_vSwitch database is not connected";
    if (this.#lock === null) return "no chassis name is known: set external_ids:system-id in Open_vSwitch";
    if (!this.#session.holds(this.#lock)) return `another vifplugd holds the lock ${this.#lock}`;
    return null;
  }
}
