/**
 * A session with one database: keeps a connection to one of several servers, monitors what it is asked to, and
 * carries transactions and locks. While there is no connection the replica keeps its last content; the first batch of
 * a new connection is the difference to it.
 *
 * This is the typed face of `SessionCore`. The compiler cannot see that decoders compiled from a descriptor make rows
 * of the descriptor's types; every assertion that they do is in this file, in monitor-face.ts and in view.ts.
 */
import type { AnyCondition } from "../operations/condition.ts";
import type { Operation, ResultsOf } from "../operations/operation.ts";
import { answerOf, chunksOf, type UuidAnswer } from "../operations/select-by-uuid.ts";
import type { OperationResult, TransactError } from "../operations/transaction.ts";
import {
  type IndexDeclarations,
  type MonitoredRows,
  type MonitorSelection,
  type NoIndexes,
  type ReplicaView,
  replicaView,
} from "../replica/view.ts";
import type { Result } from "../result.ts";
import {
  type ColumnName,
  hasColumn,
  type TableName,
  type TablesOf,
  type UntypedSchema,
} from "../schema/schema.ts";
import type { Uuid } from "../schema/uuid.ts";
import type { Environment } from "../wire/environment.ts";
import type { Remote, TlsFiles } from "../wire/remote.ts";
import type { RequestError } from "../wire/request.ts";
import type { WireCounters } from "../wire/tap.ts";
import { AddedMonitor } from "./added-monitor.ts";
import { carryOut } from "./carry-out.ts";
import { type CommitOptions, commitDraft, DEFAULT_ATTEMPTS, type Draft } from "./commit.ts";
import { Connection, wireOf } from "./connection.ts";
import type { LockState } from "./locks.ts";
import { MonitorFace } from "./monitor-face.ts";
import { databaseNames } from "./server-query.ts";
import { SessionCore } from "./session-core.ts";
import type {
  AddedMonitorOptions,
  SessionOptions,
  SessionState,
  SharingOptions,
  SyncedOptions,
  TransactOptions,
} from "./session-options.ts";
import { settledInSync } from "./settled-in-sync.ts";

/**
 * A session with one database: the session connects to one of the servers, monitors the tables that were asked for, keeps
 * their rows in a replica, carries out transactions and holds locks; when a connection is lost, the session makes another
 * one.
 */
export class Session<
  T extends TablesOf<T>,
  const M extends MonitorSelection<T>,
  const I extends IndexDeclarations<MonitoredRows<T, M>> = NoIndexes,
