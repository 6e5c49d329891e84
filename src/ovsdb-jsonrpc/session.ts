/**
 * A session with one database: keeps a connection to one of several servers, monitors what it is asked to, and
 * carries transactions and locks.
 *
 * Everything happens in the order of the server's messages: the replica is updated, then the listeners run, then the
 * next message is looked at. While there is no connection the replica keeps its last content; the first batch of a
 * new connection is the difference to it.
 */
import type { AnyCondition, Condition } from "./condition.ts";
import { Emitter } from "./emitter.ts";
import { excerpt } from "./json.ts";
import type { FramerLimits } from "./json-framer.ts";
import { Link } from "./link.ts";
import { type LockState, Locks } from "./locks.ts";
import { Monitor, type UntypedBatch } from "./monitor.ts";
import type { Operation, ResultsOf } from "./operation.ts";
import { parseRemotes, type Remote } from "./remote.ts";
import type { Row } from "./replica.ts";
import { err, type Result } from "./result.ts";
import type { ConnectionError, Rpc } from "./rpc.ts";
import {
  type ColumnName,
  columnSchema,
  type DatabaseSchema,
  parseDatabaseSchema,
  type TableName,
  type TablesOf,
  type UntypedSchema,
} from "./schema.ts";
import { judgeServer, SERVER_DATABASE, SERVER_SELECTION, type ServerStatus } from "./server-database.ts";
import type { TlsOptions } from "./tls.ts";
import {
  connectionLost,
  decodeResults,
  encodeOperations,
  type OperationResult,
  type TransactError,
} from "./transaction.ts";
import type { Batch, IndexDeclarations, MonitoredRows, MonitorSelection, ReplicaView } from "./view.ts";

export interface SessionOptions<T extends TablesOf<T>, M extends MonitorSelection<T>> {
  readonly database: DatabaseSchema<T>;
  /** A comma list such as `unix:FILE,tcp:HOST:PORT`, or what `parseRemotes` made of one. */
  readonly remotes: string | readonly Remote[];
  readonly tls?: TlsOptions;
  /** Silence in milliseconds before the server is probed; 0 = never. Default 5,000, and 0 on unix sockets. */
  readonly probeIntervalMs?: number;
  /** On a clustered database, talk to the leader only. Default false. */
  readonly leaderOnly?: boolean;
  readonly monitor: M;
  /** The conditions to start with; a table without one is monitored whole. */
  readonly where?: { readonly [K in TableName<T> & keyof M]?: Condition<T[K]> };
  readonly indexes?: IndexDeclarations<MonitoredRows<T, M>>;
  readonly limits?: FramerLimits;
}

export type SessionState =
  | { readonly kind: "connecting"; readonly remote: string }
  /** The server is fit and answers; the replica is not in sync yet. */
  | { readonly kind: "connected"; readonly remote: string; readonly leader: boolean | null }
  | { readonly kind: "synced"; readonly remote: string; readonly leader: boolean | null }
  | { readonly kind: "disconnected"; readonly error: ConnectionError; readonly retryInMs: number }
  | { readonly kind: "closed" };

/** The acknowledged condition of every monitored table: the very value that was passed in. */
export type Acknowledged<T extends TablesOf<T>, M> = {
  readonly [K in TableName<T> & keyof M]: Condition<T[K]>;
};

export class Session<T extends TablesOf<T>, const M extends MonitorSelection<T>> {
  readonly #descriptor: UntypedSchema;
  readonly #leaderOnly: boolean;
  readonly #batches = new Emitter<Batch<MonitoredRows<T, M>>>();
  readonly #states = new Emitter<SessionState>();
  readonly #conditions = new Emitter<Acknowledged<T, M>>();
  readonly #lockStates = new Emitter<LockState>();
  readonly #link: Link;
  readonly #locks: Locks;
  readonly #monitor: Monitor;
  #server: Monitor | null = null;
  #served: UntypedSchema | null = null;
  #remote = "";
  #leader: boolean | null = null;
  #minIndex = 0;
  #state: SessionState;

  /** The rows as the server last described them. */
  readonly replica: ReplicaView<MonitoredRows<T, M>>;

