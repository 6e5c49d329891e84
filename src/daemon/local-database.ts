/**
 * The session with the local Open_vSwitch database: its rows and the lock go into the graph, transactions come out.
 *
 * Invariant: the graph is told that we are active only while the replica is in sync and this session holds the lock,
 * so that of several daemons on one chassis exactly one asks providers and writes. It is told for which chassis, because a
 * run that finds the chassis renamed comes before the lock of the new one is asked for.
 */
import { isDeepStrictEqual } from "node:util";
import { type Operation, Session, type SessionState, type TransactError, type Uuid } from "ovsdb-jsonrpc";
import type { LocalTarget } from "../config/effective.ts";
import type { CountedEvent } from "../control/coverage.ts";
import { Times } from "../graph/index.ts";
import type { Logger } from "../log/log.ts";
import type { Activity } from "../plug/nodes/activity.ts";
import { type KeysOf, keysOf, selectionOf, tables } from "../plug/tables.ts";
import { openVSwitch } from "../schemas/open_vswitch.gen.ts";
import { lockName } from "./lock-name.ts";
import type { Reconciler } from "./reconciler.ts";
import { narrateState } from "./session-log.ts";

export interface LocalDatabaseOptions {
  readonly target: LocalTarget;
  readonly log: Logger;
  /** Told of each event that is to be counted. */
  readonly count: (event: CountedEvent) => void;
  /** Takes the lock, without which nothing is written; true unless given. Without it, providers are asked all the same. */
  readonly takeLock?: boolean;
}

export class LocalDatabase {
  readonly #session;
  readonly #log: Logger;
  readonly #count: (event: CountedEvent) => void;
  readonly #takeLock: boolean;
  #chassis: string | null = null;
  #target: LocalTarget;
  #lock: string | null = null;
  #active: Activity | null = null;

  constructor(options: LocalDatabaseOptions) {
    this.#log = options.log;
    this.#target = options.target;
    if (options.target.fault !== null) this.#log.warn(options.target.fault);
    this.#count = options.count;
    this.#takeLock = options.takeLock ?? true;
    this.#session = new Session({
      database: openVSwitch,
      remotes: options.target.remotes,
      tls: options.target.tls,
      monitor: selectionOf("Open_vSwitch"),
    });
  }

  /** From sending a transaction to its reply. */
  readonly transactionTimes = new Times();

  get state(): SessionState {
    return this.#session.state;
  }

  /** From now on what happens in the database goes into the graph. */
  feed(reconciler: Reconciler): void {
    this.#session.onBatch(({ initial, tables: changes }) => {
      const cause = initial ? "snapshot" : "update";
      this.#count(`ovs_${cause}`);
      reconciler.pushTables("Open_vSwitch", changes, cause);
    });
    this.#session.onState((state) => {
      narrateState(this.#log, "Open_vSwitch", state);
      if (state.kind === "disconnected") this.#count("ovs_disconnect");
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
    if (name === this.#chassis) return;
    this.#chassis = name;
    const lock = name === null ? null : lockName(name);
    if (this.#takeLock && this.#lock !== null) this.#session.unlock(this.#lock);
    this.#lock = lock;
    if (this.#takeLock && lock !== null) this.#session.lock(lock);
    this.#announce(reconciler);
  }

  /** The lock to assert in transactions, while it is held. */
  heldLock(): string | null {
    return this.#lock !== null && this.#session.holds(this.#lock) ? this.#lock : null;
  }

  async transact(
    operations: readonly Operation[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: TransactError }> {
    this.#count("txn_sent");
    const started = performance.now();
    const result = await this.#session.transact(operations);
    this.transactionTimes.time(performance.now() - started);
    this.#count(result.ok ? "txn_committed" : "txn_failed");
    return result.ok ? { ok: true } : result;
  }

  /** Every row of a table. */
  rowsOf(key: KeysOf<"Open_vSwitch">): ReadonlyMap<Uuid, object> {
    return this.#session.replica.table(tables[key].table).rows;
  }

  /** How many rows are held. */
  get rows(): number {
    return keysOf("Open_vSwitch").reduce((sum, key) => sum + this.rowsOf(key).size, 0);
  }

  setTarget(target: LocalTarget): void {
    if (isDeepStrictEqual(target, this.#target)) return;
    this.#target = target;
    if (target.fault !== null) this.#log.warn(target.fault);
    this.#session.setTls(target.tls);
    this.#session.setRemotes(target.remotes);
  }

  close(): void {
    if (this.#takeLock && this.#lock !== null) this.#session.unlock(this.#lock);
    this.#session.close();
  }

  #announce(reconciler: Reconciler): void {
    const reason = this.#whyNotActive();
    if (this.#active?.reason === reason && this.#active.chassis === this.#chassis) return;
    this.#active = { active: reason === null, reason, chassis: this.#chassis };
    reconciler.push(reconciler.graph.inputs.activity, this.#active, reason ?? "active");
  }

  #whyNotActive(): string | null {
    if (this.#session.state.kind !== "synced") return "the local Open_vSwitch database is not connected";
    if (this.#lock === null) return "no chassis name is known: set external_ids:system-id in Open_vSwitch";
    if (this.#takeLock && !this.#session.holds(this.#lock))
      return `another vifplugd holds the lock ${this.#lock}`;
    return null;
  }
}
