/**
 * A resource that a process takes for as long as it lives, and may not get, or may lose: an address, the name of a
 * socket, a file.
 *
 * Invariants: what cannot be had is tried again, after a second at first and after a minute at last, until it is had; what
 * somebody took away is taken anew; two tries never run at once.
 */
import { messageOf } from "../result.ts";

/** Milliseconds until what could not be had is tried again, and the most that grows to. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
/** Milliseconds from one look whether it is still there to the next. */
const LOOK_MS = 5000;

export interface RetriedResourceOptions {
  /** Takes the resource; throws or rejects with why it cannot be had. */
  readonly take: () => void | Promise<void>;
  /** Absent: it cannot be lost unseen. */
  readonly isThere?: () => boolean;
  /** It cannot be had, for a reason that is another one than before; the next try is so far away. */
  readonly onFault: (fault: string, retryMs: number) => void;
  /** It has been had, at once, after a fault or after it was lost. */
  readonly onTaken?: (why: "at once" | "after a fault" | "lost") => void;
  readonly retryMs?: number;
  readonly lookMs?: number | undefined;
}

export class RetriedResource {
  readonly #options: RetriedResourceOptions;
  #fault: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #trying: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: RetriedResourceOptions) {
    this.#options = options;
  }

  /** Why it is not had; null: it is, or nothing has been tried yet. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Tries now, and again until it is had; settles after this try. */
  async take(): Promise<void> {
    while (this.#trying !== null) await this.#trying;
    if (this.#isClosed) return;
    await this.#try(this.#options.retryMs ?? RETRY_MS, false);
  }

  /** It is had already: looks from now on whether it is still there. */
  keep(): void {
    const { isThere, lookMs = LOOK_MS, retryMs = RETRY_MS } = this.#options;
    if (isThere === undefined) return;
    this.#after(lookMs, () => {
      if (this.#isThere(isThere)) this.keep();
      else void this.#try(retryMs, true);
    });
  }

  /** Where nobody can look, there is nothing: a new try says why. */
  #isThere(look: () => boolean): boolean {
    try {
      return look();
    } catch {
      return false;
    }
  }

  /** Nothing is tried any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #try(retryMs: number, wasLost: boolean): Promise<void> {
    this.#cancel();
    const trying = this.#attempt(retryMs, wasLost).finally(() => {
      if (this.#trying === trying) this.#trying = null;
    });
    this.#trying = trying;
    return trying;
  }

  async #attempt(retryMs: number, wasLost: boolean): Promise<void> {
    const { take, onFault, onTaken } = this.#options;
    const before = this.#fault;
    try {
      await take();
    } catch (thrown) {
      if (this.#isClosed) return;
      this.#fault = messageOf(thrown);
      // Once: what is tried again and again for the same reason is no news.
      if (this.#fault !== before) onFault(this.#fault, retryMs);
      this.#after(retryMs, () => void this.#try(Math.min(2 * retryMs, MAX_RETRY_MS), wasLost));
      return;
    }
    if (this.#isClosed) return;
    this.#fault = null;
    onTaken?.(wasLost ? "lost" : before === null ? "at once" : "after a fault");
    this.keep();
  }

  #after(milliseconds: number, call: () => void): void {
    this.#cancel();
    if (this.#isClosed) return;
    this.#timer = setTimeout(call, milliseconds);
    this.#timer.unref();
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
