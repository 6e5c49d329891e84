/** HTTP/1.1 answers as bytes: a head and the body. */
import { STATUS_CODES } from "node:http";
import type { Reply } from "../serve/listener.ts";

export const TEXT = "text/plain; charset=utf-8";

export interface HttpResponse {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream after the body, until the client leaves; then the length of the answer is not known. */
  readonly stream?: Reply["stream"];
}

export function text(status: number, body: string): HttpResponse {
  return { status, type: TEXT, body };
}

/** The largest body that is sent with the head in one piece, in bytes: a copy costs less than a second write. */
const SMALL_BODY = 16 << 10;

/** @param isHead true: only the head is sent, with the length of the body */
export function encodeResponse(
  { status, type, body, headers = {}, stream }: HttpResponse,
  { isHead, keepAlive }: { readonly isHead: boolean; readonly keepAlive: boolean },
): readonly Uint8Array[] {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const fields = {
    date: new Date().toUTCString(),
    "content-type": type,
    ...(stream === undefined ? { "content-length": String(bytes.length) } : {}),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    ...headers,
    ...(keepAlive && stream === undefined ? {} : { connection: "close" }),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n`);
  if (isHead) return [head];
  return bytes.length <= SMALL_BODY ? [Buffer.concat([head, bytes])] : [head, bytes];
}
