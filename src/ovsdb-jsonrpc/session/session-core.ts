/**
 * A session without the types of its rows: finds a fit server, fetches its schema, follows the database, and starts over when
 * the connection or the monitor ends.
 *
 * Everything happens in the order of the server's messages: the replica is updated, then the listeners run, then the next message
 * is read.
 */

import type { IndexSelection, ReferenceKind, Selection } from "../replica/selection.ts";
import { err, ok, type Result } from "../result.ts";
import { exactSchema } from "../schema/integers.ts";
import { parseDatabaseSchema } from "../schema/parse.ts";
import type { UntypedSchema } from "../schema/schema.ts";
import type { Environment } from "../wire/environment.ts";
import { equalJson, excerpt } from "../wire/json.ts";
import type { Link } from "../wire/link.ts";
import { answerLater, type RequestHandler, sendRequest } from "../wire/request.ts";
import type { ConnectionError, Rpc, UnfitCode } from "../wire/rpc.ts";
import { parseServerError } from "../wire/server-error.ts";
import { askBefore, type UntypedBeforeMonitor } from "./before-monitor.ts";
import { Emitter, EventQueue, throwLater } from "./emitter.ts";
import { type LockState, Locks } from "./locks.ts";
import { Monitors } from "./monitors.ts";
import type { Conditions } from "./refusal.ts";
import { type ServerStatus, ServerWatch, type Unfit } from "./server-watch.ts";
import type { ServerStanding, SessionState } from "./session-options.ts";

export interface CoreOptions {
  readonly environment: Environment;
  readonly link: Link;
  /** True: the link belongs to this session, and ends with the session. */
  readonly ownsLink: boolean;
  readonly leaderOnly: boolean;
  readonly selection: Selection;
  readonly indexes: IndexSelection;
  readonly references: ReferenceKind | null;
  readonly conditions: Conditions;
}

