/** A simulated ovsdb-server on the network: its clients, and what becomes of them when it dies. */
import { isObject, type Json, type JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Change } from "../ovsdb/database.ts";
import { SimulatedServer } from "../ovsdb/server.ts";
import type { ServerSession } from "../ovsdb/session.ts";
import type { Connection, Knowledge } from "./network.ts";
import { Standstill } from "./standstill.ts";
import type { World } from "./world.ts";

/** Whose message it is that leads to a commit. */
export interface Writer {
  readonly connection: Connection;
  readonly session: ServerSession;
  /** The request's. */
  readonly id: Json;
  readonly method: Json;
  /** What the client's process knew when it sent it. */
  readonly known: Knowledge | null;
}

export class ServerProcess {
  readonly name: string;
  readonly address: string;
  readonly #world: World;
  readonly #dirty = new Set<ServerSession>();
  readonly #clients = new Map<ServerSession, Connection>();
  #server: SimulatedServer;
  #alive = false;
  readonly #standstill: Standstill;
  /** Fills a new server with its databases. */
  readonly #serve: (server: SimulatedServer) => void;
  /**
   * A message has arrived at a client, and how many commits the server had seen when it was made. That a database has another
   * index shows none of its rows: nobody is told here of what the server says of itself.
   */
  onArrival: ((connection: Connection, commits: number, message: JsonObject) => void) | null = null;
  /** Told of every commit of a database of its own, and whose it was. */
  onCommit: ((changes: readonly Change[], by: Writer | null) => void) | null = null;
  /** What the next transaction's results are, whatever came of it; null: as they are. */
  garbled: Json = null;
  /** Whose message is being dealt with. */
  #writer: Writer | null = null;
  /** What has been committed since the history began; the number of entries is the version of the content. */
  readonly commits: (readonly Change[])[] = [];
  /** Since when it is in another cluster than before, in milliseconds and in commits; null: it never was. */
  cluster: { readonly since: number; readonly commits: number } | null = null;

  constructor(world: World, name: string, address: string, serve: (server: SimulatedServer) => void) {
    this.#world = world;
    this.#standstill = new Standstill(world.scheduler);
    this.name = name;
    this.address = address;
    this.#serve = serve;
    this.#server = this.#make();
    this.start();
  }

  get server(): SimulatedServer {
    return this.#server;
  }

  get alive(): boolean {
    return this.#alive;
  }

  start(): void {
    if (this.#alive) return;
    this.#alive = true;
    this.#world.network.listen(this.address, {
      name: this.name,
      accept: (connection) => this.#accept(connection),
    });
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#world.network.listen(this.address, null);
    this.dropClients();
    this.#dirty.clear();
    this.#server = this.#make();
  }

  dropClients(): void {
    for (const [session, connection] of [...this.#clients]) {
      this.#clients.delete(session);
      session.closed();
      connection.cut();
    }
  }

  /** It does nothing for so long. */
  halt(milliseconds: number): void {
    this.#standstill.begin(milliseconds);
  }

  #make(): SimulatedServer {
    const world = this.#world;
    const server: SimulatedServer = new SimulatedServer({
      newUuid: () => world.newUuid(),
      tellsLastFirst: world.tellsLastFirst,
      now: () => world.scheduler.now,
      timer: (ms, run) => void world.scheduler.after(ms, () => this.#server === server && run()),
      onNews: (session) => this.#news(session),
      observe: (served, changes, origin) => {
        if (served.name.startsWith("_")) return;
        this.commits.push(changes);
        this.onCommit?.(changes, this.#writer?.session === origin ? this.#writer : null);
      },
    });
    this.#serve(server);
    return server;
  }

  #accept(connection: Connection) {
    const session: ServerSession = this.#server.connect({
      send: (told, shows) => {
        const commits = this.commits.length;
        const message = this.#garble(told);
        const isAboutRows = shows?.startsWith("_") !== true;
        connection.send(message, () => {
          if (isAboutRows) this.onArrival?.(connection, commits, message);
        });
      },
      close: () => connection.cut(),
    });
    this.#clients.set(session, connection);
    return {
      receive: (message: Json, known: Knowledge | null) =>
        this.#whenRunning(() => {
          const { id = null, method = null } = isObject(message) ? message : {};
          this.#writer = { connection, session, id, method, known };
          session.receive(message);
          this.#writer = null;
        }),
      closed: () => {
        this.#clients.delete(session);
        session.closed();
      },
    };
  }

  #garble(message: JsonObject): JsonObject {
    const result = this.garbled;
    if (result === null || this.#writer?.method !== "transact" || this.#writer.id !== message.id)
      return message;
    this.garbled = null;
    return { ...message, result };
  }

  #whenRunning(run: () => void): void {
    this.#standstill.enter(() => {
      if (this.#alive) run();
    });
  }

  /** Several commits may be told as one. */
  #news(session: ServerSession): void {
    if (this.#dirty.has(session) || !this.#clients.has(session)) return;
    this.#dirty.add(session);
    const { random, scheduler } = this.#world;
    const delay = random.int(4) === 0 ? random.int(5) : 0.01;
    scheduler.after(delay, () =>
      this.#whenRunning(() => {
        this.#dirty.delete(session);
        if (this.#clients.has(session)) session.flush();
      }),
    );
  }
}
