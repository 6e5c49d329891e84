/**
 * One JSON-RPC 1.0 connection (RFC 7047 section 4): requests and replies, notifications, echo in both directions, and the
 * inactivity probe.
 *
 * Messages are passed on one at a time, in the order of the stream. After a reply the next message waits until the code that awaits
 * the reply has run, so that a reply keeps its place among the updates. A broken connection is closed once, with one error, and
 * fails every request without a reply.
 */
import { err, ok, type Result } from "../result.ts";
import type { Environment, Stream, StreamFaultCode } from "./environment.ts";
import { parseExactJson } from "./exact-json.ts";
import { excerpt, isArray, isObject, type Json, jsonText } from "./json.ts";
import { type FramerLimits, JsonFramer } from "./json-framer.ts";
import type { LongObject } from "./json-outline.ts";
import { type Parse, parseJsonText } from "./json-text.ts";
import type { Tap } from "./tap.ts";

/** A reply: `error` is null when the request was carried out. */
export interface Reply {
  readonly result: unknown;
  readonly error: unknown;
}

/** Why a server that answers is unfit. */
export type UnfitCode =
  /** The server has no database of that name. */
  | "no database"
  /** The server has not joined its cluster yet, or the relay has not found its source. */
  | "not joined"
  /** The server has lost its cluster, or the relay its source. */
  | "cluster lost"
  /** The server does not lead its cluster, and `leaderOnly` asks for the leader. */
  | "not leader"
  /** The server is not in the cluster that the remotes name by `cid:`. */
  | "other cluster"
  /** The server's log is behind what the session has seen of the same cluster. */
  | "stale"
  /** The server gives an answer that no server should give. */
  | "failed";

/** Why there is no connection, or a server is unfit. */
export interface ConnectionError {
  /**
   * Why the stream ended (`StreamFaultCode`), why the server is unfit (`UnfitCode`), or one of these: "protocol error"
   * (the server sent something that is not JSON-RPC, or too much), "inactive" (the server was silent for too long), "closed"
   * (by the session's own `close`), "not configured" (the remote is no longer among the session's remotes), "reconnect" (the
   * caller asked for another connection).
   */
  readonly code:
    | StreamFaultCode
    | "protocol error"
    | "inactive"
    | "closed"
    | "not configured"
    | "reconnect"
    | UnfitCode;
  readonly message: string;
}

/** The members of a JSON-RPC message, not checked. */
type Message = Readonly<Partial<Record<"id" | "method" | "params" | "result" | "error", unknown>>>;

export interface RpcEvents {
  onNotification(method: string, params: readonly unknown[]): void;
  onClose(error: ConnectionError): void;
}

/** Gets the reply, or the error that ended the connection before the reply. */
export type ReplyHandler = (reply: Result<Reply, ConnectionError>) => void;

export interface RpcOptions {
  /**
   * Milliseconds of silence, at most 2^31 - 1, before an echo is sent, and again before the connection is given up; 0 =
   * never.
   */
  readonly probeIntervalMs: number;
  readonly limits?: FramerLimits;
  /** Called with every message. */
  readonly tap?: Tap | undefined;
  /** True: long integers keep their digits (exact-json.ts). */
  readonly exact?: boolean;
}

/** The limit on answers that the peer has not read, in UTF-16 code units. */
const MAX_UNREAD_ANSWERS = 2 ** 20;

/** The longest text of several messages, in UTF-16 code units: together they could be longer than any string of the runtime. */
const MAX_TOGETHER = 2 ** 24;

export class Rpc {
  readonly environment: Environment;
  readonly #stream: Stream;
  readonly #events: RpcEvents;
  readonly #framer: JsonFramer;
  readonly #tap: Tap | undefined;
  #parseText: Parse;
  readonly #pending = new Map<number, ReplyHandler>();
  readonly #waiting: (readonly [Uint8Array, readonly LongObject[]])[] = [];
  #outbox = "";
  #nextId = 0;
  #closed = false;
  #yielding = false;
  #probeIntervalMs: number;
  #cancelProbe = () => {};
  #lastActivity: number;
  #lastReceived: number;
  #probing = false;
  #unreadAnswers = 0;

  /** Takes over an open stream; the owner of the stream passes its data and its end on. */
  constructor(environment: Environment, stream: Stream, options: RpcOptions, events: RpcEvents) {
    this.environment = environment;
    this.#stream = stream;
    this.#events = events;
    this.#lastActivity = environment.elapsed();
    this.#lastReceived = this.#lastActivity;
    this.#framer = new JsonFramer(options.limits);
    this.#tap = options.tap;
    this.#parseText = options.exact === true ? parseExactJson : JSON.parse;
    this.#probeIntervalMs = options.probeIntervalMs;
    this.#scheduleProbe();
  }

  /** Sends a request and answers its id. `onReply` is called exactly once, in the order of the stream. */
  request(method: string, params: readonly Json[], onReply: ReplyHandler): number {
    return this.requestText(method, jsonText(params), onReply);
  }

  /** `request` for parameters that are JSON text already. */
  requestText(method: string, params: string, onReply: ReplyHandler): number {
    const id = this.#nextId++;
    if (this.#closed) {
      onReply(err({ code: "disconnected", message: "the connection is closed" }));
      return id;
    }
    this.#pending.set(id, onReply);
    this.#send(`{"id":${id},"method":"${method}","params":${params}}`);
    return id;
  }

