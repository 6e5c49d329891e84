/**
 * Watches the `_Server` database (ovsdb-server(5)) of a connection, and judges whether the server is fit to serve our database. A
 * server without `_Server`, older than Open vSwitch 2.9, is always fit.
 *
 * Invariant: the index of a log is compared only with an index of the same cluster (`cid`). The index of another cluster says
 * nothing about this one, and is forgotten when this cluster serves us.
 */

import { err, ok, type Result } from "../result.ts";
import { parseDatabaseSchema } from "../schema/parse.ts";
import type { Row, UntypedSchema } from "../schema/schema.ts";
import { isUuid, type Uuid } from "../schema/uuid.ts";
import type { ConnectionError, Rpc, UnfitCode } from "../wire/rpc.ts";
import { Monitor } from "./monitor.ts";

const STRING = { type: "string" } as const;
const BOOLEAN = { type: "boolean" } as const;
const ONE = { min: 1, max: 1 } as const;
const AT_MOST_ONE = { min: 0, max: 1 } as const;

const DATABASE_COLUMNS = {
  name: { key: STRING, ...ONE },
  model: { key: STRING, ...ONE },
  connected: { key: BOOLEAN, ...ONE },
  leader: { key: BOOLEAN, ...ONE },
  schema: { key: STRING, ...AT_MOST_ONE },
  cid: { key: { type: "uuid" }, ...AT_MOST_ONE },
  index: { key: { type: "integer" }, ...AT_MOST_ONE },
} as const;

const SERVER_DATABASE: UntypedSchema = {
  name: "_Server",
  version: "1.2.0",
  tables: { Database: { columns: DATABASE_COLUMNS } },
};

export interface ServerStatus {
  /** Whether the server leads its cluster; null: the database is not clustered. */
  readonly leader: boolean | null;
  /** The id of the cluster; null: the database is not clustered. */
  readonly cid: Uuid | null;
  /** The index of the raft log; null: the database is not clustered. */
  readonly index: number | null;
}

/** The highest known index of a cluster's log. */
export interface SeenIndex {
  readonly cid: Uuid | null;
  readonly index: number;
}

/** Why a server is unfit. */
export interface Unfit extends ConnectionError {
  readonly code: UnfitCode;
}

export interface ServerRequirements {
  readonly leaderOnly: boolean;
  /** A server of the same cluster with a smaller index is stale; null: no index is known. */
  readonly seen: SeenIndex | null;
  /** The required cluster; null: any. */
  readonly cid?: string | null;
}

const STANDALONE: ServerStatus = { leader: null, cid: null, index: null };

/** Judges the server by its row of the database; the error says why it is unfit. */
export function judgeServer(
  rows: Iterable<Row>,
  database: string,
  { leaderOnly, seen, cid: wanted = null }: ServerRequirements,
): Result<ServerStatus, Unfit> {
  const row = [...rows].find((candidate) => candidate.name === database);
  if (row === undefined) return unfit("no database", `the server has no database ${database}`);
  const model = row.model;
  if (wanted !== null && row.cid !== wanted)
    return unfit("other cluster", `the server is in cluster ${row.cid ?? "(none)"}, not in ${wanted}`);
  const leader = row.leader === true;
  if (model === "clustered") {
    const index = typeof row.index === "number" ? row.index : 0;
    const cid = isUuid(row.cid) ? row.cid : null;
    if (row.schema === null) return unfit("not joined", "the server has not joined its cluster yet");
    if (row.connected !== true) return unfit("cluster lost", "the server has lost its cluster");
    if (leaderOnly && !leader) return unfit("not leader", "the server is not the leader of its cluster");
    if (seen !== null && seen.cid === cid && index < seen.index)
      return unfit("stale", `the server's data is stale: index ${index}, but ${seen.index} was seen`);
    return ok({ leader, cid, index });
  }
  if (model === "relay") {
    if (row.schema === null) return unfit("not joined", "the relay has not connected to its source yet");
    if (row.connected !== true) return unfit("cluster lost", "the relay has lost its source");
    if (leaderOnly) return unfit("not leader", "a relay is never the leader");
  }
  return ok(STANDALONE);
}

