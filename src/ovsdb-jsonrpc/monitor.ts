/**
 * The monitor of one database over one connection after another: it asks with `monitor_cond_since`, `monitor_cond`
 * or `monitor`, whichever the server knows, and keeps what must outlive a connection: the replica, the wanted and
 * the acknowledged conditions, and the last transaction id.
 *
 * At most one `monitor_cond_change` is outstanding. A reconnect with one in flight forgets the last transaction id:
 * the server may have applied it or not, and a resync by id would never send the rows that it let in.
 */
import { type AnyCondition, EVERY_ROW, encodeMonitorCondition } from "./condition.ts";
import { excerpt, isArray, type Json } from "./json.ts";
import {
  type Changes,
  type IndexSelection,
  Replica,
  type Selection,
  type UpdateNotation,
} from "./replica.ts";
import type { Reply, Rpc } from "./rpc.ts";
import { columnSchema, tableSchema, type UntypedSchema } from "./schema.ts";
import { isUuid, type Uuid, ZERO_UUID } from "./uuid.ts";

export interface UntypedBatch {
  readonly initial: boolean;
  readonly tables: Changes;
}

export type Conditions = { readonly [table: string]: AnyCondition };

export interface MonitorEvents {
  onBatch(batch: UntypedBatch): void;
  /** Every row of these conditions has been delivered. */
  onAcknowledged(conditions: Conditions): void;
  /** The server ended the monitor: the database was removed or its schema changed. */
  onCanceled(): void;
  /** The connection is of no use any more, for this reason. */
  onFailed(reason: string): void;
}

type Method = "monitor_cond_since" | "monitor_cond" | "monitor";
const FALLBACK: { readonly [M in Method]: Method | null } = {
  monitor_cond_since: "monitor_cond",
  monitor_cond: "monitor",
  monitor: null,
};

interface Connection {
  readonly rpc: Rpc;
  readonly served: UntypedSchema;
  readonly id: string;
  method: Method;
  synced: boolean;
}

export class Monitor {
  readonly replica: Replica;
  readonly #database: string;
  readonly #selection: Selection;
  readonly #events: MonitorEvents;
  #wanted: Record<string, AnyCondition> = {};
  #acknowledged: Record<string, AnyCondition> | null = null;
  #inFlight: Record<string, AnyCondition> | null = null;
  #lastTransaction: Uuid | null = null;
  #connection: Connection | null = null;
  #starts = 0;

  constructor(
    descriptor: UntypedSchema,
    selection: Selection,
    indexes: IndexSelection,
    conditions: Conditions,
    events: MonitorEvents,
  ) {
    this.#database = descriptor.name;
    this.#events = events;
    this.replica = new Replica(descriptor, selection, indexes);
    this.#selection = this.replica.selection;
    for (const table of Object.keys(selection)) this.#wanted[table] = conditions[table] ?? EVERY_ROW;
  }

  /** The condition whose rows have all been delivered on the present connection; null while not in sync. */
  acknowledged(table: string): AnyCondition | null {
    return this.#connection?.synced === true ? (this.#acknowledged?.[table] ?? null) : null;
  }

  setCondition(table: string, condition: AnyCondition): void {
    this.#wanted[table] = condition;
    this.#sendConditionChange();
  }

