/**
 * The typed face of one monitor: its batches and its conditions. The compiler cannot see that decoders compiled from a
 * descriptor make rows of the descriptor's types; every assertion that they do is here, in session.ts and in view.ts.
 */
import type { AnyCondition, Condition } from "../operations/condition.ts";
import type { Batch, MonitoredRows, MonitorSelection } from "../replica/view.ts";
import type { TableName, TablesOf } from "../schema/schema.ts";
import type { UntypedBatch } from "./monitor.ts";
import type { MonitorFeed } from "./monitors.ts";
import type { Acknowledged, ConditionRefusal, Requested } from "./session-options.ts";

/** The first batch of a listener. */
export interface ListenOptions {
  /**
   * True: the listener is called with the rows that are there, as one batch of inserts, before `onBatch` returns. Default
   * false.
   */
  readonly existing?: boolean;
}

export class MonitorFace<T extends TablesOf<T>, M extends MonitorSelection<T>> {
  readonly #feed: MonitorFeed;

  /** Not for callers: a session makes its own, and those of `addMonitor`. */
  constructor(feed: MonitorFeed) {
    this.#feed = feed;
  }

  /**
   * Calls the listener with the changes of each message of the server, after the replica was updated. Like every `on…`,
   * answers the function that removes the listener.
   */
  onBatch(
    listener: (batch: Batch<MonitoredRows<T, M>>) => void,
    { existing = false }: ListenOptions = {},
  ): () => void {
    const untyped = (batch: UntypedBatch) => listener(batch as Batch<MonitoredRows<T, M>>);
    if (existing) untyped(this.#feed.existing());
    return this.#feed.batches.add(untyped);
  }

  /**
   * Calls the listener with the condition of every table when all rows of these conditions have been told in batches: at the
   * start of each connection, and after each change of conditions.
   */
  onCondition(listener: (acknowledged: Acknowledged<T, M>) => void): () => void {
    return this.#feed.acknowledgements.add((conditions) => listener(conditions as Acknowledged<T, M>));
  }

  /**
   * Calls the listener with the conditions that are sent to the server in the place of others, before any batch that follows
   * from them. Until the next `onCondition` a row is in the replica for sure only if the row matches the acknowledged
   * condition and the requested condition.
   */
  onConditionRequested(listener: (requested: Requested<T, M>) => void): () => void {
    return this.#feed.requests.add((conditions) => listener(conditions as Requested<T, M>));
  }

  /**
   * Calls the listener when the server refuses a condition, or could not read the condition: the session drops the condition,
   * and the condition before stays in force; where there was none, no row of the table is monitored.
   */
  onConditionRefused(listener: (refusal: ConditionRefusal<T, M>) => void): () => void {
    return this.#feed.refusals.add((refusal) => listener(refusal as ConditionRefusal<T, M>));
  }

  /**
   * Replaces the condition of a table: which rows are monitored. Several changes before the server has answered become one
   * request. Throws `RangeError` for a table that is not monitored, and for a column that the table does not have.
   */
  setCondition<K extends TableName<T> & keyof M>(table: K, clauses: Condition<T[K]>): void {
    this.#feed.monitor.setCondition(table, clauses as AnyCondition);
  }

  /** The condition of a table of which all rows have been told in batches; null while the monitor is not in sync. */
  acknowledged<K extends TableName<T> & keyof M>(table: K): Condition<T[K]> | null {
    return this.#feed.monitor.conditions.acknowledged(table) as Condition<T[K]> | null;
  }

  /**
   * The condition that was sent to replace the acknowledged condition; null when there is none. The rows that the requested
   * condition leaves out go before the server acknowledges the change: until then, a row that is not in the replica is known
   * not to exist only if both conditions ask for the row.
   */
  requested<K extends TableName<T> & keyof M>(table: K): Condition<T[K]> | null {
    return this.#feed.monitor.conditions.requested(table) as Condition<T[K]> | null;
  }
}