function unfit(code: UnfitCode, message: string): Result<ServerStatus, Unfit> {
  return err({ code, message });
}

export interface ServerWatchEvents {
  /** Called when the server is fit; once for each `start`. */
  onFit(status: ServerStatus): void;
  /** Called when the status of a fit server changes. */
  onStatus(status: ServerStatus): void;
  onUnfit(error: Unfit): void;
}

export class ServerWatch {
  readonly #database: string;
  readonly #leaderOnly: boolean;
  readonly #events: ServerWatchEvents;
  readonly #cid: () => string | null;
  /** Unique on the connection: each session has its own monitor of `_Server`, and a session may be with `_Server` itself. */
  readonly #monitorId: string;
  #seen: SeenIndex | null = null;
  /** The connection whose server is judged; null: none. */
  #rpc: Rpc | null = null;
  #monitor: Monitor | null = null;
  #fit = false;

  /**
   * @param cid the required cluster; null: any
   * @param suffix distinguishes this session from others on the same connection
   */
  constructor(
    database: string,
    leaderOnly: boolean,
    cid: () => string | null,
    suffix: string,
    events: ServerWatchEvents,
  ) {
    this.#database = database;
    this.#leaderOnly = leaderOnly;
    this.#cid = cid;
    this.#monitorId = `server-watch${suffix}`;
    this.#events = events;
  }

  /** Judges the server of this connection, until `stop`. */
  start(rpc: Rpc): void {
    this.stop();
    this.#rpc = rpc;
    rpc.request("set_db_change_aware", [true], () => {});
    rpc.request("get_schema", [SERVER_DATABASE.name], (reply) => {
      if (!reply.ok || this.#rpc !== rpc) return;
      const { result, error } = reply.value;
      const schema = error === null ? parseDatabaseSchema(result) : null;
      if (schema?.ok === true) this.#watch(rpc, schema.value);
      else this.#events.onFit(STANDALONE);
    });
  }

  stop(): void {
    this.#rpc = null;
    this.#monitor?.stop();
    this.#monitor = null;
    this.#fit = false;
  }

  /** Stops, on a connection that stays open. */
  cancel(): void {
    this.#monitor?.cancel();
    this.stop();
  }

  /** Accepts a server with a smaller index than the known one, as after a restore from a backup. */
  forgetIndex(): void {
    this.#seen = null;
  }

  notification(method: string, params: readonly unknown[]): boolean {
    return this.#monitor?.notification(method, params) === true;
  }

  #watch(rpc: Rpc, schema: UntypedSchema): void {
    const monitor = new Monitor(
      SERVER_DATABASE,
      { Database: Object.keys(DATABASE_COLUMNS) },
      { Database: [["name", "==", this.#database]] },
      {
        onBatch: () => this.#judge(monitor.replica.rows("Database").values()),
        onRequested: () => {},
        onAcknowledged: () => {},
        onRefused: () => {},
        onCanceled: () => this.start(rpc),
        onFailed: (message) => this.#events.onUnfit({ code: "failed", message }),
      },
      this.#monitorId,
    );
    this.#monitor = monitor;
    monitor.start(rpc, schema);
  }

  #judge(rows: Iterable<Row>): void {
    const verdict = judgeServer(rows, this.#database, {
      leaderOnly: this.#leaderOnly,
      seen: this.#seen,
      cid: this.#cid(),
    });
    if (!verdict.ok) {
      this.#events.onUnfit(verdict.error);
      return;
    }
    const { cid, index } = verdict.value;
    // The index is not smaller than the known one: otherwise the server would be stale, or of another cluster.
    if (index !== null) this.#seen = { cid, index };
    if (this.#fit) this.#events.onStatus(verdict.value);
    else {
      this.#fit = true;
      this.#events.onFit(verdict.value);
    }
  }
}
