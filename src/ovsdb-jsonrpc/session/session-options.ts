/** The options of a session, and the types of its events. */

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

/** Which database a session is with, and which of its rows the session monitors. */
export interface ContentOptions<
  T extends TablesOf<T>,
  M extends MonitorSelection<T>,
  I extends IndexDeclarations<MonitoredRows<T, M>> = IndexDeclarations<MonitoredRows<T, M>>,
> {
  /** The descriptor of a generated module, of `parseDatabaseSchema`, or of `withBigints`. */
  readonly database: DatabaseSchema<T>;
  /**
   * The columns to monitor, by table; `{}` monitors nothing, for transactions alone. A table or column that the server lacks
   * is left out of the monitor, and rows carry the default of such a column.
   */
  readonly monitor: M;
  /**
   * The conditions to start with, by table: which rows to monitor. All rows of a table without a condition are monitored, and
   * no row of a table whose condition the server refuses.
   */
  readonly where?: Where<T, M>;
  /**
   * Asks a server something before the session monitors anything there, so that the first conditions follow from the answer.
   */
  readonly beforeMonitor?: BeforeMonitor<T, M>;
  /**
   * The indexes of the replica, by table and name. An index is a list of columns, or of map columns with a key as in
   * `external_ids:iface-id`; or what `ordered(…)` of `ovsdb-jsonrpc/indexes` makes of such a list.
   */
  readonly indexes?: I & { readonly [K in Exclude<keyof I, keyof MonitoredRows<T, M>>]: never };
  /** With `references()` of `ovsdb-jsonrpc/indexes` here, `replica.referring` tells which rows refer to a row. */
  readonly references?: ReferenceKind;
  /** True: of a clustered database only the leader will do; a relay never does. Default false. */
  readonly leaderOnly?: boolean;
}

/** The options of a session with a connection of its own. */
export interface SessionOptions<
  T extends TablesOf<T>,
  M extends MonitorSelection<T>,
  I extends IndexDeclarations<MonitoredRows<T, M>> = IndexDeclarations<MonitoredRows<T, M>>,
> extends ConnectionOptions,
    ContentOptions<T, M, I> {
  /** Absent here; a session that shares a connection has `SharingOptions`. */
  readonly connection?: undefined;
}

/** The options of a session that shares a connection with other sessions. */
export interface SharingOptions<
  T extends TablesOf<T>,
  M extends MonitorSelection<T>,
  I extends IndexDeclarations<MonitoredRows<T, M>> = IndexDeclarations<MonitoredRows<T, M>>,
> extends ContentOptions<T, M, I> {
  /** The connection that other sessions use, too, each with a database of the same server. */
  readonly connection: Connection;
}

/** Conditions by table. */
export type Where<T extends TablesOf<T>, M> = { readonly [K in TableName<T> & keyof M]?: Condition<T[K]> };

/** A question to a server before the session monitors anything there. */
export interface BeforeMonitor<T extends TablesOf<T>, M> {
  /**
   * Called on every connection to a server that was found fit, and again when the server's schema has changed. The answered
   * conditions replace conditions of the session's own monitor as `setCondition` does, before the session asks for that
   * monitor; a table without an answered condition keeps its condition. An error that the function throws becomes an uncaught
   * exception, and changes nothing.
   */
  conditions(connection: Transacting): Promise<Where<T, M>>;
  /**
   * How many milliseconds the monitors wait for the answer. Then they start without the answer, and a late answer is ignored.
   */
  readonly withinMs: number;
}

/** The part of a session that carries out transactions. */
export interface Transacting {
  /** Carries out the operations as one transaction, as `Session.transact` does. Never rejects or throws. */
  transact<const Ops extends readonly Operation[]>(
    operations: Ops,
  ): Promise<Result<ResultsOf<Ops>, TransactError>>;
}

/** What a server says of itself in its cluster. Both members are null when the database is not clustered. */
export interface ServerStanding {
  /** Whether the server leads its cluster. */
  readonly leader: boolean | null;
  /** The cluster's id. Another id means another database, or a cluster that was made anew. */
  readonly cid: Uuid | null;
}

/** Which rows an added monitor monitors. */
export interface AddedMonitorOptions<T extends TablesOf<T>, M extends MonitorSelection<T>> {
  /** The columns to monitor, by table. A table that another monitor of the session has needs the same columns here. */
  readonly monitor: M;
  /** The conditions to start with, by table. All rows of a table without a condition are monitored. */
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

/** The acknowledged condition of every monitored table: the very value that the caller has set. */
export type Acknowledged<T extends TablesOf<T>, M> = {
  readonly [K in TableName<T> & keyof M]: Condition<T[K]>;
};

/** The conditions that were sent and not yet acknowledged, by table: the very values that the caller has set. */
export type Requested<T extends TablesOf<T>, M> = Partial<Acknowledged<T, M>>;

/** A condition that the session has dropped, because no server would take the condition. */
export type ConditionRefusal<T extends TablesOf<T>, M> = {
  readonly [K in TableName<T> & keyof M]: {
    readonly table: K;
    /** The very value that the caller has set. */
    readonly condition: Condition<T[K]>;
    readonly code: RefusalCode;
    /** The server's sentence, or what is wrong with a condition that was not sent. */
    readonly details: string;
  };
}[TableName<T> & keyof M];

/** For how long `synced` waits. */
export interface SyncedOptions {
  /** `synced` settles with false when the signal is aborted. */
  readonly signal?: AbortSignal;
}

/** How the caller may give a transaction up. */
export interface TransactOptions {
  /**
   * When the signal is aborted, the session asks the server to give the transaction up: the transaction then ends as
   * `canceled`, unless the server has carried out the transaction already. A cluster or a relay may still commit what it
   * has canceled. When the server has said nothing 1 s after the abort, the transaction ends as `abandoned`, and may have been
   * committed. With a signal that was aborted before, nothing is sent.
   */
  readonly signal?: AbortSignal;
}