  notify(method: string, params: readonly Json[]): void {
    this.#send(`{"id":null,"method":"${method}","params":${JSON.stringify(params)}}`);
  }

  /** The time of the last bytes, on the environment's clock; at first, the time of the connection. */
  get lastReceived(): number {
    return this.#lastReceived;
  }

  /** From the next message on, as the option `exact`. */
  keepDigits(): void {
    this.#parseText = parseExactJson;
  }

  setProbeInterval(milliseconds: number): void {
    this.#probeIntervalMs = milliseconds;
    this.#probing = false;
    this.#scheduleProbe();
  }

  /** Ends the connection for this reason; later calls do nothing. */
  close(error: ConnectionError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelProbe();
    this.#waiting.length = 0;
    this.#stream.close();
    const unanswered = [...this.#pending.values()];
    this.#pending.clear();
    for (const onReply of unanswered) onReply(err(error));
    this.#events.onClose(error);
  }

  #send(message: string): void {
    if (this.#closed) return;
    this.#tap?.sent(message);
    if (this.#outbox.length + message.length > MAX_TOGETHER) this.#flush();
    if (this.#outbox === "" && !this.#yielding) this.environment.soon(this.#flush);
    this.#outbox += message;
  }

  /** Messages of one turn go out in one write, and so do the answers to all that came in one chunk. */
  readonly #flush = (): void => {
    const messages = this.#outbox;
    this.#outbox = "";
    if (messages !== "" && !this.#closed) this.#stream.write(messages);
  };

  receive(chunk: Uint8Array): void {
    if (this.#closed) return;
    this.#lastReceived = this.environment.elapsed();
    this.#lastActivity = this.#lastReceived;
    this.#probing = false;
    const framed = this.#framer.push(chunk, this.#take);
    if (!framed.ok) this.close({ code: "protocol error", message: `the server sent ${framed.error}` });
  }

  readonly #take = (text: Uint8Array, long: readonly LongObject[]): void => {
    if (this.#yielding) this.#waiting.push([text, long]);
    else this.#dispatch(text, long);
  };

  readonly #resume = (): void => {
    this.#yielding = false;
    while (!this.#yielding) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#flush();
        return;
      }
      this.#dispatch(...next);
    }
  };

  #dispatch(text: Uint8Array, long: readonly LongObject[]): void {
    if (this.#closed) return;
    this.#tap?.received(text);
    const message = this.#parse(text, long);
    if (!isObject(message) || !(this.#call(message) || this.#reply(message))) this.#malformed(text);
  }

  /** A request or a notification; false for anything else. */
  #call({ id = null, method, params }: Message): boolean {
    if (typeof method !== "string" || !isArray(params)) return false;
    if (id === null) this.#events.onNotification(method, params);
    else if (method === "echo") this.#answer({ id, result: params, error: null });
    else this.#answer({ id, result: null, error: { error: "unknown method", details: method } });
    return true;
  }

  /** A peer that asks and does not read the answers is none that could ever be served. */
  #answer(reply: object): void {
    const text = JSON.stringify(reply);
    if (this.#stream.unsent === 0) this.#unreadAnswers = 0;
    this.#unreadAnswers += text.length;
    if (this.#unreadAnswers <= MAX_UNREAD_ANSWERS) this.#send(text);
    else this.close({ code: "protocol error", message: "the server asks and does not read the answers" });
  }

  /** A reply, also one to a request that was given up; false for anything else. */
  #reply({ id, result, error }: Message): boolean {
    if (result === undefined && error === undefined) return false;
    const onReply = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (typeof id === "number" && onReply !== undefined) {
      this.#pending.delete(id);
      onReply(ok({ result: result ?? null, error: error ?? null }));
      this.#yielding = true;
      this.environment.soon(this.#resume);
    }
    return true;
  }

  #parse(text: Uint8Array, long: readonly LongObject[]): unknown {
    try {
      return parseJsonText(text, long, this.#parseText);
    } catch {
      return undefined;
    }
  }

  #malformed(text: Uint8Array): void {
    const shown = excerpt(new TextDecoder().decode(text.subarray(0, 200)));
    this.close({
      code: "protocol error",
      message: `the server sent something that is not JSON-RPC: ${shown}`,
    });
  }

  #scheduleProbe(): void {
    this.#cancelProbe();
    if (this.#probeIntervalMs <= 0 || this.#closed) return;
    const idle = this.environment.elapsed() - this.#lastActivity;
    const wait = Math.max(this.#probeIntervalMs - idle, 1);
    this.#cancelProbe = this.environment.timer(wait, () => this.#probe());
  }

  /** A late timer proves nothing: bytes that wait to be read are read first. */
  #probe(): void {
    this.environment.turn(() => {
      if (this.#closed) return;
      const silent = this.environment.elapsed() - this.#lastActivity >= this.#probeIntervalMs;
      if (silent && this.#probing) {
        const seconds = this.#probeIntervalMs / 1000;
        this.close({ code: "inactive", message: `no answer to the inactivity probe for ${seconds} s` });
        return;
      }
      if (silent) {
        this.#lastActivity = this.environment.elapsed();
        this.#probing = true;
        this.request("echo", [], () => {});
      }
      this.#scheduleProbe();
    });
  }
}