export class SessionCore {
  readonly #environment: Environment;
  readonly #events = new EventQueue((error) => throwLater(this.#environment, error));
  readonly states = new Emitter<SessionState>(this.#events);
  readonly lockStates = new Emitter<LockState>(this.#events);
  readonly descriptor: UntypedSchema;
  readonly link: Link;
  readonly locks: Locks;
  readonly monitors: Monitors;
  readonly server: ServerWatch;
  /** The question before the monitors; null: the monitors start at once. */
  beforeMonitor: UntypedBeforeMonitor | null = null;
  #served: UntypedSchema | null = null;
  /** The schema of the present or next start of the monitor; null: a schema is being fetched. */
  #monitored: UntypedSchema | null = null;
  /** Ends the question before the monitors. */
  #endAsking = () => {};
  readonly #ownsLink: boolean;
  readonly #leaveLink: () => void;
  #remote = "";
  #standing: ServerStanding = { leader: null, cid: null };
  #state: SessionState;

  /** Starts to connect in the next microtask. Throws when the descriptor lacks a selected table or column. */
  constructor(descriptor: UntypedSchema, options: CoreOptions) {
    this.descriptor = descriptor;
    this.#environment = options.environment;
    const { link } = options;
    this.link = link;
    this.#ownsLink = options.ownsLink;
    this.#state = { kind: "connecting", remote: link.remotes[0]?.name ?? "" };
    const ordinal = link.nextOrdinal();
    const suffix = ordinal === 0 ? "" : `#${ordinal}`;
    this.locks = new Locks(
      link.lockNames,
      (state) => this.lockStates.emit(state),
      (message) => this.#leave({ code: "failed", message }),
    );
    this.server = new ServerWatch(descriptor.name, options.leaderOnly, () => link.cid, suffix, {
      onFit: (status) => this.#admit(status),
      onStatus: (status) => this.#status(status),
      onUnfit: (error) => this.#leave(error),
    });
    this.monitors = new Monitors(descriptor, options, suffix, this.#events, {
      onSynced: () => this.#synced(),
      onCanceled: () => this.#fetchSchema(),
      onFailed: (message) => this.#leave({ code: "failed", message }),
    });
    if (descriptor.exact === true) link.keepDigits();
    this.#leaveLink = link.join({
      onConnecting: (remote) => this.#setState({ kind: "connecting", remote: remote.name }),
      onUp: (rpc, remote) => {
        this.#remote = remote.name;
        this.server.start(rpc);
      },
      onNotification: (method, params) => this.#notification(method, params),
      onDown: (error, retryInMs) => this.#down(error, retryInMs),
      onStop: () => this.close(),
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The last schema from the server; null: before the first connection. */
  get served(): UntypedSchema | null {
    return this.#served;
  }

  /** Sends a request whose parameters are JSON text, if there is a fit server. */
  request(method: string, params: string, onReply: RequestHandler, signal?: AbortSignal): void {
    const ready = this.#state.kind === "synced" || this.#state.kind === "connected";
    const { rpc } = this.link;
    if (ready && rpc !== null) sendRequest(rpc, method, params, onReply, signal);
    else
      answerLater(this.#environment, onReply, {
        code: "not sent",
        message: `the session is ${this.#state.kind}`,
      });
  }

  close(): void {
    if (this.#state.kind === "closed") return;
    this.#leaveLink();
    if (this.#ownsLink) this.link.stop();
    this.#endAsking();
    this.monitors.cancel();
    this.server.cancel();
    this.locks.end();
    this.#setState({ kind: "closed" });
    this.#events.end();
  }

  #setState(state: SessionState): void {
    this.#state = state;
    this.states.emit(state);
  }

  #admit({ leader, cid }: ServerStatus): void {
    const { rpc } = this.link;
    if (rpc === null) return;
    this.#standing = { leader, cid };
    this.locks.connected(rpc);
    this.#fetchSchema();
  }

  #status({ leader, cid }: ServerStatus): void {
    if (leader === this.#standing.leader && cid === this.#standing.cid) return;
    this.#standing = { leader, cid };
    if (this.#state.kind === "connected" || this.#state.kind === "synced")
      this.#setState({ ...this.#state, leader, cid });
  }

  /** Fetches the schema, also after the server has canceled the monitor because the schema changed. */
  #fetchSchema(): void {
    const { rpc } = this.link;
    if (rpc === null) return;
    this.#monitored = null;
    this.#setState({ kind: "connected", remote: this.#remote, ...this.#standing });
    this.#askSchema(rpc, (schema) => {
      if (schema.ok) this.#serve(rpc, schema.value);
      else this.#leave(schema.error);
    });
  }

  #askSchema(rpc: Rpc, onSchema: (schema: Result<UntypedSchema, Unfit>) => void): void {
    rpc.request("get_schema", [this.descriptor.name], (reply) => {
      // A connection of several sessions outlives this session, and still answers.
      if (!reply.ok || this.#state.kind === "closed") return;
      const { result, error } = reply.value;
      if (error !== null) {
        const isUnknown = parseServerError(error)?.code === "unknown database";
        onSchema(err(this.#noSchema(isUnknown ? "no database" : "failed", excerpt(error, 400))));
        return;
      }
      const schema = parseDatabaseSchema(result);
      if (!schema.ok) onSchema(err(this.#noSchema("failed", schema.error)));
      else onSchema(ok(this.descriptor.exact === true ? exactSchema(schema.value) : schema.value));
    });
  }

  #noSchema(code: UnfitCode, why: string): Unfit {
    return { code, message: `the server gives no schema of ${this.descriptor.name}: ${why}` };
  }

  #serve(rpc: Rpc, served: UntypedSchema): void {
    if (!equalJson(served, this.#served)) this.monitors.forgetTransactions();
    this.#served = served;
    this.#monitored = served;
    this.#endAsking();
    const start = (conditions: Conditions | null) => {
      this.#setConditions(conditions ?? {});
      this.#monitor(rpc, served);
    };
    if (this.beforeMonitor === null) start(null);
    else {
      const report = (error: unknown) => throwLater(this.#environment, error);
      this.#endAsking = askBefore(this.beforeMonitor, this.#environment, start, report);
    }
  }

  #setConditions(conditions: Conditions): void {
    for (const [table, condition] of Object.entries(conditions)) {
      try {
        this.monitors.main.monitor.setCondition(table, condition);
      } catch (error) {
        throwLater(this.#environment, error);
      }
    }
  }

  #monitor(rpc: Rpc, served: UntypedSchema): void {
    this.monitors.start(rpc, served);
    // The server cancels no monitor for a conversion that came before it, and `_Server` may not tell of the conversion.
    this.#askSchema(rpc, (again) => {
      if (!again.ok || this.#monitored !== served || equalJson(again.value, served)) return;
      this.monitors.cancel();
      this.#setState({ kind: "connected", remote: this.#remote, ...this.#standing });
      if (this.link.rpc === rpc) this.#serve(rpc, again.value);
    });
  }

  #synced(): void {
    if (this.#state.kind === "connected")
      this.#setState({ kind: "synced", remote: this.#remote, ...this.#standing });
  }

  #notification(method: string, params: readonly unknown[]): void {
    if (this.monitors.notification(method, params) || this.server.notification(method, params)) return;
    this.locks.notification(method, params);
  }

  #down(error: ConnectionError, retryInMs: number): void {
    this.#endAsking();
    this.monitors.stop();
    this.server.stop();
    this.locks.disconnected();
    this.#setState({ kind: "disconnected", error, retryInMs });
  }

  /** Goes to another server: at once if this server has served for long, so that a change of the leader costs little. */
  #leave(error: ConnectionError): void {
    if (this.#state.kind === "synced") this.link.abandon(error);
    else this.link.leave(error, false);
  }
}
