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
import {
  decodeResults,
  encodeTransaction,
  type OperationResult,
  type TransactError,
  unanswered,
} from "../operations/transaction.ts";
import {
  type IndexDeclarations,
  type MonitoredRows,
  type MonitorSelection,
  type NoIndexes,
  type ReplicaView,
  replicaView,
} from "../replica/view.ts";
import { err, ok, type Result } from "../result.ts";
import {
  type ColumnName,
  columnSchema,
  type TableName,
  type TablesOf,
  type UntypedSchema,
} from "../schema/schema.ts";
import type { Uuid } from "../schema/uuid.ts";
import type { Environment } from "../wire/environment.ts";
import type { Remote, TlsFiles } from "../wire/remote.ts";
import type { RequestError, RequestHandler } from "../wire/request.ts";
import type { WireCounters } from "../wire/tap.ts";
import { AddedMonitor } from "./added-monitor.ts";
import { type CommitOptions, DEFAULT_ATTEMPTS, type Draft } from "./commit.ts";
import { Connection, wireOf } from "./connection.ts";
import { UntypedDraft } from "./draft.ts";
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

/** A session with one database: its monitors and their replica, transactions, conditions and locks, over one connection after another. */
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
   * Starts to connect; the first events come after the caller has had the turn to add listeners.
   * Throws when the remotes cannot be parsed, the monitor names what the descriptor lacks, or conditions and indexes
   * are on what is not monitored.
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

  /** What became of the connection last. */
  get state(): SessionState {
    return this.#core.state;
  }

  /**
   * True at once or as soon as the replica is in sync with a server; false when the session was closed before, or the
   * signal aborted, as by `AbortSignal.timeout(5000)`.
   */
  synced({ signal }: SyncedOptions = {}): Promise<boolean> {
    return new Promise((resolve) => {
      const isOver = () => this.state.kind === "synced" || this.state.kind === "closed";
      if (isOver() || signal?.aborted === true) {
        resolve(this.state.kind === "synced");
        return;
      }
      const settle = (synced: boolean) => {
        remove();
        signal?.removeEventListener("abort", giveUp);
        resolve(synced);
      };
      const giveUp = () => settle(false);
      const remove = this.onState(() => {
        if (isOver()) settle(this.state.kind === "synced");
      });
      signal?.addEventListener("abort", giveUp);
    });
  }

  /**
   * Monitors more, from now on and over every connection, until the monitor is dropped. It has conditions of its own, and
   * may have rows that the session's own monitor or another one has as well: the replica holds each row once, in the version
   * that was told last, and a row that leaves one monitor stays while another one has it. Throws as the constructor does,
   * and for other columns of a table than the monitors have that are there.
   */
  addMonitor<const M2 extends MonitorSelection<T>>(options: AddedMonitorOptions<T, M2>): AddedMonitor<T, M2> {
    const { monitors } = this.#core;
    const feed = monitors.add(
      definedMembers<readonly string[]>(options.monitor),
      definedMembers((options.where ?? {}) as { readonly [table: string]: AnyCondition }),
    );
    return new AddedMonitor(monitors, feed);
  }

  /** Every change of the state, in order; `closed` is the last event of a session. */
  onState(listener: (state: SessionState) => void): () => void {
    return this.#core.states.add((state) => listener(state));
  }

  /** A lock that was asked for is held now, or is not held any more. */
  onLock(listener: (state: LockState) => void): () => void {
    return this.#core.lockStates.add((state) => listener(state));
  }

  /** The schema as the server last gave it; null before the first connection. */
  get served(): UntypedSchema | null {
    return this.#core.served;
  }

  /** Whether the served schema has the column; false before the first connection. */
  has<K extends TableName<T>>(table: K, column: ColumnName<T[K]>): boolean {
    const { served } = this.#core;
    return served !== null && columnSchema(served, table, column) !== undefined;
  }

  /**
   * Carries out the operations as one transaction. Never rejects nor throws. Settles after the batch of its own changes
   * was delivered and before any later message is looked at; when nothing is sent, in a later turn of the event loop.
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

  /** Calls `settle` in the order of the server's messages, or in a later turn of the event loop when nothing is sent. */
  #carryOut(
    operations: readonly Operation[],
    signal: AbortSignal | undefined,
    settle: (result: Result<readonly OperationResult[], TransactError>) => void,
  ): void {
    const { descriptor } = this.#core;
    const params = encodeTransaction(descriptor, operations);
    if (!params.ok) {
      this.#environment.turn(() => settle(params));
      return;
    }
    const onReply: RequestHandler = (reply) => {
      if (reply.ok) settle(decodeResults(descriptor, operations, reply.value, this.served ?? descriptor));
      else settle(err(unanswered(reply.error, this.state.kind === "closed")));
    };
    this.#core.request("transact", params.value, onReply, signal);
  }

  /**
   * Reads, writes and carries out: `build` reads rows of the replica by the draft and writes what follows from them. When one
   * of them is another in the database by then, the race is lost, and `build` is called again, with fresh rows. Never
   * rejects, unless `build` throws. Answers the operations' results, and an error as `transact` does; one after which the
   * transaction may have been committed is not tried again. Nothing is sent when nothing is written.
   */
  async commit(
    build: (draft: Draft<T, MonitoredRows<T, M>>) => void,
    { attempts = DEFAULT_ATTEMPTS, signal }: CommitOptions = {},
  ): Promise<Result<readonly OperationResult[], TransactError>> {
    const { content } = this.#core.monitors;
    for (let attempt = 1; ; attempt++) {
      const draft = new UntypedDraft({
        schema: this.#core.descriptor,
        row: (table, uuid) => content.rows(table).get(uuid),
      });
      build(draft as Draft<T, MonitoredRows<T, M>>);
      const { operations, waits } = draft;
      if (operations.length === waits) return ok([]);
      const result = await new Promise<Result<readonly OperationResult[], TransactError>>((resolve) => {
        this.#carryOut(operations, signal, resolve);
      });
      if (result.ok) return ok(result.value.slice(waits));
      const { code, operation } = result.error;
      const isLostRace = code === "timed out" && operation !== null && operation < waits;
      if (!isLostRace || attempt >= attempts) return result;
    }
  }

  /**
   * Asks for rows by their UUIDs: which of them there are, wherever the monitors look. The server finds each in a hash
   * table. Up to 50 are one request, and all requests are on their way at once, so that the server serves others between
   * them. Each promise settles as those of `transact` do: every change that the server had told of before is in the replica.
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

  /** What the session's connections have carried. */
  get counters(): WireCounters {
    return this.#connection.counters;
  }

  /** The names of the databases of the server that was found fit; `listDatabases` of the package needs no such server. */
  listDatabases(): Promise<Result<readonly string[], RequestError>> {
    return new Promise((resolve) => {
      this.#core.request("list_dbs", "[]", (reply) => resolve(databaseNames(reply)));
    });
  }

  /** Queues for a lock; `onLock` tells when it is held. Asked for again after every reconnect, until `unlock`. */
  lock(name: string): void {
    this.#core.locks.want(name, "lock");
  }

  /** Takes the lock from whoever holds it, once; after that it is as if asked for with `lock`. */
  steal(name: string): void {
    this.#core.locks.want(name, "steal");
  }

  /** Gives a lock up, or no longer waits for it. Nothing happens when it was not asked for. */
  unlock(name: string): void {
    this.#core.locks.unlock(name);
  }

  /** Whether the lock is held now, as far as the server has told. */
  holds(name: string): boolean {
    return this.#core.locks.held(name);
  }

  /** Replaces the remotes, for every session of the connection; a connection to one that is no longer among them is given up. */
  setRemotes(remotes: string | readonly Remote[]): void {
    this.#connection.setRemotes(remotes);
  }

  /** Other key and certificate files, from the next connection on. */
  setTls(files: TlsFiles): void {
    this.#connection.setTls(files);
  }

  /** As the option `probeIntervalMs`; undefined is the default, infinity never. */
  setProbeInterval(milliseconds: number | undefined): void {
    this.#connection.setProbeInterval(milliseconds);
  }

  /** Leaves the present server, if there is one, and connects to the next remote at once. */
  reconnect(): void {
    this.#connection.reconnect();
  }

  /**
   * Accepts a server of the same cluster whose log is shorter than one seen before. Without it such a server is stale and
   * refused, also when the whole cluster was restored from a backup. A cluster that was made anew is another one, of which
   * nothing was seen.
   */
  forgetIndex(): void {
    this.#core.server.forgetIndex();
  }

  /**
   * Ends the session for good; the state `closed` is its last event. Its connection ends with it, and transactions without a
   * reply end as "closed"; a `Connection` of several sessions stays, and still answers them.
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
