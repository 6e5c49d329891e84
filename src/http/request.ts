/**
 * HTTP/1.1 requests (RFC 9112) for a read-only listener: no request has a body.
 *
 * Invariant: the memory holds at most the head of a request and the rest of its last chunk.
 */
import type { Conversation } from "../serve/listener.ts";

/** The limit on a request line with its header fields, in bytes; a browser sends some hundreds. */
const MAX_HEAD_BYTES = 16 << 10;

export interface HttpRequest {
  readonly method: string;
  /** The path as it was sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The name in the Host field, without the port; null: none. */
  readonly host: string | null;
  /** True: the connection goes on after the answer. */
  readonly keepAlive: boolean;
  /** Why the request is faulty; null: it is not. */
  readonly fault: RequestFault | null;
}

/** The status code of the answer. */
export type RequestFault = 400 | 413 | 431 | 505;

const NOTHING = Buffer.alloc(0);

export class HttpConversation implements Conversation<HttpRequest> {
  #bytes: Buffer = NOTHING;
  /** True: a request was faulty, so the rest of the stream cannot be parsed. */
  #isOver = false;

  push(chunk: Uint8Array): string | null {
    if (!this.#isOver)
      this.#bytes = this.#bytes.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#bytes, chunk]);
    return null;
  }

  take(): HttpRequest | null {
    if (this.#isOver) return null;
    const end = headEnd(this.#bytes);
    if (end === null) return this.#bytes.length > MAX_HEAD_BYTES ? this.#fault(431) : null;
    if (end > MAX_HEAD_BYTES) return this.#fault(431);
    const head = this.#bytes.toString("latin1", 0, end);
    this.#bytes = this.#bytes.subarray(end);
    const request = parseHead(head);
    if (request.fault !== null) this.#fault(request.fault);
    return request;
  }

  #fault(fault: RequestFault): HttpRequest {
    this.#isOver = true;
    this.#bytes = NOTHING;
    return faulty(fault);
  }
}

/** The offset after the empty line that ends the head; null: the head is not complete. */
function headEnd(bytes: Buffer): number | null {
  const crlf = bytes.indexOf("\r\n\r\n", 0, "latin1");
  return crlf < 0 ? null : crlf + 4;
}

function faulty(fault: RequestFault): HttpRequest {
  return { method: "", path: "", query: new URLSearchParams(), host: null, keepAlive: false, fault };
}

/** Fields that name the host of a request, or its end: a request may have each once. */
const ONCE: ReadonlySet<string> = new Set(["host", "content-length", "transfer-encoding"]);

function parseHead(head: string): HttpRequest {
  // An empty line before a request is to be ignored (RFC 9112, section 2.2).
  const [line = "", ...lines] = head.replace(/^(\r\n)+/, "").split("\r\n");
  const words = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/(\d)\.(\d)$/.exec(line);
  if (words === null) return faulty(400);
  const [, method = "", target = "", major, minor] = words;
  if (major !== "1") return faulty(505);
  const fields = new Map<string, string>();
  for (const each of lines) {
    if (each === "") continue;
    const field = headerField(each);
    if (field === null) return faulty(400);
    // Two such fields could mean different things to two readers.
    if (ONCE.has(field.name) && fields.has(field.name)) return faulty(400);
    fields.set(field.name, field.value);
  }
  const host = fields.get("host");
  // RFC 9112, section 3.2: an HTTP/1.1 request has one.
  if (host === undefined && minor !== "0") return faulty(400);
  const hasBody = fields.has("transfer-encoding") || (fields.get("content-length") ?? "0") !== "0";
  if (hasBody) return faulty(413);
  const connection = (fields.get("connection") ?? "").toLowerCase();
  const keepAlive = minor === "0" ? connection.includes("keep-alive") : !connection.includes("close");
  // RFC 9112, section 3.2.2: a host in the target beats the Host field.
  const named = /^https?:\/\/([^/?#]*)/i.exec(target)?.[1] ?? host;
  const [path = "", query = ""] = pathOf(target).split("?", 2);
  return { method, path, query: new URLSearchParams(query), host: hostName(named), keepAlive, fault: null };
}

/**
 * A header field out of its line (RFC 9112, section 5), with its name in small letters; null: the line is none. The time grows
 * with the length of the line, whatever the line holds: a pattern for the blanks at the end would try each run of blanks anew.
 */
export function headerField(line: string): { readonly name: string; readonly value: string } | null {
  const [, name, rest] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/.exec(line) ?? [];
  if (name === undefined || rest === undefined) return null;
  let [start, end] = [0, rest.length];
  while (start < end && isBlank(rest, start)) start++;
  while (end > start && isBlank(rest, end - 1)) end--;
  return { name: name.toLowerCase(), value: rest.slice(start, end) };
}

/** Only a space and a tab are blanks around a value (RFC 9110, section 5.6.3). */
function isBlank(text: string, at: number): boolean {
  return text[at] === " " || text[at] === "\t";
}

/** The path of a target, which may be a whole URL, as for a proxy. */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, "").replace(/#.*$/, "") || "/";
}

function hostName(field: string | undefined): string | null {
  if (field === undefined) return null;
  return field
    .replace(/:\d*$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
}
