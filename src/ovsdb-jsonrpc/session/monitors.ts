/**
 * All monitors of a session: its own monitor, which exists from the start, and added monitors. They use one connection and share
 * one content; each monitor has its own conditions.
 */
import { Content } from "../replica/content.ts";
import type { Changes } from "../replica/replica.ts";
import type { IndexSelection, ReferenceKind, Selection } from "../replica/selection.ts";
import type { UntypedSchema } from "../schema/schema.ts";
import type { Rpc } from "../wire/rpc.ts";
import { Emitter, type EventQueue } from "./emitter.ts";
import { Monitor, type UntypedBatch } from "./monitor.ts";
import type { Conditions, UntypedRefusal } from "./refusal.ts";

export interface MonitorsEvents {
  /** Called when the session's own monitor is in sync. */
  onSynced(): void;
  /** Called when the server ends the monitors: the database was removed, or its schema changed. */
  onCanceled(): void;
  /** Called when the connection cannot be used any more, for this reason. */
  onFailed(reason: string): void;
}

/** One monitor, and its listeners. */
export class MonitorFeed {
  readonly batches: Emitter<UntypedBatch>;
  readonly requests: Emitter<Conditions>;
  readonly acknowledgements: Emitter<Conditions>;
  readonly refusals: Emitter<UntypedRefusal>;
  readonly monitor: Monitor;
  /** Empty changes of every monitored table. */
  readonly #noChanges: Changes;

  readonly #content: () => Content;

  constructor(queue: EventQueue, content: () => Content, monitor: (feed: MonitorFeed) => Monitor) {
    this.#content = content;
    this.batches = new Emitter(queue);
    this.requests = new Emitter(queue);
    this.acknowledgements = new Emitter(queue);
    this.refusals = new Emitter(queue);
    this.monitor = monitor(this);
    const tables = Object.keys(this.monitor.replica.selection);
    this.#noChanges = Object.fromEntries(tables.map((table) => [table, []]));
  }

  /** The present rows, as inserts. */
  existing(): UntypedBatch {
    const tables = Object.keys(this.#noChanges).map((table) => {
      const rows = this.#content().rows(table);
      return [table, Array.from(rows, ([uuid, row]) => ({ uuid, old: null, new: row }))] as const;
    });
    return { initial: false, tables: Object.fromEntries(tables) };
  }

  /** Tells changes of its tables; a message of this monitor is told also without changes. */
  tell(changes: Changes, isOwn: boolean, initial: boolean): void {
    const tables = { ...this.#noChanges };
    let any = isOwn;
    for (const table of Object.keys(tables)) {
      const some = changes[table] ?? [];
      if (some.length === 0) continue;
      tables[table] = some;
      any = true;
    }
    if (any) this.batches.emit({ initial, tables });
  }
}

export class Monitors {
  readonly content: Content;
  readonly main: MonitorFeed;
  readonly #descriptor: UntypedSchema;
  readonly #queue: EventQueue;
  readonly #events: MonitorsEvents;
  readonly #suffix: string;
  readonly #added = new Set<MonitorFeed>();
  #connection: { readonly rpc: Rpc; readonly served: UntypedSchema } | null = null;
  #names = 0;

  /**
   * Throws when the descriptor lacks a selected table or column, or an index needs a column that is not selected.
   *
   * @param suffix distinguishes these monitors from those of other sessions on the same connection
   */
  constructor(
    descriptor: UntypedSchema,
    options: {
      readonly selection: Selection;
      readonly indexes: IndexSelection;
      readonly references: ReferenceKind | null;
      readonly conditions: Conditions;
    },
    suffix: string,
    queue: EventQueue,
    events: MonitorsEvents,
  ) {
    this.#descriptor = descriptor;
    this.#queue = queue;
    this.#events = events;
    this.#suffix = suffix;
    this.main = this.#feed(options.selection, options.conditions, `${descriptor.name}${suffix}`, () =>
      events.onCanceled(),
    );
    this.content = new Content(descriptor, this.main.monitor.replica, options.indexes, options.references);
  }

  /** Adds a monitor. Throws as the constructor does, and for other columns of a table that is monitored already. */
  add(selection: Selection, conditions: Conditions): MonitorFeed {
    // The server cancels all monitors together, and the session's own monitor handles that.
    const name = `${this.#descriptor.name}${this.#suffix}+${this.#names++}`;
    const feed = this.#feed(selection, conditions, name, () => {});
    this.content.attach(feed.monitor.replica);
    this.#added.add(feed);
    if (this.#connection !== null) feed.monitor.start(this.#connection.rpc, this.#connection.served);
    return feed;
  }

  drop(feed: MonitorFeed): void {
    if (!this.#added.delete(feed)) return;
    feed.monitor.cancel();
    this.#tell(this.content.detach(feed.monitor.replica), null, false);
  }

  /** Starts to monitor over this connection, where the server's schema is `served`. */
  start(rpc: Rpc, served: UntypedSchema): void {
    const connection = { rpc, served };
    this.#connection = connection;
    for (const { monitor } of this.#all()) {
      // A listener that is told of a refused condition may end the session.
      if (this.#connection === connection) monitor.start(rpc, served);
    }
  }

  /** Notes that the connection was lost. */
  stop(): void {
    this.#connection = null;
    for (const { monitor } of this.#all()) monitor.stop();
  }

  /** Stops, and cancels the monitors at the server. */
  cancel(): void {
    this.#connection = null;
    for (const { monitor } of this.#all()) monitor.cancel();
  }

  /** Makes the next start ask for all rows. */
  forgetTransactions(): void {
    for (const { monitor } of this.#all()) monitor.forgetTransaction();
  }

  /** Takes a notification if it belongs to one of the monitors. */
  notification(method: string, params: readonly unknown[]): boolean {
    for (const { monitor } of this.#all()) if (monitor.notification(method, params)) return true;
    return false;
  }

  *#all(): Generator<MonitorFeed> {
    yield this.main;
    yield* this.#added;
  }

  #feed(selection: Selection, conditions: Conditions, name: string, onCanceled: () => void): MonitorFeed {
    return new MonitorFeed(
      this.#queue,
      () => this.content,
      (feed) =>
        new Monitor(
          this.#descriptor,
          selection,
          conditions,
          {
            onBatch: (batch) => this.#batch(feed, batch),
            onRequested: (requested) => feed.requests.emit(requested),
            onRefused: (refusal) => feed.refusals.emit(refusal),
            onAcknowledged: (acknowledged) => feed.acknowledgements.emit(acknowledged),
            onCanceled: () => {
              this.#connection = null;
              onCanceled();
            },
            onFailed: (reason) => this.#events.onFailed(reason),
          },
          name,
        ),
    );
  }

  #batch(feed: MonitorFeed, { initial, tables }: UntypedBatch): void {
    this.#tell(this.content.absorb(tables), feed, initial);
    if (feed === this.main && initial) this.#events.onSynced();
  }

  #tell(changes: Changes, own: MonitorFeed | null, initial: boolean): void {
    this.#queue.together(() => {
      for (const feed of this.#all()) feed.tell(changes, feed === own, initial && feed === own);
    });
  }
}
