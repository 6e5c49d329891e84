/**
 * What a server does for one client: takes its requests, and tells it what its monitors show before anything else is
 * said, as ovsdb-server does (RFC 7047 section 4, ovsdb-server(7)).
 */
import { isArray, isObject, type Json, type JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Change, Uuid } from "./database.ts";
import type { LockQueues } from "./locks.ts";
import { Monitor, type MonitorMethod } from "./monitor.ts";
import { isId, isUuidText, Refusal, syntaxError } from "./notation.ts";
import { ZERO } from "./schema.ts";
import type { Client, ServedDatabase } from "./served-database.ts";

/** The way back to the client. */
export interface Peer {
  /** @param shows the database whose changes the message tells; undefined: it is no monitor's */
  send(message: JsonObject, shows?: string): void;
  /** The server ends the connection. */
  close(): void;
}

/** The server that a session belongs to. */
export interface Host {
  readonly id: Uuid;
  readonly methods: ReadonlySet<MonitorMethod>;
  readonly locks: LockQueues<ServerSession>;
  /** Of a client's monitors the last one tells first. */
  readonly tellsLastFirst: boolean;
  /** Milliseconds. */
  now(): number;
  served(): readonly ServedDatabase[];
  database(name: string): ServedDatabase | undefined;
  forget(session: ServerSession): void;
}

export class ServerSession implements Client {
  readonly #server: Host;
  readonly #peer: Peer;
  readonly #monitors = new Map<string, { readonly monitor: Monitor; readonly served: ServedDatabase }>();
  #isChangeAware = false;
  #closed = false;

  constructor(server: Host, peer: Peer) {
    this.#server = server;
    this.#peer = peer;
  }

