/** The `error` members of a server's replies: their words as a closed union, and the details as they came. */
import { isObject, member } from "./json.ts";

/** What ovsdb-server says (RFC 7047 section 3.1, and ovsdb-server's own sources). */
const SERVER_CODES = [
  "aborted",
  "canceled",
  "cluster error",
  "constraint violation",
  "domain error",
  "duplicate uuid",
  "duplicate uuid-name",
  "I/O error",
  "internal error",
  "not allowed",
  "not leader",
  "not owner",
  "not supported",
  "ovsdb error",
  "permission error",
  "range error",
  "referential integrity violation",
  "resources exhausted",
  "syntax error",
  "timed out",
  "unknown column",
  "unknown database",
  "unknown function",
  "unknown method",
  "unknown monitor",
  "unknown mutator",
  "unknown table",
] as const;

/** "server error": a word that is none of the others, and begins the details. */
export type ServerErrorCode = (typeof SERVER_CODES)[number] | "server error";

export interface ServerError {
  readonly code: ServerErrorCode;
  /** The server's sentence; its word for the error where it has none. */
  readonly details: string;
}

const KNOWN: ReadonlyMap<string, ServerErrorCode> = new Map(SERVER_CODES.map((code) => [code, code]));

/** Null for what is no error of a server. */
export function parseServerError(json: unknown): ServerError | null {
  const word = isObject(json) ? member(json, "error") : json;
  if (typeof word !== "string") return null;
  const said = isObject(json) ? member(json, "details") : undefined;
  const details = typeof said === "string" ? said : undefined;
  const code = KNOWN.get(word);
  if (code !== undefined) return { code, details: details ?? word };
  return { code: "server error", details: details === undefined ? word : `${word}: ${details}` };
}
