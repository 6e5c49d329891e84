/**
 * Lines to a descriptor whose reader may be slow, stuck or gone: standard error, a pipe, a socket, a file.
 *
 * Invariants: writing never waits, so a reader holds up nobody; what cannot be written yet is kept up to a bound in
 * bytes; what is beyond that is dropped and counted; lines stay whole and in order.
 */
import { FFIType, ptr } from "bun:ffi";
import { writeSync } from "node:fs";
import { openLibc } from "./libc.ts";

/** Bytes that are kept for a reader that does not keep up. */
const KEPT_BYTES = 256 << 10;
/** A pipe that poll(2) calls writable takes so much without waiting (PIPE_BUF). */
const PIECE_BYTES = 4096;
const TRY_AGAIN_MS = 50;

const POLLOUT = 4;
const SIGNATURES = {
  poll: { args: [FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
} as const;

export class LineWriter {
  readonly #calls = openLibc(SIGNATURES);
  #fd: number;
  /** What is left of lines, the first in part. */
  #pieces: Buffer[] = [];
  #bytes = 0;
  #dropped = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #onDrained: (() => void) | null = null;

  constructor(fd: number) {
    this.#fd = fd;
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
    if (this.#bytes + bytes.length > KEPT_BYTES) {
      this.#dropped++;
      return;
    }
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    if (this.#timer === null) this.#flush();
  }

  /** Later lines go there. What has not been written yet goes there, too. */
  redirect(fd: number): void {
    this.#fd = fd;
  }

  /** Settles when everything has been written, and after that many milliseconds at the latest. */
  async drained(withinMs: number): Promise<void> {
    if (this.isDrained) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    this.#onDrained = resolve;
    await promise;
    clearTimeout(timer);
  }

  #flush(): void {
    this.#timer = null;
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      const written = this.#writeSome(piece);
      if (written === null) {
        this.#timer = setTimeout(() => this.#flush(), TRY_AGAIN_MS);
        return;
      }
      this.#bytes -= written;
      if (written === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(written);
    }
    this.#onDrained?.();
    this.#onDrained = null;
  }

  /** How many bytes were taken, or are given up; null: none can be taken now. */
  #writeSome(piece: Buffer): number | null {
    if (!this.#isWritable()) return null;
    try {
      return writeSync(this.#fd, piece, 0, Math.min(piece.length, PIECE_BYTES));
    } catch (thrown) {
      const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
      if (code === "EAGAIN" || code === "EINTR") return null;
      // A reader that is gone, a disk that is full: of that nobody can be told here.
      this.#dropped++;
      return piece.length;
    }
  }

  #isWritable(): boolean {
    // struct pollfd: int fd, short events, short revents.
    const pollfd = Buffer.alloc(8);
    pollfd.writeInt32LE(this.#fd, 0);
    pollfd.writeInt16LE(POLLOUT, 4);
    return this.#calls.poll(ptr(pollfd), 1, 0) !== 0;
  }
}
