/**
 * Watches the `_Server` database (ovsdb-server(5)) of a connection: what the server says of the database we are
 * after, and whether it is fit to serve us. A server without one, older than Open vSwitch 2.9, is taken as it is.
 */
import { Monitor } from "./monitor.ts";
import { err, ok, type Result } from "./result.ts";
import type { Rpc } from "./rpc.ts";
import { parseDatabaseSchema, type Row, type UntypedSchema } from "./schema.ts";

const STRING = { key: { type: "string" }, min: 1, max: 1 } as const;
const BOOLEAN = { key: { type: "boolean" }, min: 1, max: 1 } as const;

const SERVER_DATABASE: UntypedSchema = {
  name: "_Server",
  version: "1.2.0",
  tables: {
    Database: {
      columns: {
        name: STRING,
        model: STRING,
        connected: BOOLEAN,
        leader: BOOLEAN,
        schema: { key: { type: "string" }, min: 0, max: 1 },
        index: { key: { type: "integer" }, min: 0, max: 1 },
      },
    },
  },
};

const SERVER_SELECTION = {
  Database: ["name", "model", "connected", "leader", "schema", "index"],
} as const;

/** On a connection whose session is with `_Server` itself there are two monitors of it. */
const MONITOR_ID = "server-watch";

export interface ServerStatus {
  /** Whether the server leads its cluster; null when the database is not clustered. */
  readonly leader: boolean | null;
  /** The raft log's index; null when the database is not clustered. */
  readonly index: number | null;
}

export interface ServerRequirements {
  readonly leaderOnly: boolean;
  /** The highest index seen on any server: one that is behind it has stale data. */
  readonly minIndex: number;
}

/** Judges the server by its row of the database; the error says why it is unfit. */
export function judgeServer(
  rows: Iterable<Row>,
  database: string,
  { leaderOnly, minIndex }: ServerRequirements,
): Result<ServerStatus, string> {
  const row = [...rows].find((candidate) => candidate.name === database);
  if (row === undefined) return err(`the server has no database ${database}`);
  const model = row.model;
  const leader = row.leader === true;
  const index = typeof row.index === "number" ? row.index : 0;
  if (model === "clustered") {
    if (row.schema === null) return err("the server has not joined its cluster yet");
    if (row.connected !== true) return err("the server has lost its cluster");
    if (leaderOnly && !leader) return err("the server is not the leader of its cluster");
    if (index < minIndex) return err(`the server's data is stale: index ${index}, but ${minIndex} was seen`);
    return ok({ leader, index });
  }
  if (model === "relay") {
    if (row.schema === null) return err("the relay has not connected to its source yet");
    if (row.connected !== true) return err("the relay has lost its source");
    if (leaderOnly) return err("a relay is never the leader");
  }
  return ok({ leader: null, index: null });
}

export interface ServerWatchEvents {
  /** The server is fit; once per `start`. */
  onFit(status: ServerStatus): void;
  /** What a fit server says of itself has changed. */
  onStatus(status: ServerStatus): void;
  onUnfit(reason: string): void;
}

export class ServerWatch {
  readonly #database: string;
  readonly #leaderOnly: boolean;
  readonly #events: ServerWatchEvents;
  #minIndex = 0;
  #monitor: Monitor | null = null;
  #fit = false;

  constructor(database: string, leaderOnly: boolean, events: ServerWatchEvents) {
    this.#database = database;
    this.#leaderOnly = leaderOnly;
    this.#events = events;
  }

  /** Judges the server behind this connection, now and until it is stopped. */
  start(rpc: Rpc): void {
    this.stop();
    rpc.request("set_db_change_aware", [true], () => {});
    rpc.request("get_schema", [SERVER_DATABASE.name], (reply) => {
      if (!reply.ok) return;
      const { result, error } = reply.value;
      const schema = error === null ? parseDatabaseSchema(result) : null;
      if (schema?.ok === true) this.#watch(rpc, schema.value);
      else this.#events.onFit({ leader: null, index: null });
    });
  }

  stop(): void {
    this.#monitor?.stop();
    this.#monitor = null;
    this.#fit = false;
  }

  /** Accepts a server whose log is shorter than one seen before, as after a restore from a backup. */
  forgetIndex(): void {
    this.#minIndex = 0;
  }

  notification(method: string, params: readonly unknown[]): boolean {
    return this.#monitor?.notification(method, params) === true;
  }

  #watch(rpc: Rpc, schema: UntypedSchema): void {
    const monitor = new Monitor(
      SERVER_DATABASE,
      SERVER_SELECTION,
      {},
      { Database: [["name", "==", this.#database]] },
      {
        onBatch: () => this.#judge(monitor.replica.rows("Database").values()),
        onRequested: () => {},
        onAcknowledged: () => {},
        onRefused: () => {},
        onCanceled: () => this.start(rpc),
        onFailed: (reason) => this.#events.onUnfit(reason),
      },
      MONITOR_ID,
    );
    this.#monitor = monitor;
    monitor.start(rpc, schema);
  }

  #judge(rows: Iterable<Row>): void {
    const verdict = judgeServer(rows, this.#database, {
      leaderOnly: this.#leaderOnly,
      minIndex: this.#minIndex,
    });
    if (!verdict.ok) {
      this.#events.onUnfit(verdict.error);
      return;
    }
    this.#minIndex = Math.max(this.#minIndex, verdict.value.index ?? 0);
    if (this.#fit) this.#events.onStatus(verdict.value);
    else {
      this.#fit = true;
      this.#events.onFit(verdict.value);
    }
  }
}
