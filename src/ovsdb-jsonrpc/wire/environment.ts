/**
 * The environment of a session: time, chance, and connections. Everything else in a session follows from these, so that a session
 * in a simulated environment can be repeated. `realEnvironment` (real/environment.ts) is the default.
 */
import type { Remote, TlsFiles } from "./remote.ts";

/** The longest timer, in milliseconds: the runtime fires a longer timer at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The source of time, chance and connections of a session. `realEnvironment` is the real one; a simulation has its own. */
export interface Environment {
  /** The time in milliseconds since the epoch: for people, never for decisions. */
  now(): number;
  /** Milliseconds since some moment; the number never becomes smaller. */
  elapsed(): number;
  /** Calls `call` once, after so many milliseconds (at most 2^31 - 1). Answers the function that cancels the call. */
  timer(milliseconds: number, call: () => void): () => void;
  /** Calls `call` in a later turn of the event loop, after the bytes that wait to be read have been read. */
  turn(call: () => void): void;
  /** Calls `call` when the code that runs now has returned, before anything else comes in: a microtask. */
  soon(call: () => void): void;
  /** A random number from 0 to 1, without 1. */
  random(): number;
  /** Begins to connect, and tells `events` what becomes of the stream, never within this call. Throws nothing. */
  connect(remote: Remote, tls: TlsFiles, events: StreamEvents): Stream;
}

/** The functions that a stream calls. */
export interface StreamEvents {
  /** The stream is open. Called once, before any data. */
  onOpen(): void;
  /** Bytes came in. Called with all bytes of the stream, in their order. */
  onData(chunk: Uint8Array): void;
  /** The stream could not be opened, was lost, or was ended by the peer. Called once, and nothing is called after that. */
  onEnd(fault: StreamFault): void;
}

/** A stream of bytes to a server and from the server. */
export interface Stream {
  /** Sends the text as UTF-8, after what was written before. */
  write(text: string): void;
  /** How much of what was written the network has not taken yet, in bytes or UTF-16 code units. */
  readonly unsent: number;
  /** Ends the stream in an orderly way. The stream calls none of its events any more. */
  close(): void;
}

/** Why a stream could not be opened, or has ended. */
export type StreamFaultCode =
  /** The stream was open and is lost, or nothing more precise is known. */
  | "disconnected"
  /** Nobody listens at the remote: there is no such socket, or the connection was refused. */
  | "no server"
  /** No route, no such host, or no answer in time. */
  | "unreachable"
  /** The operating system does not permit it. */
  | "not permitted"
  /** A file that TLS needs is not named or cannot be read. */
  | "tls files"
  /** TLS failed: the peer's certificate or ours was refused, or the peer does not speak TLS as we do. */
  | "tls";

/** Why a stream could not be opened, or has ended: a code to decide by, and a sentence for people. */
export interface StreamFault {
  readonly code: StreamFaultCode;
  readonly message: string;
}