> extends MonitorFace<T, M> {
  readonly #core: SessionCore;
  readonly #environment: Environment;
  readonly #connection: Connection;

  /** The rows as the server last described them. */
  readonly replica: ReplicaView<MonitoredRows<T, M>, I>;

  /**
   * Starts to connect; the first event comes when the code that runs now has returned, so that the caller can add listeners
   * before. Throws `Error` for remotes that cannot be parsed and for `ssl:` remotes without `tls`, and `RangeError` when
   * `monitor` names a table or column that the descriptor lacks, or a condition or an index is on something that is not
   * monitored.
   */
  constructor(options: SessionOptions<T, M, I> | SharingOptions<T, M, I>) {
    const ownsLink = options.connection === undefined;
    const connection = options.connection ?? new Connection(options);
    const { environment, link } = wireOf(connection);
    const core = new SessionCore(options.database, {
      environment,
      link,
      ownsLink,
      leaderOnly: options.leaderOnly ?? false,
      selection: definedMembers<readonly string[]>(options.monitor),
      indexes: definedMembers(options.indexes ?? {}),
      references: options.references ?? null,
      conditions: definedMembers((options.where ?? {}) as { readonly [table: string]: AnyCondition }),
    });
    super(core.monitors.main);
    this.#environment = environment;
    this.#core = core;
    this.#connection = connection;
    this.replica = replicaView(core.monitors.content);
    const { beforeMonitor } = options;
    if (beforeMonitor !== undefined) {
      const conditions = async () => {
        const answer = await beforeMonitor.conditions(this);
        return definedMembers(answer as { readonly [table: string]: AnyCondition | undefined });
      };
      core.beforeMonitor = { conditions, withinMs: beforeMonitor.withinMs };
    }
  }

  /** What the session is doing now: connecting, connected, synced, disconnected (and why), or closed. */
  get state(): SessionState {
    return this.#core.state;
  }

  /**
   * Settles with true when the replica is in sync with a server, at once where that is so already; with false when the
   * session was closed or the signal was aborted before, as by `AbortSignal.timeout(5000)`. Without a signal the promise
   * waits for ever for a server that is not there: `onState` tells why. Never rejects.
   */
  synced({ signal }: SyncedOptions = {}): Promise<boolean> {
    return settledInSync(this, signal);
  }

  /**
   * Adds a monitor, from now on and over every connection, until the caller drops the monitor. The new monitor has conditions
   * of its own, and may have rows that another monitor of the session has as well: the replica holds each row once, in the
   * version that was told last, and a row that leaves one monitor stays in the replica while another monitor has the row.
   * Throws `RangeError` as the constructor does, and for a table that is monitored already with other columns.
   */
  addMonitor<const M2 extends MonitorSelection<T>>(options: AddedMonitorOptions<T, M2>): AddedMonitor<T, M2> {
    const { monitors } = this.#core;
    const feed = monitors.add(
      definedMembers<readonly string[]>(options.monitor),
      definedMembers((options.where ?? {}) as { readonly [table: string]: AnyCondition }),
    );
    return new AddedMonitor(monitors, feed);
  }

  /**
   * Calls the listener with each new state, in order; `closed` is the last event of a session. Answers the function that
   * removes the listener.
   */
  onState(listener: (state: SessionState) => void): () => void {
    return this.#core.states.add((state) => listener(state));
  }

  /**
   * Calls the listener when the session holds a lock now, or no longer holds the lock. Answers the function that removes the
   * listener.
   */
  onLock(listener: (state: LockState) => void): () => void {
    return this.#core.lockStates.add((state) => listener(state));
  }

  /** The schema of the database as the server last gave the schema; null before the first connection. */
  get served(): UntypedSchema | null {
    return this.#core.served;
  }

  /** Whether the server's schema has the column; false before the first connection. */
  has<K extends TableName<T>>(table: K, column: ColumnName<T[K]>): boolean {
    const { served } = this.#core;
    return served !== null && hasColumn(served, table, column);
  }

  /**
   * Carries out the operations as one transaction: all of them, or none. Answers one result for each operation, or the first
   * error (`TransactError`). Never rejects or throws. Settles after the batch with the transaction's own changes and before
   * any later message of the server; when nothing is sent, in a later turn of the event loop.
   */
  transact<const Ops extends readonly Operation[]>(
    operations: Ops,
    options?: TransactOptions,
  ): Promise<Result<ResultsOf<Ops>, TransactError>>;
  transact(
    operations: readonly Operation[],
    { signal }: TransactOptions = {},
  ): Promise<Result<readonly OperationResult[], TransactError>> {
    return new Promise((resolve) => this.#carryOut(operations, signal, resolve));
  }

  #carryOut(
    operations: readonly Operation[],
    signal: AbortSignal | undefined,
    settle: (result: Result<readonly OperationResult[], TransactError>) => void,
  ): void {
    carryOut(this.#core, this.#environment, operations, signal, settle);
  }

  /**
   * Reads, decides and writes in one transaction: `build` reads rows of the replica through the draft, and writes what
   * follows from these rows. When a column that `build` has read has another value in the database by then, the race is lost,
   * and `build` is called again with fresh rows. Answers the results of the draft's operations, or an error as `transact`
   * does: `timed out` when every attempt has lost a race. After an error that leaves open whether the transaction was
   * committed there is no further attempt. Sends nothing when `build` writes nothing. Rejects only with what `build` throws.
   */
  commit(
    build: (draft: Draft<T, MonitoredRows<T, M>>) => void,
    { attempts = DEFAULT_ATTEMPTS, signal }: CommitOptions = {},
  ): Promise<Result<readonly OperationResult[], TransactError>> {
    const { descriptor, monitors } = this.#core;
    return commitDraft({
      source: {
        schema: descriptor,
        row: (table, uuid) => monitors.content.rows(table).get(uuid),
        serves: (table, column) => hasColumn(this.served ?? descriptor, table, column),
      },
      build: (draft) => build(draft as Draft<T, MonitoredRows<T, M>>),
      carryOut: (operations) => new Promise((resolve) => this.#carryOut(operations, signal, resolve)),
      attempts,
    });
  }

  /**
   * Asks the server for rows by their UUIDs, whether the session monitors these rows or not. The server finds each row in a
   * hash table. Answers one promise for each request: a request asks for up to 50 rows, and all requests are sent at once, so
   * that the server serves others between them. Each promise settles as the promise of `transact` does, and never rejects.
   */
  selectByUuid<K extends TableName<T>, const C extends ColumnName<T[K]>>(
    table: K,
    uuids: Iterable<Uuid>,
    columns: readonly C[],
    { signal }: TransactOptions = {},
  ): readonly Promise<UuidAnswer<Pick<T[K], C | "_uuid">>>[] {
    return chunksOf(uuids).map((chunk) => {
      const selects = chunk.map((uuid): Operation => {
        return { op: "select", table, where: [["_uuid", "==", uuid]], columns };
      });
      return new Promise((resolve) => {
        this.#carryOut(selects, signal, (result) => {
          resolve(answerOf(chunk, result) as UuidAnswer<Pick<T[K], C | "_uuid">>);
        });
      });
    });
  }

  /** The connection; undefined once the session is closed: others may use it. */
  get #openConnection(): Connection | undefined {
    return this.state.kind === "closed" ? undefined : this.#connection;
  }

  /** How many connections the session had, and how many messages and bytes they have carried. */
  get counters(): WireCounters {
    return this.#connection.counters;
  }

  /**
   * Asks the server of the session for the names of its databases. Never rejects: `not sent` where the session has no server.
   * The function `listDatabases` of the package needs no session.
   */
  listDatabases(): Promise<Result<readonly string[], RequestError>> {
    return new Promise((resolve) => {
      this.#core.request("list_dbs", "[]", (reply) => resolve(databaseNames(reply)));
    });
  }

  /**
   * Asks for a lock, and waits in the lock's queue; `onLock` tells when the session holds the lock. The session asks again
   * after every reconnect, until `unlock`. Throws `RangeError` for a name that is not `[A-Za-z_][A-Za-z0-9_]*`, and for a
   * lock that another session of the same connection has asked for.
   */
  lock(name: string): void {
    this.#core.locks.want(name, "lock");
  }

  /**
   * Takes a lock from whoever holds the lock, once; after that the session waits for the lock as after `lock`. Throws as
   * `lock` does.
   */
  steal(name: string): void {
    this.#core.locks.want(name, "steal");
  }

  /** Gives a lock up, or no longer waits for the lock. Nothing happens for a lock that the session has not asked for. */
  unlock(name: string): void {
    this.#core.locks.unlock(name);
  }

  /** Whether the session holds the lock now, as far as the server has told. */
  holds(name: string): boolean {
    return this.#core.locks.held(name);
  }

  /**
   * Replaces the remotes, for every session of the connection. The connection is given up when its server is no longer among
   * them. Throws for remotes that cannot be parsed, and for `ssl:` remotes without `tls`.
   */
  setRemotes(remotes: string | readonly Remote[]): void {
    this.#openConnection?.setRemotes(remotes);
  }

  /** Replaces the files for TLS. The next attempt to connect uses the new files; the present connection stays. */
  setTls(files: TlsFiles): void {
    this.#openConnection?.setTls(files);
  }

  /** Replaces the option `probeIntervalMs`, in milliseconds; undefined: the default; infinity: no probes. */
  setProbeInterval(milliseconds: number | undefined): void {
    this.#openConnection?.setProbeInterval(milliseconds);
  }

  /** Leaves the present server, if there is one, and connects to the next remote at once. */
  reconnect(): void {
    this.#openConnection?.reconnect();
  }

  /**
   * Accepts a server of the same cluster whose log is shorter than a log that the session has seen before. Otherwise the
   * session takes the data of such a server for stale and leaves the server, also when the whole cluster was restored from a
   * backup. A cluster that was made anew is another cluster, of which the session has seen nothing.
   */
  forgetIndex(): void {
    this.#core.server.forgetIndex();
  }

  /**
   * Ends the session for good; the state `closed` is the last event. The session's own connection ends, and transactions
   * without a reply end as `disconnected`. A `Connection` of several sessions stays, and still answers their transactions. From
   * then on the session asks for nothing and changes nothing, whatever is called.
   */
  close(): void {
    this.#core.close();
  }
}

function definedMembers<V>(object: { readonly [name: string]: V | undefined }): {
  readonly [name: string]: V;
} {
  const defined: Record<string, V> = {};
  for (const [name, value] of Object.entries(object)) if (value !== undefined) defined[name] = value;
  return defined;
}
