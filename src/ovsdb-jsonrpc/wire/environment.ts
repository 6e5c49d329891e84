/**
 * What a session asks of the world around it: time, chance, and connections. Everything else follows from what comes in,
 * so that a session in a simulated environment does the same again. `realEnvironment` (real/environment.ts) is the default.
 */
import type { Remote, TlsFiles } from "./remote.ts";

/** The world of a session; every member may be another than the real one. */
export interface Environment {
  /** Milliseconds since the epoch: for people, never for decisions. */
  now(): number;
  /** Milliseconds since some moment; it never goes back. */
  elapsed(): number;
  /** Calls once, after so many milliseconds (at most 2^31 - 1); answers what keeps it from being called. */
  timer(milliseconds: number, call: () => void): () => void;
  /** Calls in a later turn of the event loop, after the bytes that wait to be read have been read. */
  turn(call: () => void): void;
  /** Calls when what runs now has returned, before anything else comes in: a microtask. */
  soon(call: () => void): void;
  /** From 0 to 1, without 1. */
  random(): number;
  /** Begins to connect, and tells of what becomes of it, never within this call. Throws nothing. */
  connect(remote: Remote, tls: TlsFiles, events: StreamEvents): Stream;
}

/** What a stream tells. */
export interface StreamEvents {
  /** Once, before any data. */
  onOpen(): void;
  /** Bytes as they came, in order. */
  onData(chunk: Uint8Array): void;
  /** Once, and nothing comes after it: the stream could not be opened, was lost, or the peer has ended it. */
  onEnd(fault: StreamFault): void;
}

/** A stream of bytes to a server and from it. */
export interface Stream {
  /** Sends the text as UTF-8, after what was written before. */
  write(text: string): void;
  /** How much was written that the network has not taken yet, in bytes or UTF-16 code units. */
  readonly unsent: number;
  /** Ends it in an orderly way; nothing is told of it any more. */
  close(): void;
}

/** Why a stream could not be opened, or has ended. */
export type StreamFaultCode =
  /** It was open and is no more, or nothing more precise is known. */
  | "disconnected"
  /** Nobody listens there: no such socket, or connection refused. */
  | "no server"
  /** No route, no such host, or no answer in time. */
  | "unreachable"
  /** The operating system does not permit it. */
  | "not permitted"
  /** A file that TLS needs is not named or cannot be read. */
  | "tls files"
  /** The TLS handshake failed: the peer's certificate, or ours. */
  | "tls";

/** The end of a stream. */
export interface StreamFault {
  readonly code: StreamFaultCode;
  readonly message: string;
}
