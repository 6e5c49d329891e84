/** What a session is made of, and what it tells. */

import type { Condition } from "../operations/condition.ts";
import type { Operation, ResultsOf } from "../operations/operation.ts";
import type { TransactError } from "../operations/transaction.ts";
import type { ReferenceKind } from "../replica/selection.ts";
import type { IndexDeclarations, MonitoredRows, MonitorSelection } from "../replica/view.ts";
import type { Result } from "../result.ts";
import type { DatabaseSchema, TableName, TablesOf } from "../schema/schema.ts";
import type { Uuid } from "../schema/uuid.ts";
import type { ConnectionError } from "../wire/rpc.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import type { RefusalCode } from "./refusal.ts";

/** What a session has of a database. */
export interface ContentOptions<
  T extends TablesOf<T>,
  M extends MonitorSelection<T>,
  I extends IndexDeclarations<MonitoredRows<T, M>> = IndexDeclarations<MonitoredRows<T, M>>,
> {
  /** The descriptor of a generated module, of `parseDatabaseSchema`, or of `withBigints`. */
  readonly database: DatabaseSchema<T>;
  /** Tables and columns to monitor; those that a server lacks are left out, and their rows carry the default. */
  readonly monitor: M;
  /** The conditions to start with; a table without one is monitored whole. Of one that is refused no row is monitored. */
  readonly where?: Where<T, M>;
  /** Asked of a server before anything is monitored there, so that the first conditions follow from the answer. */
  readonly beforeMonitor?: BeforeMonitor<T, M>;
  /** Indexes of the replica: columns, or a map column and a key as in `external_ids:iface-id`; or `ordered(…)` of them. */
  readonly indexes?: I & { readonly [K in Exclude<keyof I, keyof MonitoredRows<T, M>>]: never };
  /** What `references()` of `ovsdb-jsonrpc/indexes` makes: the replica then tells which rows refer to a row. */
  readonly references?: ReferenceKind;
  /** On a clustered database, talk to the leader only. Default false. */
  readonly leaderOnly?: boolean;
}

/** Of a session with a connection of its own. */
export interface SessionOptions<
  T extends TablesOf<T>,
  M extends MonitorSelection<T>,
  I extends IndexDeclarations<MonitoredRows<T, M>> = IndexDeclarations<MonitoredRows<T, M>>,
> extends ConnectionOptions,
    ContentOptions<T, M, I> {
  /** Given, the session shares it: see `SharingOptions`. */
  readonly connection?: undefined;
}

/** Of a session that shares a connection with others. */
export interface SharingOptions<
  T extends TablesOf<T>,
  M extends MonitorSelection<T>,
  I extends IndexDeclarations<MonitoredRows<T, M>> = IndexDeclarations<MonitoredRows<T, M>>,
> extends ContentOptions<T, M, I> {
  /** Also of other sessions, with other databases of the same server. */
  readonly connection: Connection;
}

/** Conditions by table. */
export type Where<T extends TablesOf<T>, M> = { readonly [K in TableName<T> & keyof M]?: Condition<T[K]> };

/** What is asked of a server before anything is monitored there. */
export interface BeforeMonitor<T extends TablesOf<T>, M> {
  /**
   * Called on every connection to a server that was found fit, and again when its schema has changed. The conditions that it
   * answers replace those of the session's own monitor as `setCondition` does, before that monitor is asked for; a table that
   * it does not name keeps its own. What it throws is thrown as if nobody had called it, and changes nothing.
   */
  conditions(connection: Transacting): Promise<Where<T, M>>;
  /** Milliseconds after which the monitors start without the answer, which is then ignored. */
  readonly withinMs: number;
}

/** As much of a session as carries transactions. */
export interface Transacting {
  /** Never rejects or throws, like `Session.transact`. */
  transact<const Ops extends readonly Operation[]>(
    operations: Ops,
  ): Promise<Result<ResultsOf<Ops>, TransactError>>;
}

/** What a server says of its database; both null when the database is not clustered. */
export interface ServerStanding {
  /** Whether the server leads its cluster. */
  readonly leader: boolean | null;
  /** The cluster's id: another one is another database, or one that was made anew. */
  readonly cid: Uuid | null;
}

/** What `addMonitor` is to monitor. */
export interface AddedMonitorOptions<T extends TablesOf<T>, M extends MonitorSelection<T>> {
  readonly monitor: M;
  /** As of the session: a table without one is monitored whole. */
  readonly where?: Where<T, M>;
}

/** What a session is doing. `remote` is the server as the remotes name it. */
export type SessionState =
  | { readonly kind: "connecting"; readonly remote: string }
  /** The server is fit and answers; the replica is not in sync yet. */
  | ({ readonly kind: "connected"; readonly remote: string } & ServerStanding)
  /** The replica follows the server. */
  | ({ readonly kind: "synced"; readonly remote: string } & ServerStanding)
  | { readonly kind: "disconnected"; readonly error: ConnectionError; readonly retryInMs: number }
  | { readonly kind: "closed" };

/** The acknowledged condition of every monitored table: the very value that was passed in. */
export type Acknowledged<T extends TablesOf<T>, M> = {
  readonly [K in TableName<T> & keyof M]: Condition<T[K]>;
};

/** The conditions of the tables for which there is a new one on its way: the very values that were passed in. */
export type Requested<T extends TablesOf<T>, M> = Partial<Acknowledged<T, M>>;

/** A condition that is dropped, with the very value that was passed in. */
export type ConditionRefusal<T extends TablesOf<T>, M> = {
  readonly [K in TableName<T> & keyof M]: {
    readonly table: K;
    readonly condition: Condition<T[K]>;
    readonly code: RefusalCode;
    readonly details: string;
  };
}[TableName<T> & keyof M];

/** How long to wait for a session to be in sync. */
export interface SyncedOptions {
  /** When the signal is aborted, the answer is false. */
  readonly signal?: AbortSignal;
}

/** How a transaction may be given up. */
export interface TransactOptions {
  /**
   * Asks the server to give the transaction up; it then ends as `canceled`, unless it was already done. With a signal
   * that is aborted already nothing is sent. When the server has said nothing 1 s after the abort, the transaction ends
   * as `abandoned`, and may have been committed.
   */
  readonly signal?: AbortSignal;
}
