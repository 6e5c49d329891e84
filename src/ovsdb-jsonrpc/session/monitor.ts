/**
 * The monitor of one database over all connections. It asks with `monitor_cond_since`, `monitor_cond` or `monitor`, whichever the
 * server knows, and keeps everything that must outlive a connection: the replica, the conditions, and the last transaction id.
 *
 * A reconnect during a change of conditions forgets the last transaction id: the server may have applied the change or not, and a
 * resync by id would never send the rows that the change lets in.
 */
import { type AnyCondition, EVERY_ROW, encodeMonitorCondition } from "../operations/condition.ts";
import { type Changes, Replica, type UpdateNotation } from "../replica/replica.ts";
import type { Selection } from "../replica/selection.ts";
import {
  columnSchema,
  tableSchema,
  typeOfColumn,
  UNKNOWN_COLUMN,
  type UntypedSchema,
} from "../schema/schema.ts";
import { isUuid, type Uuid, ZERO_UUID } from "../schema/uuid.ts";
import { excerpt, isArray, type Json } from "../wire/json.ts";
import type { Reply, Rpc } from "../wire/rpc.ts";
import { parseServerError } from "../wire/server-error.ts";
import { ConditionChanges, type ConditionEvents } from "./condition-changes.ts";
import { type Conditions, findRefused } from "./refusal.ts";

export interface UntypedBatch {
  readonly initial: boolean;
  readonly tables: Changes;
}

export interface MonitorEvents extends ConditionEvents {
  onBatch(batch: UntypedBatch): void;
  /** Called when the server ends the monitor: the database was removed, or its schema changed. */
  onCanceled(): void;
  /** Called when the connection cannot be used any more, for this reason. */
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
}

export class Monitor {
  readonly replica: Replica;
  readonly conditions: ConditionChanges;
  readonly #descriptor: UntypedSchema;
  readonly #database: string;
  readonly #idPrefix: string;
  readonly #selection: Selection;
  readonly #events: MonitorEvents;
  #lastTransaction: Uuid | null = null;
  #connection: Connection | null = null;
  #starts = 0;

  /** @param idPrefix distinguishes this monitor from others on the same connection */
  constructor(
    descriptor: UntypedSchema,
    selection: Selection,
    conditions: Conditions,
    events: MonitorEvents,
    idPrefix: string = descriptor.name,
  ) {
    this.#database = descriptor.name;
    this.#idPrefix = idPrefix;
    this.#events = events;
    this.replica = new Replica(descriptor, selection);
    this.#selection = this.replica.selection;
    this.#descriptor = descriptor;
    for (const [table, condition] of Object.entries(conditions)) this.#assertCondition(table, condition);
    this.conditions = new ConditionChanges(Object.keys(selection), conditions, events);
  }

  /** Whether the rows are those of the server, and follow the server. */
  get isInSync(): boolean {
    return this.conditions.isInSync;
  }

  /** Throws for a table that is not monitored, and for a column that the table does not have. */
  setCondition(table: string, condition: AnyCondition): void {
    this.#assertCondition(table, condition);
    this.conditions.set(table, condition);
  }

  #assertCondition(table: string, condition: AnyCondition): void {
    if (!Object.hasOwn(this.#selection, table)) throw new RangeError(`the table ${table} is not monitored`);
    for (const clause of condition) {
      if (typeof clause === "boolean") continue;
      const [column] = clause;
      if (typeOfColumn(this.#descriptor, table, column) === UNKNOWN_COLUMN)
        throw new RangeError(`a condition is on column ${column}, which table ${table} does not have`);
    }
  }

  /** Why the monitored columns cannot be read from a server with this schema; null: they can. */
  whyUnreadable(served: UntypedSchema): string | null {
    for (const [table, columns] of Object.entries(this.#selection)) {
      const unreadable = tableSchema(served, table)?.unreadable ?? {};
      const column = columns.find((name) => Object.hasOwn(unreadable, name));
      if (column !== undefined) return unreadable[column] ?? null;
    }
    return null;
  }

  /** Starts to monitor over this connection, where the server's schema is `served`. */
  start(rpc: Rpc, served: UntypedSchema): void {
    this.stop();
    const unreadable = this.whyUnreadable(served);
    if (unreadable !== null) {
      this.#events.onFailed(unreadable);
      return;
    }
    this.replica.serve(served);
    this.#connection = {
      rpc,
      served,
      id: `${this.#idPrefix}/${this.#starts++}`,
      method: "monitor_cond_since",
    };
    this.#request(this.#connection);
  }

  /** Notes that the connection was lost, or the monitor was canceled. */
  stop(): void {
    this.#connection = null;
    if (!this.conditions.stop()) this.forgetTransaction();
  }

  /** Stops, and cancels the monitor at the server. */
  cancel(): void {
    const connection = this.#connection;
    this.stop();
    connection?.rpc.request("monitor_cancel", [connection.id], () => {});
  }

  /** Makes the next start ask for all rows. */
  forgetTransaction(): void {
    this.#lastTransaction = null;
    this.conditions.forget();
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
    if (this.#lastTransaction === null) this.conditions.forget();
    const conditions = this.conditions.toStart(served);
    if (this.#connection !== connection) return;
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

  #started(connection: Connection, conditions: Conditions, reply: Reply): void {
    const { method } = connection;
    const next = FALLBACK[method];
    if (reply.error !== null) {
      if (next === null || !isUnknownMethod(reply.error)) {
        this.#startWithoutRefused(connection, conditions, reply.error);
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

  /** Starts again without refused conditions, if the error is about them. */
  #startWithoutRefused(connection: Connection, conditions: Conditions, error: unknown): void {
    const { method } = connection;
    findRefused(connection, method === "monitor" ? {} : conditions, (refused) => {
      if (this.#connection !== connection) return;
      if (refused.length === 0) {
        this.#events.onFailed(`${method} of ${this.#database} failed: ${excerpt(error, 400)}`);
        return;
      }
      this.forgetTransaction();
      this.conditions.refuse(refused);
      if (this.#connection === connection) this.#request(connection);
    });
  }

  #synchronize(connection: Connection, conditions: Conditions, updates: unknown, snapshot: boolean): void {
    const changes = this.replica.apply(
      updates,
      connection.method === "monitor" ? "update" : "update2",
      snapshot,
    );
    if (!changes.ok) {
      this.#fail(changes.error);
      return;
    }
    const { rpc, served, id, method } = connection;
    this.conditions.started({ rpc, served, id, conditional: method !== "monitor" }, conditions);
    this.#events.onBatch({ initial: true, tables: changes.value });
    if (this.#connection === connection) this.conditions.announce();
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

  /** Notes that the replica does not follow the server any more: the next start asks for all rows. */
  #fail(reason: string): void {
    this.forgetTransaction();
    this.#events.onFailed(`an update of ${this.#database} cannot be applied: ${reason}`);
  }
}

function isUnknownMethod(error: unknown): boolean {
  return parseServerError(error)?.code === "unknown method";
}
