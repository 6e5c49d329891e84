/**
 * The session with the local Open_vSwitch database. The rows, the state of the session and the state of the lock enter the
 * graph; transactions come out.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Environment,
  type Operation,
  Session,
  type SessionState,
  type TransactError,
  type Uuid,
} from "ovsdb-jsonrpc";
import type { LocalTarget } from "../../config/effective.ts";
import { Times } from "../../graph/index.ts";
import type { Logger } from "../../log/log.ts";
import type { LocalSession } from "../../plug/nodes/activity-node.ts";
import { type KeysOf, keysOf, selectionOf, tables } from "../../plug/tables.ts";
import { openVSwitch } from "../../schemas/open_vswitch.gen.ts";
import type { CountedEvent } from "../../view/coverage.ts";
import type { Reconciler } from "../reconcile/reconciler.ts";
import type { ChassisLock, Locking } from "./chassis-lock.ts";
import { stateLog } from "./session-log.ts";

export interface LocalDatabaseOptions {
  readonly environment: Environment;
  readonly target: LocalTarget;
  readonly log: Logger;
  /** Called for each event to count. */
  readonly count: (event: CountedEvent) => void;
  /** Makes the lock of the chassis for the session. */
  readonly lock: (session: Locking) => ChassisLock;
}

export class LocalDatabase {
  readonly #session;
  readonly #log: Logger;
  readonly #elapsed: () => number;
  readonly #count: (event: CountedEvent) => void;
  readonly #lock: ChassisLock;
  #target: LocalTarget;
  #reconciler: Reconciler | null = null;
  #announced: LocalSession | null = null;

  constructor(options: LocalDatabaseOptions) {
    this.#log = options.log;
    this.#elapsed = options.environment.elapsed;
    this.#target = options.target;
    if (options.target.fault !== null) this.#log.warn(options.target.fault);
    this.#count = options.count;
    this.#session = new Session({
      environment: options.environment,
      database: openVSwitch,
      remotes: options.target.remotes,
      tls: options.target.tls,
      monitor: selectionOf("Open_vSwitch"),
    });
    this.#lock = options.lock(this.#session);
  }

  /** The times from a transaction to its reply. */
  readonly transactionTimes = new Times();

  /** The remotes in use. */
  get remotes(): string {
    return this.#target.remotes;
  }

  get state(): SessionState {
    return this.#session.state;
  }

  /** From now on pushes every change of the database into the graph. */
  feed(reconciler: Reconciler): void {
    this.#reconciler = reconciler;
    this.#session.onBatch(({ initial, tables: changes }) => {
      const label = initial ? "snapshot" : "update";
      this.#count(`ovs_${label}`);
      reconciler.pushTables("Open_vSwitch", changes, label);
    });
    const log = stateLog(this.#log, "Open_vSwitch");
    this.#session.onState((state) => {
      log(state);
      if (state.kind === "disconnected") this.#count("ovs_disconnect");
      this.#announce();
    });
    this.#session.onLock(({ name, held }) => {
      this.#log.info(held ? `holding the lock ${name}` : `not holding the lock ${name} any more`);
      this.#announce();
    });
    this.#announce();
  }

  /** Sets the lock to hold from now on; null: no lock. */
  want(lock: string | null): void {
    this.#lock.want(lock);
    this.#announce();
  }

  /** The lock that transactions assert; null: the lock is not held. */
  heldLock(): string | null {
    const { state } = this.#lock;
    return state.kind === "asked" && state.held ? state.name : null;
  }

  async transact(
    operations: readonly Operation[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: TransactError }> {
    this.#count("txn_sent");
    const started = this.#elapsed();
    const result = await this.#session.transact(operations);
    this.transactionTimes.time(this.#elapsed() - started);
    this.#count(result.ok ? "txn_committed" : "txn_failed");
    return result.ok ? { ok: true } : result;
  }

  /** Every row of a table. */
  rowsOf(key: KeysOf<"Open_vSwitch">): ReadonlyMap<Uuid, object> {
    return this.#session.replica.table(tables[key].table).rows;
  }

  /** The number of rows in the replica. */
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

  /** Closes the session. The server then gives the lock to the next daemon. */
  close(): void {
    this.#session.close();
  }

  /** Pushes the state of the session, always after the rows, so that a decision in this state uses all rows. */
  #announce(): void {
    const now: LocalSession = { synced: this.#session.state.kind === "synced", lock: this.#lock.state };
    if (isDeepStrictEqual(now, this.#announced)) return;
    this.#announced = now;
    this.#reconciler?.push(this.#reconciler.graph.inputs.localSession, now, labelOf(now));
  }
}

function labelOf({ synced, lock }: LocalSession): string {
  if (!synced) return "not in sync";
  if (lock.kind !== "asked") return "in sync";
  return lock.held ? `holding the lock ${lock.name}` : `not holding the lock ${lock.name}`;
}
