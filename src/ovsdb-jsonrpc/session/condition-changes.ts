/**
 * The conditions of one monitor, in the three stages of Open vSwitch's client (lib/ovsdb-cs.c): wanted by the caller, requested
 * from the server, and acknowledged by the server.
 *
 * At most one `monitor_cond_change` is outstanding. The server sends the rows that leave before its reply; so between the change
 * and the reply, the content of the replica is between the acknowledged and the requested condition.
 *
 * A condition that the server refuses is dropped, and the former condition stays (`[false]` at the start). The server applies a
 * change of several tables up to the refused table, and does not name that table; so the tables are asked for again one by one.
 */
import { type AnyCondition, EVERY_ROW, encodeMonitorCondition } from "../operations/condition.ts";
import { tableSchema, type UntypedSchema } from "../schema/schema.ts";
import { unfitForWire } from "../wire/fit.ts";
import type { Json } from "../wire/json.ts";
import type { Rpc } from "../wire/rpc.ts";
import { type Conditions, refusalOf, type UntypedRefusal } from "./refusal.ts";

export interface ConditionEvents {
  /** Called when these conditions are sent to the server. */
  onRequested(conditions: Conditions): void;
  /** Called when every row of these conditions has been delivered. */
  onAcknowledged(conditions: Conditions): void;
  onRefused(refusal: UntypedRefusal): void;
}

/** A monitor that is in sync. */
export interface ConditionTarget {
  readonly rpc: Rpc;
  readonly served: UntypedSchema;
  readonly id: string;
  /** False: the server sends every row, whatever the condition. */
  readonly conditional: boolean;
}

const NO_ROW: AnyCondition = [false];

export class ConditionChanges {
  readonly #events: ConditionEvents;
  readonly #wanted: Record<string, AnyCondition> = {};
  #requested: Conditions | null = null;
  #acknowledged: Conditions | null = null;
  #target: ConditionTarget | null = null;

  constructor(tables: readonly string[], conditions: Conditions, events: ConditionEvents) {
    this.#events = events;
    for (const table of tables) this.#wanted[table] = conditions[table] ?? EVERY_ROW;
  }

  get isInSync(): boolean {
    return this.#target !== null;
  }

  /** The acknowledged condition; null: not in sync. */
  acknowledged(table: string): AnyCondition | null {
    return this.#target === null ? null : (this.#acknowledged?.[table] ?? null);
  }

  /** The condition that was sent and is not answered yet; null: none. */
  requested(table: string): AnyCondition | null {
    return this.#requested?.[table] ?? null;
  }

  set(table: string, condition: AnyCondition): void {
    this.#wanted[table] = condition;
    this.#send();
  }

  /** The conditions for a new start: the former conditions for a resumption, else the wanted conditions. */
  toStart(served: UntypedSchema): Conditions {
    const unfit = Object.keys(this.#wanted).flatMap((table) => this.#dropUnfit(served, table));
    const conditions = this.#acknowledged ?? { ...this.#wanted };
    for (const refusal of unfit) this.#events.onRefused(refusal);
    return conditions;
  }

  /** Notes that the monitor has started with these conditions, and has all their rows. */
  started(target: ConditionTarget, conditions: Conditions): void {
    this.#target = target;
    this.#acknowledged = target.conditional ? conditions : { ...this.#wanted };
  }

  /** Tells the acknowledged conditions, and requests the wanted conditions. */
  announce(): void {
    if (this.#acknowledged !== null) this.#events.onAcknowledged({ ...this.#acknowledged });
    this.#send();
  }

  /** Notes the end of the monitor. @returns false: nobody knows which conditions the server has applied */
  stop(): boolean {
    this.#target = null;
    const certain = this.#requested === null;
    this.#requested = null;
    return certain;
  }

  /** Makes the next start ask for the wanted conditions. */
  forget(): void {
    this.#acknowledged = null;
  }

  refuse(refused: readonly UntypedRefusal[]): void {
    for (const refusal of refused) this.#drop(refusal);
    for (const refusal of refused) this.#events.onRefused(refusal);
  }

  #send(): void {
    const target = this.#target;
    const acknowledged = this.#acknowledged;
    if (target === null || acknowledged === null || this.#requested !== null) return;
    const isNew = (table: string) => this.#wanted[table] !== acknowledged[table];
    const unfit = Object.keys(this.#wanted)
      .filter(isNew)
      .flatMap((table) => this.#dropUnfit(target.served, table));
    const tables = Object.keys(this.#wanted).filter(isNew);
    const requested = Object.fromEntries(tables.map((table) => [table, this.#wanted[table] ?? EVERY_ROW]));
    const sent = tables.filter(
      (table) => target.conditional && tableSchema(target.served, table) !== undefined,
    );
    if (sent.length > 0) {
      this.#requested = requested;
      this.#change(target, requested, [sent], []);
      this.#events.onRequested(requested);
    } else if (tables.length > 0) this.#settle(requested, []);
    for (const refusal of unfit) this.#events.onRefused(refusal);
  }

  /** Requests the tables of each list together, list after list. */
  #change(
    target: ConditionTarget,
    requested: Conditions,
    [tables, ...others]: readonly (readonly string[])[],
    refused: readonly UntypedRefusal[],
  ): void {
    if (tables === undefined) {
      this.#settle(requested, refused);
      return;
    }
    const requests: Record<string, Json> = {};
    for (const table of tables) {
      const where = encodeMonitorCondition(target.served, table, requested[table] ?? EVERY_ROW);
      requests[table] = [{ where }];
    }
    target.rpc.request("monitor_cond_change", [target.id, target.id, requests], (reply) => {
      if (!reply.ok || this.#target !== target) return;
      const { error } = reply.value;
      const [table = "", ...more] = tables;
      if (error === null) this.#change(target, requested, others, refused);
      else if (more.length > 0)
        this.#change(target, requested, [...tables.map((one) => [one]), ...others], refused);
      else {
        const refusal = refusalOf(table, requested[table] ?? EVERY_ROW, error);
        this.#change(target, requested, others, [...refused, refusal]);
      }
    });
  }

  #settle(requested: Conditions, refused: readonly UntypedRefusal[]): void {
    const accepted = { ...requested };
    for (const { table } of refused) delete accepted[table];
    this.#requested = null;
    this.#acknowledged = { ...this.#acknowledged, ...accepted };
    const target = this.#target;
    this.refuse(refused);
    if (this.#target !== target) return;
    if (Object.keys(accepted).length > 0) this.announce();
    else this.#send();
  }

  #drop({ table, condition }: UntypedRefusal): void {
    if (this.#wanted[table] !== condition) return;
    const before = this.#acknowledged?.[table];
    this.#wanted[table] = before === undefined || before === condition ? NO_ROW : before;
  }

  /** Drops a condition that no server could read, without sending it. */
  #dropUnfit(served: UntypedSchema, table: string): readonly UntypedRefusal[] {
    const condition = this.#wanted[table] ?? EVERY_ROW;
    const details = whyUnfit(served, table, condition);
    if (details === null) return [];
    const refusal = { table, condition, code: "bad value", details } as const;
    this.#drop(refusal);
    return [refusal];
  }
}

function whyUnfit(served: UntypedSchema, table: string, condition: AnyCondition): string | null {
  try {
    return unfitForWire(encodeMonitorCondition(served, table, condition));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
