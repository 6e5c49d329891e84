/**
 * Writes lines to standard error, a pipe, a socket or a file. The reader may be slow, stuck or gone, the disk may be full, and the
 * descriptor may come later.
 *
 * Invariants: a write never waits, so no reader delays the process. Lines that cannot be written yet are kept, up to a bound in
 * bytes, and tried again. Lines beyond the bound, and lines without a reader, are dropped and counted. Lines stay whole and in
 * order.
 */
import { fstatSync, writeSync } from "node:fs";
import { systemMessageOf } from "../result.ts";
import { openPoll, POLLOUT } from "./poll.ts";
import { identityOfDescriptor } from "./same-file.ts";

/** The default bound on kept bytes. */
const KEPT_BYTES = 256 << 10;
/** The bytes that a pipe takes without waiting when poll(2) calls it writable (PIPE_BUF). */
const PIECE_BYTES = 4096;
/** Milliseconds until the next try with a slow reader. */
const TRY_AGAIN_MS = 50;
/** The delay until the next try after a fault, and its largest value, in milliseconds. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
/** The errors that say that nobody reads any more. */
const GONE: ReadonlySet<unknown> = new Set(["EPIPE", "ECONNRESET", "ENOTCONN"]);

export interface LineWriterOptions {
  readonly keptBytes?: number;
  readonly retryMs?: number;
}

export class LineWriter {
  readonly #poll = openPoll();
  readonly #keptBytes: number;
  readonly #firstRetryMs: number;
  /** Null: there is no descriptor yet. */
  #fd: number | null = null;
  #pieceBytes = PIECE_BYTES;
  /** The kept lines. */
  #lines: Buffer[] = [];
  /** The written bytes of the first line. */
  #written = 0;
  /** The bytes of all lines that are left to write. */
  #bytes = 0;
  #dropped = 0;
  #fault: string | null = null;
  #retryMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #onDrained: (() => void) | null = null;

  /** @param fd null: the descriptor comes later (`redirect`) */
  constructor(fd: number | null, { keptBytes = KEPT_BYTES, retryMs = RETRY_MS }: LineWriterOptions = {}) {
    this.#keptBytes = keptBytes;
    this.#firstRetryMs = retryMs;
    this.#retryMs = retryMs;
    if (fd !== null) this.#useDescriptor(fd);
  }

  /** Why the last write failed; null: it succeeded. */
  get fault(): string | null {
    return this.#fault;
  }

  /** The number of lines dropped since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** True: no line waits. */
  get isDrained(): boolean {
    return this.#bytes === 0;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    // A single line is taken whatever its length: mostly it is written at once.
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#keptBytes) {
      this.#dropped++;
      return;
    }
    this.#lines.push(bytes);
    this.#bytes += bytes.length;
    if (this.#timer === null) this.#flush();
  }

  /** Writes later lines and kept lines to another descriptor; a line that was written in part is written there as a whole. */
  redirect(fd: number): void {
    if (this.#fd === null || identityOfDescriptor(fd) !== identityOfDescriptor(this.#fd)) {
      this.#bytes += this.#written;
      this.#written = 0;
    }
    this.#useDescriptor(fd);
    this.#flush();
  }

  /** Ends all tries. Lines that are not written yet are lost. */
  close(): void {
    this.#cancelTry();
    this.#fd = null;
    this.#lines = [];
    this.#written = 0;
    this.#bytes = 0;
  }

  /** Settles when all lines are written or cannot be written, and after `withinMs` milliseconds at the latest. */
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
    // A file takes any piece whole, or until the disk is full.
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

  /** Writes a piece. @returns the number of bytes that were taken or are given up */
  #writeSome(fd: number, piece: Buffer): number | "later" | "failed" {
    // A descriptor with a fault counts as writable: the write tells the fault.
    if (this.#poll(fd, POLLOUT) === 0) return "later";
    try {
      const written = writeSync(fd, piece, 0, Math.min(piece.length, this.#pieceBytes));
      this.#fault = null;
      this.#retryMs = this.#firstRetryMs;
      return written;
    } catch (thrown) {
      const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
      if (code === "EAGAIN" || code === "EINTR") return "later";
      this.#fault = systemMessageOf(thrown);
      if (!GONE.has(code)) return "failed";
      this.#dropped++;
      return piece.length;
    }
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
