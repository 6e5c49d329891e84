/**
 * Questions to a server without a session: the names of its databases, `_Server` among them where the server has it, and their
 * schemas.
 */

import { err, ok, type Result } from "../result.ts";
import { parseDatabaseSchema } from "../schema/parse.ts";
import type { DatabaseSchema, DynamicTables } from "../schema/schema.ts";
import type { Environment } from "../wire/environment.ts";
import { excerpt, isArray } from "../wire/json.ts";
import { Link } from "../wire/link.ts";
import { realEnvironment } from "../wire/real/environment.ts";
import { asRemotes, type Remote, type TlsFiles } from "../wire/remote.ts";
import {
  answerLater,
  type RequestError,
  type RequestHandler,
  resultOf,
  sendRequest,
} from "../wire/request.ts";

/** Which server to ask, and for how long. */
export interface ServerOptions {
  /**
   * A comma list such as `unix:FILE,tcp:HOST:PORT`, or the list that `parseRemotes` made. Each remote is tried once, in
   * order.
   */
  readonly remotes: string | readonly Remote[];
  /** The files for TLS; `ssl:` remotes need them. */
  readonly tls?: TlsFiles;
  /** Ends the question as `canceled` when aborted. Without a signal a server that hangs is given up after 10 s. */
  readonly signal?: AbortSignal;
  /** The source of time, chance and connections, for simulations and tests. Default `realEnvironment`. */
  readonly environment?: Environment;
}

/**
 * Asks for the names of the databases, `_Server` among them; the first server that can be reached answers. Never rejects.
 * Throws for remotes that cannot be parsed, and for `ssl:` remotes without `tls`.
 */
export function listDatabases(server: ServerOptions): Promise<Result<readonly string[], RequestError>> {
  return new Promise((resolve) => {
    ask(server, "list_dbs", "[]", (reply) => resolve(databaseNames(reply)));
  });
}

/**
 * Asks for the schema of a database; the answer is a descriptor as `parseDatabaseSchema` makes one, and an error `refused`
 * where the server has no such database. Never rejects. Throws as `listDatabases` does.
 */
export function getSchema(
  server: ServerOptions,
  database: string,
): Promise<Result<DatabaseSchema<DynamicTables>, RequestError>> {
  return new Promise((resolve) => {
    ask(server, "get_schema", JSON.stringify([database]), (reply) => resolve(databaseSchema(reply)));
  });
}

export function databaseNames(reply: Parameters<RequestHandler>[0]): Result<readonly string[], RequestError> {
  const result = resultOf(reply);
  if (!result.ok) return result;
  if (isArray(result.value)) return ok(result.value.map(String));
  return err({ code: "protocol error", message: `list_dbs answers ${excerpt(result.value)}` });
}

function databaseSchema(
  reply: Parameters<RequestHandler>[0],
): Result<DatabaseSchema<DynamicTables>, RequestError> {
  const result = resultOf(reply);
  if (!result.ok) return result;
  const schema = parseDatabaseSchema(result.value);
  return schema.ok ? schema : err({ code: "protocol error", message: schema.error });
}

function ask(server: ServerOptions, method: string, params: string, onReply: RequestHandler): void {
  const remotes = asRemotes(server.remotes, server.tls);
  const { signal, environment = realEnvironment } = server;
  if (signal?.aborted === true) {
    answerLater(environment, onReply, {
      code: "canceled",
      message: "the signal was aborted before it was sent",
    });
    return;
  }
  let untried = remotes.length;
  const link = new Link(environment, { remotes, tls: server.tls, probeIntervalMs: 5000, shuffle: false });
  const conclude: RequestHandler = (reply) => {
    signal?.removeEventListener("abort", giveUp);
    link.stop();
    onReply(reply);
  };
  const giveUp = () => conclude(err({ code: "canceled", message: "the signal was aborted" }));
  signal?.addEventListener("abort", giveUp);
  link.join({
    onConnecting: () => {},
    onUp: (rpc) => sendRequest(rpc, method, params, (reply) => reply.ok && conclude(reply), undefined),
    onNotification: () => {},
    onDown: (error) => {
      if (--untried === 0) conclude(err(error));
    },
    onStop: () => {},
  });
}
