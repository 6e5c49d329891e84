/**
 * The `_Server` database (ovsdb-server(5)): what a server says of the database we are after, and whether it is fit
 * to serve us.
 */

import type { Row } from "./replica.ts";
import { err, ok, type Result } from "./result.ts";
import type { UntypedSchema } from "./schema.ts";

const STRING = { key: { type: "string" }, min: 1, max: 1 } as const;
const BOOLEAN = { key: { type: "boolean" }, min: 1, max: 1 } as const;

export const SERVER_DATABASE: UntypedSchema = {
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

export const SERVER_SELECTION = {
  Database: ["name", "model", "connected", "leader", "schema", "index"],
} as const;

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