  /** Starts to monitor over this connection, where the server's schema is `served`. */
  start(rpc: Rpc, served: UntypedSchema): void {
    this.stop();
    this.replica.serve(served);
    this.#connection = {
      rpc,
      served,
      id: `${this.#database}/${this.#starts++}`,
      method: "monitor_cond_since",
      synced: false,
    };
    this.#request(this.#connection);
  }

  /** The connection is gone, or the monitor was canceled. */
  stop(): void {
    this.#connection = null;
    if (this.#inFlight !== null) {
      this.#inFlight = null;
      this.forgetTransaction();
    }
  }

  /** The next start asks for everything again. */
  forgetTransaction(): void {
    this.#lastTransaction = null;
    this.#acknowledged = null;
  }

  /** Takes a notification if it belongs to this monitor. */
  notification(method: string, params: readonly unknown[]): boolean {
    const connection = this.#connection;
    if (connection === null || params[0] !== connection.id) return false;
    switch (method) {
      case "update":
        this.#update(params[1], "update", null);
        return true;
      case "update2":
        this.#update(params[1], "update2", null);
        return true;
      case "update3":
        if (isUuid(params[1])) this.#update(params[2], "update2", params[1]);
        else this.#fail(`update3 has ${excerpt(params[1])} where a transaction id belongs`);
        return true;
      case "monitor_canceled":
        this.stop();
        this.#events.onCanceled();
        return true;
      default:
        return false;
    }
  }

  #request(connection: Connection): void {
    const { method, served, id, rpc } = connection;
    const resumed = this.#lastTransaction === null ? null : this.#acknowledged;
    const conditions = resumed ?? { ...this.#wanted };
    const requests: Record<string, Json> = {};
    for (const [table, selected] of Object.entries(this.#selection)) {
      if (tableSchema(served, table) === undefined) continue;
      const columns = selected.filter((column) => columnSchema(served, table, column) !== undefined);
      const where = encodeMonitorCondition(served, table, conditions[table] ?? EVERY_ROW);
      requests[table] = method === "monitor" ? { columns } : [{ columns, where }];
    }
    const since = method === "monitor_cond_since" ? [this.#lastTransaction ?? ZERO_UUID] : [];
    rpc.request(method, [this.#database, id, requests, ...since], (reply) => {
      if (reply.ok && this.#connection === connection) this.#started(connection, conditions, reply.value);
    });
  }

  #started(connection: Connection, conditions: Record<string, AnyCondition>, reply: Reply): void {
    const { method } = connection;
    const next = FALLBACK[method];
    if (reply.error !== null) {
      if (next === null || !isUnknownMethod(reply.error)) {
        this.#events.onFailed(`${method} of ${this.#database} failed: ${excerpt(reply.error, 400)}`);
        return;
      }
      connection.method = next;
      this.forgetTransaction();
      this.#request(connection);
      return;
    }
    if (method !== "monitor_cond_since") {
      this.#synchronize(connection, conditions, reply.result, true);
      return;
    }
    const [found, transaction, updates] = isArray(reply.result) ? reply.result : [];
    if (typeof found !== "boolean" || !isUuid(transaction)) {
      this.#events.onFailed(`the reply to ${method} is malformed: ${excerpt(reply.result)}`);
      return;
    }
    this.#lastTransaction = transaction;
    this.#synchronize(connection, conditions, updates, !found);
  }

  #synchronize(
    connection: Connection,
    conditions: Record<string, AnyCondition>,
    updates: unknown,
    snapshot: boolean,
  ): void {
    const changes = this.replica.apply(
      updates,
      connection.method === "monitor" ? "update" : "update2",
      snapshot,
    );
    if (!changes.ok) {
      this.#fail(changes.error);
      return;
    }
    connection.synced = true;
    this.#acknowledged = connection.method === "monitor" ? { ...this.#wanted } : conditions;
    this.#events.onBatch({ initial: true, tables: changes.value });
    if (this.#connection !== connection) return;
    this.#events.onAcknowledged({ ...this.#acknowledged });
    this.#sendConditionChange();
  }

  #update(updates: unknown, notation: UpdateNotation, transaction: Uuid | null): void {
    const changes = this.replica.apply(updates, notation, false);
    if (!changes.ok) {
      this.#fail(changes.error);
      return;
    }
    this.#lastTransaction = transaction;
    this.#events.onBatch({ initial: false, tables: changes.value });
  }

  /** The replica does not follow the server any more: the next start asks for everything again. */
  #fail(reason: string): void {
    this.forgetTransaction();
    this.#events.onFailed(`an update of ${this.#database} cannot be applied: ${reason}`);
  }

  #sendConditionChange(): void {
    const connection = this.#connection;
    const acknowledged = this.#acknowledged;
    if (connection === null || !connection.synced || acknowledged === null || this.#inFlight !== null) return;
    const tables = Object.keys(this.#wanted).filter((table) => this.#wanted[table] !== acknowledged[table]);
    if (tables.length === 0) return;
    const changed: Record<string, AnyCondition> = {};
    const requests: Record<string, Json> = {};
    for (const table of tables) {
      const condition = this.#wanted[table] ?? EVERY_ROW;
      changed[table] = condition;
      if (connection.method === "monitor" || tableSchema(connection.served, table) === undefined) continue;
      requests[table] = [{ where: encodeMonitorCondition(connection.served, table, condition) }];
    }
    if (Object.keys(requests).length === 0) {
      this.#acknowledge(changed);
      return;
    }
    this.#inFlight = changed;
    connection.rpc.request("monitor_cond_change", [connection.id, connection.id, requests], (reply) => {
      if (!reply.ok || this.#connection !== connection) return;
      this.#inFlight = null;
      if (reply.value.error === null) this.#acknowledge(changed);
      else this.#fail(`monitor_cond_change failed: ${excerpt(reply.value.error, 400)}`);
    });
  }

  #acknowledge(changed: Record<string, AnyCondition>): void {
    this.#acknowledged = { ...this.#acknowledged, ...changed };
    this.#events.onAcknowledged({ ...this.#acknowledged });
    this.#sendConditionChange();
  }
}

function isUnknownMethod(error: unknown): boolean {
  return JSON.stringify(error).includes("unknown method");
}
