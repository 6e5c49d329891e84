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
import { excerpt, isArray } from "./json.ts";
import { Link } from "./link.ts";
import { type LockState, Locks } from "./locks.ts";
import { Monitor, type UntypedBatch } from "./monitor.ts";
import type { Operation, ResultsOf } from "./operation.ts";
import { parseRemotes, type Remote } from "./remote.ts";
import { err, ok, type Result } from "./result.ts";
import type { ConnectionError, Rpc } from "./rpc.ts";
import {
  type ColumnName,
  columnSchema,
  parseDatabaseSchema,
  type TableName,
  type TablesOf,
  type UntypedSchema,
} from "./schema.ts";
import { type ServerStatus, ServerWatch } from "./server-watch.ts";
import type { Acknowledged, SessionOptions, SessionState, TransactOptions } from "./session-options.ts";
import type { TlsFiles } from "./tls.ts";
import {
  connectionLost,
  decodeResults,
  encodeOperations,
  type OperationResult,
  type TransactError,
} from "./transaction.ts";
import {
  type Batch,
  type MonitoredRows,
  type MonitorSelection,
  type ReplicaView,
  replicaView,
} from "./view.ts";

export class Session<T extends TablesOf<T>, const M extends MonitorSelection<T>> {
  readonly #descriptor: UntypedSchema;
  readonly #batches = new Emitter<Batch<MonitoredRows<T, M>>>();
  readonly #states = new Emitter<SessionState>();
  readonly #conditions = new Emitter<Acknowledged<T, M>>();
  readonly #lockStates = new Emitter<LockState>();
  readonly #link: Link;
  readonly #locks: Locks;
  readonly #monitor: Monitor;
  readonly #server: ServerWatch;
  #served: UntypedSchema | null = null;
  #servedText = "";
  #remote = "";
  #leader: boolean | null = null;
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
    this.#state = { kind: "connecting", remote: remotes[0]?.name ?? "" };
    this.#locks = new Locks(
      (state) => this.#lockStates.emit(state),
      (reason) => this.#leave(reason),
    );
    this.#server = new ServerWatch(this.#descriptor.name, options.leaderOnly ?? false, {
      onFit: (status) => this.#admit(status),
      onStatus: (status) => this.#status(status),
      onUnfit: (reason) => this.#leave(reason),
    });
    this.#monitor = new Monitor(
      this.#descriptor,
      selection,
      definedMembers(options.indexes ?? {}),
      definedMembers((options.where ?? {}) as { readonly [table: string]: AnyCondition }),
      {
        onBatch: (batch) => this.#batch(batch),
        onAcknowledged: (conditions) => this.#conditions.emit(conditions as Acknowledged<T, M>),
        onCanceled: () => this.#fetchSchema(),
        onFailed: (reason) => this.#leave(reason),
      },
    );
    this.#link = new Link(
      {
        remotes,
        tls: options.tls,
        probeIntervalMs: options.probeIntervalMs,
        limits: options.limits,
        backoff: options.backoff,
        shuffle: options.shuffleRemotes ?? true,
      },
      {
        onConnecting: (remote) => this.#setState({ kind: "connecting", remote: remote.name }),
        onUp: (rpc, remote) => this.#up(rpc, remote),
        onNotification: (method, params) => this.#notification(method, params),
        onDown: (error, retryInMs) => this.#down(error, retryInMs),
      },
    );
    this.replica = replicaView(this.#monitor.replica);
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

  /** The schema as the server last gave it; null before the first connection. */
  get served(): UntypedSchema | null {
    return this.#served;
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
    options?: TransactOptions,
  ): Promise<Result<ResultsOf<Ops>, TransactError>>;
  transact(
    operations: readonly Operation[],
    { signal }: TransactOptions = {},
  ): Promise<Result<readonly OperationResult[], TransactError>> {
    const params = [this.#descriptor.name, ...encodeOperations(this.#descriptor, operations)];
    return new Promise((resolve) => {
      const rpc = this.#ready();
      if (rpc === null) {
        resolve(err(connectionLost(this.#notSent())));
        return;
      }
      const cancel = () => rpc.notify("cancel", [id]);
      const id = rpc.request("transact", params, (reply) => {
        signal?.removeEventListener("abort", cancel);
        rpc.yieldAfterMessage();
        resolve(
          reply.ok
            ? decodeResults(this.#descriptor, operations, reply.value)
            : err(connectionLost(reply.error)),
        );
      });
      signal?.addEventListener("abort", cancel);
      if (signal?.aborted === true) cancel();
    });
  }

  /** The names of the databases that the server has. */
  listDatabases(): Promise<Result<readonly string[], ConnectionError>> {
    return new Promise((resolve) => {
      const rpc = this.#ready();
      if (rpc === null) {
        resolve(err(this.#notSent()));
        return;
      }
      rpc.request("list_dbs", [], (reply) => {
        rpc.yieldAfterMessage();
        if (!reply.ok) resolve(reply);
        else if (isArray(reply.value.result)) resolve(ok(reply.value.result.map(String)));
        else resolve(err({ code: "protocol error", message: `list_dbs answers ${excerpt(reply.value)}` }));
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

  /** Other key and certificate files, from the next connection on. */
  setTls(files: TlsFiles): void {
    this.#link.setTls(files);
  }

  /** As the option `probeIntervalMs`; undefined is the default. */
  setProbeInterval(milliseconds: number | undefined): void {
    this.#link.setProbeInterval(milliseconds);
  }

  /** Leaves the present server and connects to the next remote at once. */
  reconnect(): void {
    this.#link.leave("a reconnect was asked for", true);
  }

  /**
   * Accepts a clustered server whose log is shorter than one seen before. Without it such a server is stale and
   * refused, also when the whole cluster was restored from a backup.
   */
  forgetIndex(): void {
    this.#server.forgetIndex();
  }

  /** Ends the session for good; transactions without a reply end as "disconnected". */
  close(): void {
    if (this.#state.kind === "closed") return;
    this.#link.stop();
    this.#monitor.stop();
    this.#server.stop();
    this.#locks.disconnected();
    this.#setState({ kind: "closed" });
  }

  /** The connection, once the server behind it is found fit. */
  #ready(): Rpc | null {
    return this.#state.kind === "synced" || this.#state.kind === "connected" ? this.#link.rpc : null;
  }

  #notSent(): ConnectionError {
    return { code: "disconnected", message: `not sent: the session is ${this.#state.kind}` };
  }

  #setState(state: SessionState): void {
    this.#state = state;
    this.#states.emit(state);
  }

  #up(rpc: Rpc, remote: Remote): void {
    this.#remote = remote.name;
    this.#server.start(rpc);
  }

  #admit({ leader }: ServerStatus): void {
    const rpc = this.#link.rpc;
    if (rpc === null) return;
    this.#leader = leader;
    this.#locks.connected(rpc);
    this.#fetchSchema();
  }

  #status({ leader }: ServerStatus): void {
    if (leader === this.#leader) return;
    this.#leader = leader;
    if (this.#state.kind === "connected" || this.#state.kind === "synced")
      this.#setState({ ...this.#state, leader });
  }

  /** Also after the server canceled the monitor because the schema changed. */
  #fetchSchema(): void {
    const rpc = this.#link.rpc;
    if (rpc === null) return;
    this.#setState({ kind: "connected", remote: this.#remote, leader: this.#leader });
    rpc.request("get_schema", [this.#descriptor.name], (reply) => {
      if (!reply.ok) return;
      const { result, error } = reply.value;
      const schema = error === null ? parseDatabaseSchema(result) : err(excerpt(error, 400));
      if (schema.ok) this.#serve(rpc, schema.value, JSON.stringify(result));
      else this.#leave(`the server gives no schema of ${this.#descriptor.name}: ${schema.error}`);
    });
  }

  #serve(rpc: Rpc, served: UntypedSchema, text: string): void {
    if (text !== this.#servedText) this.#monitor.forgetTransaction();
    this.#served = served;
    this.#servedText = text;
    this.#monitor.start(rpc, served);
  }

  #batch(batch: UntypedBatch): void {
    this.#batches.emit(batch as Batch<MonitoredRows<T, M>>);
    if (batch.initial) this.#setState({ kind: "synced", remote: this.#remote, leader: this.#leader });
  }

  #notification(method: string, params: readonly unknown[]): void {
    if (this.#monitor.notification(method, params)) return;
    if (this.#server.notification(method, params)) return;
    this.#locks.notification(method, params);
  }

  #down(error: ConnectionError, retryInMs: number): void {
    this.#monitor.stop();
    this.#server.stop();
    this.#locks.disconnected();
    this.#setState({ kind: "disconnected", error, retryInMs });
  }

  /** Goes to another server: at once if this one had served us, so that a change of the leader costs little. */
  #leave(reason: string): void {
    this.#link.leave(reason, this.#state.kind === "synced");
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
