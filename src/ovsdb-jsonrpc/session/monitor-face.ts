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

/** What a listener of batches gets first. */
export interface ListenOptions {
  /** Before anything else the listener gets the rows that are there, as one batch of inserts. Default false. */
  readonly existing?: boolean;
}

export class MonitorFace<T extends TablesOf<T>, M extends MonitorSelection<T>> {
  readonly #feed: MonitorFeed;

  /** Not for callers: a session makes its own, and those of `addMonitor`. */
  constructor(feed: MonitorFeed) {
    this.#feed = feed;
  }

  /** Every message's changes. Like every `on…`, answers the function that removes the listener. */
  onBatch(
    listener: (batch: Batch<MonitoredRows<T, M>>) => void,
    { existing = false }: ListenOptions = {},
  ): () => void {
    const untyped = (batch: UntypedBatch) => listener(batch as Batch<MonitoredRows<T, M>>);
    if (existing) untyped(this.#feed.existing());
    return this.#feed.batches.add(untyped);
  }

  /** Comes after the batches that hold all rows of the acknowledged conditions. */
  onCondition(listener: (acknowledged: Acknowledged<T, M>) => void): () => void {
    return this.#feed.acknowledgements.add((conditions) => listener(conditions as Acknowledged<T, M>));
  }

  /**
   * Comes before any batch of a change of conditions: until the next `onCondition` a row is in the replica for sure
   * only if it matches the acknowledged condition and the requested one.
   */
  onConditionRequested(listener: (requested: Requested<T, M>) => void): () => void {
    return this.#feed.requests.add((conditions) => listener(conditions as Requested<T, M>));
  }

  /** A condition cannot be had: it is dropped, and the one before stays, or no row when there was none. */
  onConditionRefused(listener: (refusal: ConditionRefusal<T, M>) => void): () => void {
    return this.#feed.refusals.add((refusal) => listener(refusal as ConditionRefusal<T, M>));
  }

  /**
   * Replaces the rows wanted of a table; several changes before the server has answered become one. Throws for a table
   * that is not monitored, and for a column that it does not have.
   */
  setCondition<K extends TableName<T> & keyof M>(table: K, clauses: Condition<T[K]>): void {
    this.#feed.monitor.setCondition(table, clauses as AnyCondition);
  }

  /** The condition of which all rows have been delivered; null while not in sync. */
  acknowledged<K extends TableName<T> & keyof M>(table: K): Condition<T[K]> | null {
    return this.#feed.monitor.conditions.acknowledged(table) as Condition<T[K]> | null;
  }

  /**
   * The condition that is on its way to replace the acknowledged one, null when there is none. The rows that it leaves
   * out go before it is acknowledged: while there is one, a row that is not there is known not to exist only if both
   * conditions ask for it.
   */
  requested<K extends TableName<T> & keyof M>(table: K): Condition<T[K]> | null {
    return this.#feed.monitor.conditions.requested(table) as Condition<T[K]> | null;
  }
}
