/**
 * A simulated ovsdb-server: its databases with `_Server` among them, its locks and its clients. It lives in memory and in
 * the time of who made it; test/simulation/ovsdb-server.test.ts holds it to the real one.
 */
import type { Json, JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { type Change, Database, type Row, type Uuid } from "./database.ts";
import type { Datum } from "./datum.ts";
import { LockQueues } from "./locks.ts";
import type { MonitorMethod } from "./monitor.ts";
import { parseSchema, type Schema } from "./schema.ts";
import { ServedDatabase, type ServedOptions, type Storage } from "./served-database.ts";
import { type Host, type Peer, ServerSession } from "./session.ts";

export interface SimulatedServerOptions extends Pick<ServedOptions, "newUuid" | "now" | "timer" | "observe"> {
  /** The monitor methods that it knows; all three unless given. */
  readonly methods?: readonly MonitorMethod[];
  /** There is something to tell this client: `flush` is to be called, at once or when its connection has room. */
  readonly onNews: (session: ServerSession) => void;
  /** Of a client's monitors the last one tells first: a real server tells of them in an order of its own. */
  readonly tellsLastFirst?: boolean;
}

/** What `_Server` says of a database (ovsdb-server(5)). */
export interface Status {
  readonly connected: boolean;
  readonly leader: boolean;
  readonly cid: Uuid | null;
  readonly sid: Uuid | null;
  readonly index: number | null;
  /** Null while it is not known. */
  readonly schema: Schema | null;
}

export class SimulatedServer implements Host {
  readonly locks = new LockQueues<ServerSession>();
  readonly methods: ReadonlySet<MonitorMethod>;
  readonly id: Uuid;
  readonly #options: SimulatedServerOptions;
  readonly #served = new Map<string, ServedDatabase>();
  readonly #sessions = new Set<ServerSession>();
  readonly #self: ServedDatabase;

  constructor(options: SimulatedServerOptions) {
    this.#options = options;
    this.methods = new Set(options.methods ?? ["monitor", "monitor_cond", "monitor_cond_since"]);
    this.id = options.newUuid();
    this.#self = this.#serve(new Database(SERVER_SCHEMA), null);
    this.setStatus("_Server", "standalone", standaloneStatus(SERVER_SCHEMA));
  }

  now(): number {
    return this.#options.now();
  }

  get tellsLastFirst(): boolean {
    return this.#options.tellsLastFirst === true;
  }

  /** Serves a database; without a storage it is standalone, and commits at once. */
  add(database: Database, storage: Storage | null = null): ServedDatabase {
    const served = this.#serve(database, storage);
    if (storage === null) this.setStatus(served.name, "standalone", standaloneStatus(database.schema));
    return served;
  }

  #serve(database: Database, storage: Storage | null): ServedDatabase {
    const served = new ServedDatabase(database, storage, {
      ...this.#options,
      onCommit: (from, changes, transaction) => this.#tell(from, changes, transaction),
    });
    this.#served.set(served.name, served);
    return served;
  }

  /** The database with another schema and its content, as after `convert`: its monitors are no more. */
  convert(database: Database): void {
    const { name } = database.schema;
    const before = this.#served.get(name);
    if (before === undefined) throw new RangeError(`no database ${name}`);
    const { model } = before.storage;
    const after = this.#serve(database, model === "standalone" ? null : before.storage);
    for (const session of [...this.#sessions]) session.databaseChanged(before);
    before.replaced();
    if (model === "standalone") this.setStatus(after.name, model, standaloneStatus(database.schema));
  }

  database(name: string): ServedDatabase | undefined {
    return this.#served.get(name);
  }

  served(): readonly ServedDatabase[] {
    return [...this.#served.values()];
  }

  connect(peer: Peer): ServerSession {
    const session = new ServerSession(this, peer);
    this.#sessions.add(session);
    return session;
  }

  forget(session: ServerSession): void {
    this.#sessions.delete(session);
  }

  /** Says in `_Server` how it is with a database. */
  setStatus(name: string, model: string, status: Status): void {
    const table = DATABASE_TABLE;
    const rows = this.#self.database.rows(table);
    const [uuid = this.#options.newUuid()] = [...rows].find(([, row]) => row.name?.keys[0] === name) ?? [];
    const row: Row = {
      _uuid: set(uuid),
      _version: set(this.#options.newUuid()),
      name: set(name),
      model: set(model),
      connected: set(status.connected),
      leader: set(status.leader),
      schema: set(status.schema === null ? null : status.schema.text),
      cid: set(status.cid),
      sid: set(status.sid),
      index: set(status.index),
    };
    this.#self.commit([{ table, uuid, now: row }], uuid);
  }

  #tell(served: ServedDatabase, changes: readonly Change[], transaction: Uuid): void {
    for (const session of this.#sessions) {
      session.note(served, changes, transaction);
      this.#options.onNews(session);
    }
  }
}

export function standaloneStatus(schema: Schema): Status {
  return { connected: true, leader: true, cid: null, sid: null, index: null, schema };
}

function set(atom: string | number | boolean | null): Datum {
  return { keys: atom === null ? [] : [atom], values: null };
}

const OPTIONAL = (type: Json): JsonObject => ({ type: { key: type, min: 0, max: 1 } });

const SERVER_SCHEMA = parseSchema({
  name: "_Server",
  version: "1.2.0",
  tables: {
    Database: {
      isRoot: true,
      columns: {
        name: { type: "string" },
        model: {
          type: { key: { type: "string", enum: ["set", ["standalone", "clustered", "relay"]] } },
        },
        connected: { type: "boolean" },
        leader: { type: "boolean" },
        schema: OPTIONAL("string"),
        cid: OPTIONAL("uuid"),
        sid: OPTIONAL("uuid"),
        index: OPTIONAL("integer"),
      },
    },
  },
});

const DATABASE_TABLE = tableOf(SERVER_SCHEMA, "Database");

function tableOf(schema: Schema, name: string) {
  const table = schema.tables.get(name);
  if (table === undefined) throw new RangeError(`no table ${name}`);
  return table;
}
