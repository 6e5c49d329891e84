/**
 * Lines to a descriptor whose reader may be slow, stuck or gone, whose disk may be full, and which may be had only later:
 * standard error, a pipe, a socket, a file.
 *
 * Invariants: writing never waits, so a reader holds up nobody; what cannot be written yet is kept up to a bound in
 * bytes, and tried again; what is beyond that, or has nobody to read it, is dropped and counted; lines stay whole and in
 * order.
 */
import { FFIType, ptr } from "bun:ffi";
import { fstatSync, writeSync } from "node:fs";
import { messageOf } from "../result.ts";
import { openLibc } from "./libc.ts";
import { identityOfDescriptor } from "./same-file.ts";

/** Bytes that are kept of what cannot be written yet, unless the owner says another bound. */
const KEPT_BYTES = 256 << 10;
/** A pipe that poll(2) calls writable takes so much without waiting (PIPE_BUF). */
const PIECE_BYTES = 4096;
/** Milliseconds until a reader that does not keep up is looked at again. */
const TRY_AGAIN_MS = 50;
/** Milliseconds until what failed is tried again, and the most that grows to. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
/** Nobody reads any more. */
const GONE: ReadonlySet<unknown> = new Set(["EPIPE", "ECONNRESET", "ENOTCONN"]);

const POLLOUT = 4;
const SIGNATURES = {
  poll: { args: [FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
} as const;

export interface LineWriterOptions {
  readonly keptBytes?: number;
  readonly retryMs?: number;
}

export class LineWriter {
  readonly #calls = openLibc(SIGNATURES);
  readonly #keptBytes: number;
  readonly #firstRetryMs: number;
  /** Null: there is none yet. */
  #fd: number | null = null;
  #pieceBytes = PIECE_BYTES;
  /** Lines that are kept. */
  #lines: Buffer[] = [];
  /** So much of the first one is written. */
  #written = 0;
  /** What is left to write of all lines. */
  #bytes = 0;
  #dropped = 0;
  #fault: string | null = null;
  #retryMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #onDrained: (() => void) | null = null;

  /** @param fd null: it is had later (`redirect`) */
  constructor(fd: number | null, { keptBytes = KEPT_BYTES, retryMs = RETRY_MS }: LineWriterOptions = {}) {
    this.#keptBytes = keptBytes;
    this.#firstRetryMs = retryMs;
    this.#retryMs = retryMs;
    if (fd !== null) this.#useDescriptor(fd);
  }

  /** Why the last try to write failed; null: it did not. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Lines that were dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** Nothing waits to be written. */
  get isDrained(): boolean {
    return this.#bytes === 0;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    // One is taken whatever its length: mostly it is written at once.
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#keptBytes) {
      this.#dropped++;
      return;
    }
    this.#lines.push(bytes);
    this.#bytes += bytes.length;
    if (this.#timer === null) this.#flush();
  }

  /** Later lines go there, and so does what is not written yet; a line that stands elsewhere in part is written anew. */
  redirect(fd: number): void {
    if (this.#fd === null || identityOfDescriptor(fd) !== identityOfDescriptor(this.#fd)) {
      this.#bytes += this.#written;
      this.#written = 0;
    }
    this.#useDescriptor(fd);
    this.#flush();
  }

  /** Nothing more is tried; what has not been written is lost. */
  close(): void {
    this.#cancelTry();
    this.#fd = null;
    this.#lines = [];
    this.#written = 0;
    this.#bytes = 0;
  }

  /** Settles when everything has been written or cannot be, and after that many milliseconds at the latest. */
  async drained(withinMs: number): Promise<void> {
    if (this.isDrained) return;
    if (this.#fd === null || this.#fault !== null) return this.#flush();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    this.#onDrained = resolve;
    await promise;
    clearTimeout(timer);
  }

  #useDescriptor(fd: number): void {
    this.#fd = fd;
    // Of a file any piece is taken whole, or up to where the disk is full.
    this.#pieceBytes = isFile(fd) ? Number.POSITIVE_INFINITY : PIECE_BYTES;
    this.#retryMs = this.#firstRetryMs;
    this.#fault = null;
  }

  #cancelTry(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #flush(): void {
    this.#cancelTry();
    const fd = this.#fd;
    if (fd === null) return;
    for (let line = this.#lines[0]; line !== undefined; line = this.#lines[0]) {
      const written = this.#writeSome(fd, line.subarray(this.#written));
      if (typeof written !== "number") {
        const wait = written === "later" ? TRY_AGAIN_MS : this.#retryMs;
        if (written === "failed") this.#retryMs = Math.min(2 * this.#retryMs, MAX_RETRY_MS);
        this.#timer = setTimeout(() => this.#flush(), wait);
        return;
      }
      this.#bytes -= written;
      this.#written += written;
      if (this.#written < line.length) continue;
      this.#lines.shift();
      this.#written = 0;
    }
    this.#onDrained?.();
    this.#onDrained = null;
  }

  /** How many bytes were taken, or are given up. */
  #writeSome(fd: number, piece: Buffer): number | "later" | "failed" {
    if (!this.#isWritable(fd)) return "later";
    try {
      const written = writeSync(fd, piece, 0, Math.min(piece.length, this.#pieceBytes));
      this.#fault = null;
      this.#retryMs = this.#firstRetryMs;
      return written;
    } catch (thrown) {
      const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
      if (code === "EAGAIN" || code === "EINTR") return "later";
      // Node's words end with the system call.
      this.#fault = messageOf(thrown).replace(/, write$/, "");
      if (!GONE.has(code)) return "failed";
      this.#dropped++;
      return piece.length;
    }
  }

  #isWritable(fd: number): boolean {
    // struct pollfd: int fd, short events, short revents.
    const pollfd = Buffer.alloc(8);
    pollfd.writeInt32LE(fd, 0);
    pollfd.writeInt16LE(POLLOUT, 4);
    return this.#calls.poll(ptr(pollfd), 1, 0) !== 0;
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    // Standard error may be closed.
    return false;
  }
}