  receive(message: Json): void {
    if (this.#closed) return;
    this.flush();
    if (!isObject(message)) {
      this.#end();
      return;
    }
    const { id, method } = message;
    const params = isArray(message.params) ? message.params : [];
    if (typeof method !== "string") return;
    if (id === null || id === undefined) this.#notified(method, params);
    else this.#requested(id, method, params);
  }

  #notified(method: string, params: readonly Json[]): void {
    const [id] = params;
    if (method !== "cancel" || id === undefined) return;
    const canceled = this.#server.served().some((served) => served.cancel(this, id));
    // A client that does not know of databases that come and go is not answered at all.
    if (canceled && this.#isChangeAware) this.canceled(id);
  }

  #requested(id: Json, method: string, params: readonly Json[]): void {
    try {
      if (method === "transact") {
        const served = this.#served(params);
        served.submit({ session: this, id, params, created: this.#server.now() });
        return;
      }
      this.reply(id, this.#answer(method, params));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#send({ id, error: WORDS.has(error.code) ? error.code : error.json });
    }
  }

  #answer(method: string, params: readonly Json[]): Json {
    switch (method) {
      case "echo":
        return params;
      case "list_dbs":
        return this.#server.served().map(({ name }) => name);
      case "get_schema":
        return this.#served(params).database.schema.json;
      case "get_server_id":
        return this.#server.id;
      case "set_db_change_aware":
        if (typeof params[0] !== "boolean" || params.length !== 1)
          throw syntaxError("a boolean was expected");
        this.#isChangeAware = params[0];
        return {};
      case "monitor":
      case "monitor_cond":
      case "monitor_cond_since":
        if (!this.#server.methods.has(method)) break;
        return this.#monitor(method, params);
      case "monitor_cond_change":
        return this.#changeConditions(params);
      case "monitor_cancel":
        if (!this.#monitors.delete(JSON.stringify(params[0] ?? null))) throw new Refusal(UNKNOWN_MONITOR, "");
        return {};
      case "lock":
      case "steal":
        return this.#lock(method, params);
      case "unlock":
        return this.#unlock(params);
    }
    throw new Refusal(UNKNOWN_METHOD, "");
  }

  #served([name]: readonly Json[]): ServedDatabase {
    if (typeof name !== "string") throw syntaxError("the name of a database is missing");
    const served = this.#server.database(name);
    if (served === undefined) throw new Refusal("unknown database", name);
    return served;
  }

  #monitor(method: MonitorMethod, params: readonly Json[]): Json {
    const served = this.#served(params);
    const [, id = null, requests, since] = params;
    const expected = { monitor: params.length, monitor_cond: 3, monitor_cond_since: 4 }[method];
    if (params.length !== expected) throw syntaxError("too many parameters, or too few");
    const key = JSON.stringify(id);
    if (this.#monitors.has(key)) throw syntaxError("a monitor has this id");
    const monitor = new Monitor(method, served.database, id, requests);
    monitor.last = served.lastTransaction;
    if (method !== "monitor_cond_since") {
      this.#monitors.set(key, { monitor, served });
      return monitor.initial();
    }
    if (typeof since !== "string" || !isUuidText(since)) throw syntaxError("the last transaction is a uuid");
    const missed = since === ZERO ? null : served.changesAfter(since);
    this.#monitors.set(key, { monitor, served });
    if (missed === null) return [false, served.lastTransaction, monitor.initial()];
    for (const changes of missed) monitor.note(changes, served.lastTransaction);
    return [true, served.lastTransaction, monitor.pendingUpdates()];
  }

  #changeConditions([id = null, next = null, requests, ...more]: readonly Json[]): Json {
    const key = JSON.stringify(id);
    const found = this.#monitors.get(key);
    if (requests === undefined || more.length > 0) throw syntaxError("three parameters were expected");
    if (found === undefined) throw syntaxError("no such monitor");
    const renamed = JSON.stringify(next);
    if (renamed !== key && this.#monitors.has(renamed)) throw syntaxError("a monitor has this id");
    const notification = found.monitor.changeConditions(next, requests);
    this.#monitors.delete(key);
    this.#monitors.set(renamed, found);
    if (notification !== null) this.#peer.send(notification, found.served.name);
    return {};
  }

  #lock(method: "lock" | "steal", [name]: readonly Json[]): Json {
    if (!isId(name)) throw syntaxError("a lock has an id");
    const { locks } = this.#server;
    if (locks.hasAsked(this, name)) throw syntaxError("unlock comes first");
    if (method === "lock") return { locked: locks.lock(this, name) };
    locks.steal(this, name)?.notify("stolen", [name]);
    return { locked: true };
  }

  #unlock([name]: readonly Json[]): Json {
    if (!isId(name)) throw syntaxError("a lock has an id");
    const { locks } = this.#server;
    if (!locks.hasAsked(this, name)) throw syntaxError("lock comes first");
    locks.unlock(this, name)?.notify("locked", [name]);
    return {};
  }

  holds(lock: string): boolean {
    return this.#server.locks.holds(this, lock);
  }

  /** Takes what was committed; it is told with the next `flush`. */
  note(served: ServedDatabase, changes: readonly Change[], transaction: Uuid): void {
    for (const one of this.#monitors.values())
      if (one.served === served) one.monitor.note(changes, transaction);
  }

  /** Tells what the monitors show of what has been committed since. */
  flush(): void {
    const monitors = [...this.#monitors.values()];
    if (this.#server.tellsLastFirst) monitors.reverse();
    for (const { monitor, served } of monitors) {
      const notification = monitor.flush();
      if (notification !== null) this.#peer.send(notification, served.name);
    }
  }

  reply(id: Json, result: Json): void {
    this.#send({ id, result, error: null });
  }

  canceled(id: Json): void {
    this.#send({ id, error: "canceled" });
  }

  notify(method: string, params: readonly Json[]): void {
    this.#send({ id: null, method, params });
  }

  #send(message: JsonObject): void {
    if (this.#closed) return;
    this.flush();
    this.#peer.send(message);
  }

  /** The database has another schema, or is gone: its monitors are no more, or for a client that cannot know that, nothing. */
  databaseChanged(served: ServedDatabase): void {
    if (!this.#isChangeAware) {
      this.#end();
      return;
    }
    for (const [key, { monitor, served: other }] of [...this.#monitors]) {
      if (other !== served) continue;
      this.#monitors.delete(key);
      this.#peer.send({ id: null, method: "monitor_canceled", params: [monitor.id] });
    }
  }

  #end(): void {
    this.closed();
    this.#peer.close();
  }

  /** The connection is gone. */
  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#monitors.clear();
    for (const served of this.#server.served()) served.forget(this);
    this.#server.forget(this);
    const { locks } = this.#server;
    for (const name of locks.asked(this)) locks.unlock(this, name)?.notify("locked", [name]);
  }
}

const UNKNOWN_METHOD = "unknown method";
const UNKNOWN_MONITOR = "unknown monitor";
/** Errors that are told as a word, and not as an object. */
const WORDS: ReadonlySet<string> = new Set([UNKNOWN_METHOD, UNKNOWN_MONITOR]);