  /**
   * Starts to connect; the first events come after the caller has had the turn to add listeners.
   * Throws when the remotes cannot be parsed or the monitor names what the descriptor lacks.
   */
  constructor(options: SessionOptions<T, M>) {
    const remotes = asRemotes(options.remotes);
    const selection = definedMembers<readonly string[]>(options.monitor);
    this.#descriptor = options.database;
    this.#leaderOnly = options.leaderOnly ?? false;
    this.#state = { kind: "connecting", remote: remotes[0]?.name ?? "" };
    this.#locks = new Locks(
      (state) => this.#lockStates.emit(state),
      (reason) => this.#giveUp(reason),
    );
    this.#monitor = new Monitor(
      this.#descriptor,
      selection,
      definedMembers(options.indexes ?? {}),
      definedMembers((options.where ?? {}) as { readonly [table: string]: AnyCondition }),
      {
        onBatch: (batch) => this.#batch(batch),
        onAcknowledged: (conditions) => this.#conditions.emit(conditions as Acknowledged<T, M>),
        onCanceled: () => this.#fetchSchema(),
        onFailed: (reason) => this.#giveUp(reason),
      },
    );
    this.#link = new Link(
      { remotes, tls: options.tls, probeIntervalMs: options.probeIntervalMs, limits: options.limits },
      {
        onConnecting: (remote) => this.#setState({ kind: "connecting", remote: remote.name }),
        onUp: (rpc, remote) => this.#up(rpc, remote),
        onNotification: (_rpc, method, params) => this.#notification(method, params),
        onDown: (error, retryInMs) => this.#down(error, retryInMs),
      },
    );
    this.replica = replicaView(this.#monitor);
    queueMicrotask(() => this.#link.connect());
  }

  get state(): SessionState {
    return this.#state;
  }

  /** True at once or as soon as the replica is in sync with a server; false when the session was closed before. */
  synced(): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = ({ kind }: SessionState): boolean => {
        if (kind !== "synced" && kind !== "closed") return false;
        resolve(kind === "synced");
        return true;
      };
      if (settle(this.#state)) return;
      const remove = this.onState((state) => {
        if (settle(state)) remove();
      });
    });
  }

  /** Every message's changes. Like every `on…`, answers the function that removes the listener. */
  onBatch(listener: (batch: Batch<MonitoredRows<T, M>>) => void): () => void {
    return this.#batches.add(listener);
  }

  onState(listener: (state: SessionState) => void): () => void {
    return this.#states.add(listener);
  }

  /** Comes after the batches that hold all rows of the acknowledged conditions. */
  onCondition(listener: (acknowledged: Acknowledged<T, M>) => void): () => void {
    return this.#conditions.add(listener);
  }

  onLock(listener: (state: LockState) => void): () => void {
    return this.#lockStates.add(listener);
  }

  /** Replaces the rows wanted of a table; several changes before the server has answered become one. */
  setCondition<K extends TableName<T> & keyof M>(table: K, clauses: Condition<T[K]>): void {
    this.#monitor.setCondition(table, clauses as AnyCondition);
  }

  /** The condition of which all rows have been delivered; null while not in sync. */
  acknowledged<K extends TableName<T> & keyof M>(table: K): Condition<T[K]> | null {
    return this.#monitor.acknowledged(table) as Condition<T[K]> | null;
  }

  /** Whether the served schema has the column; false before the first connection. */
  has<K extends TableName<T>>(table: K, column: ColumnName<T[K]>): boolean {
    return this.#served !== null && columnSchema(this.#served, table, column) !== undefined;
  }

  /**
   * Carries out the operations as one transaction. Never rejects. Settles after the batch of its own changes was
   * delivered and before any later message is looked at.
   */
  transact<const Ops extends readonly Operation[]>(
    operations: Ops,
  ): Promise<Result<ResultsOf<Ops>, TransactError>>;
  transact(operations: readonly Operation[]): Promise<Result<readonly OperationResult[], TransactError>> {
    return new Promise((resolve) => {
      const rpc = this.#link.rpc;
      if (rpc === null || (this.#state.kind !== "synced" && this.#state.kind !== "connected")) {
        const message = `not sent: the session is ${this.#state.kind}`;
        resolve(err(connectionLost({ code: "disconnected", message })));
        return;
      }
      const params = [this.#descriptor.name, ...encodeOperations(this.#descriptor, operations)];
      rpc.request("transact", params, (reply) => {
        rpc.yieldAfterMessage();
        resolve(
          reply.ok
            ? decodeResults(this.#descriptor, operations, reply.value)
            : err(connectionLost(reply.error)),
        );
      });
    });
  }

  /** Queues for a lock; `onLock` tells when it is held. Asked for again after every reconnect, until `unlock`. */
  lock(name: string): void {
    this.#locks.want(name, "lock");
  }

  /** Takes the lock from whoever holds it. */
  steal(name: string): void {
    this.#locks.want(name, "steal");
  }

  unlock(name: string): void {
    this.#locks.unlock(name);
  }

  holds(name: string): boolean {
    return this.#locks.held(name);
  }

  /** Replaces the remotes; a connection to one that is no longer among them is given up. */
  setRemotes(remotes: string | readonly Remote[]): void {
    this.#link.setRemotes(asRemotes(remotes));
  }

  /** As the option `probeIntervalMs`; undefined is the default. */
  setProbeInterval(milliseconds: number | undefined): void {
    this.#link.setProbeInterval(milliseconds);
  }

  /** Ends the session for good; transactions without a reply end as "disconnected". */
  close(): void {
    if (this.#state.kind === "closed") return;
    this.#link.stop();
    this.#monitor.stop();
    this.#locks.disconnected();
    this.#setState({ kind: "closed" });
  }

  #setState(state: SessionState): void {
    this.#state = state;
    this.#states.emit(state);
  }

  #up(rpc: Rpc, remote: Remote): void {
    this.#remote = remote.name;
    rpc.request("set_db_change_aware", [true], () => {});
    rpc.request("get_schema", [SERVER_DATABASE.name], (reply) => {
      if (!reply.ok) return;
      const schema = reply.value.error === null ? parseDatabaseSchema(reply.value.result) : null;
      if (schema?.ok === true) this.#watchServer(rpc, schema.value);
      else this.#admit(rpc, { leader: null, index: null });
    });
  }

  /** Monitors the server's own view of the database; the session goes on, or leaves, by what it says. */
  #watchServer(rpc: Rpc, schema: UntypedSchema): void {
    let admitted = false;
    const server = new Monitor(
      SERVER_DATABASE,
      SERVER_SELECTION,
      {},
      {},
      {
        onBatch: () => {
          const verdict = judgeServer(server.replica.rows("Database").values(), this.#descriptor.name, {
            leaderOnly: this.#leaderOnly,
            minIndex: this.#minIndex,
          });
          if (!verdict.ok) this.#giveUp(verdict.error);
          else if (admitted) this.#status(verdict.value);
          else {
            admitted = true;
            this.#admit(rpc, verdict.value);
          }
        },
        onAcknowledged: () => {},
        onCanceled: () => this.#giveUp("the server removed its _Server database"),
        onFailed: (reason) => this.#giveUp(reason),
      },
    );
    this.#server = server;
    server.start(rpc, schema);
  }

  #admit(rpc: Rpc, status: ServerStatus): void {
    this.#leader = status.leader;
    this.#minIndex = Math.max(this.#minIndex, status.index ?? 0);
    this.#setState({ kind: "connected", remote: this.#remote, leader: this.#leader });
    this.#locks.connected(rpc);
    this.#fetchSchema();
  }

  #status(status: ServerStatus): void {
    this.#minIndex = Math.max(this.#minIndex, status.index ?? 0);
    if (status.leader === this.#leader) return;
    this.#leader = status.leader;
    if (this.#state.kind === "connected" || this.#state.kind === "synced") {
      this.#setState({ ...this.#state, leader: this.#leader });
    }
  }

  /** Also after the server canceled the monitor because the schema changed. */
  #fetchSchema(): void {
    const rpc = this.#link.rpc;
    if (rpc === null) return;
    if (this.#state.kind === "synced") {
      this.#setState({ kind: "connected", remote: this.#remote, leader: this.#leader });
    }
    rpc.request("get_schema", [this.#descriptor.name], (reply) => {
      if (!reply.ok) return;
      const { result, error } = reply.value;
      if (error !== null)
        return this.#giveUp(`no schema of ${this.#descriptor.name}: ${excerpt(error, 400)}`);
      const schema = parseDatabaseSchema(result);
      if (!schema.ok) return this.#giveUp(`the served schema is malformed: ${schema.error}`);
      if (this.#served !== null && this.#served.version !== schema.value.version)
        this.#monitor.forgetTransaction();
      this.#served = schema.value;
      this.#monitor.start(rpc, schema.value);
    });
  }

  #batch(batch: UntypedBatch): void {
    this.#batches.emit(batch as Batch<MonitoredRows<T, M>>);
    if (batch.initial) this.#setState({ kind: "synced", remote: this.#remote, leader: this.#leader });
  }

  #notification(method: string, params: readonly unknown[]): void {
    if (this.#monitor.notification(method, params)) return;
    if (this.#server?.notification(method, params) === true) return;
    this.#locks.notification(method, params);
  }

  #down(error: ConnectionError, retryInMs: number): void {
    this.#monitor.stop();
    this.#server = null;
    this.#locks.disconnected();
    this.#setState({ kind: "disconnected", error, retryInMs });
  }

  /** Leaves a server that is of no use. */
  #giveUp(reason: string): void {
    this.#link.rpc?.close({ code: "disconnected", message: reason });
  }
}

function asRemotes(remotes: string | readonly Remote[]): readonly Remote[] {
  if (typeof remotes !== "string") return remotes;
  const parsed = parseRemotes(remotes);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function definedMembers<V>(object: { readonly [name: string]: V | undefined }): {
  readonly [name: string]: V;
} {
  const defined: Record<string, V> = {};
  for (const [name, value] of Object.entries(object)) if (value !== undefined) defined[name] = value;
  return defined;
}

/** The compiler cannot see that the decoders, compiled from the descriptor, make rows of the descriptor's types. */
function replicaView<Rows>(monitor: Monitor): ReplicaView<Rows>;
function replicaView(monitor: Monitor): ReplicaView<Record<string, Row>> {
  return {
    table: (table) => ({
      rows: monitor.replica.rows(table),
      index: (name) => monitor.replica.index(table, name),
    }),
  };
}
