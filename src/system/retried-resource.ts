/**
 * A resource that a process takes for its whole life, and may not get or may lose: an address, the name of a socket, a file.
 *
 * Invariants: after a fault the resource is tried again, after a second at first and after a minute at most, until it is taken. A
 * lost resource is taken anew. Two tries never run at once.
 */
import { messageOf } from "../result.ts";

/** The delay until the next try after a fault, and its largest value, in milliseconds. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
/** Milliseconds between two looks whether the resource is lost. */
const LOOK_MS = 5000;

export interface RetriedResourceOptions {
  /** Takes the resource; throws or rejects with the reason of a fault. */
  readonly take: () => void | Promise<void>;
  /** Whether the resource is still taken; absent: it cannot be lost without notice. */
  readonly isThere?: () => boolean;
  /** Called when the resource cannot be taken, for a new reason. @param retryMs milliseconds until the next try */
  readonly onFault: (fault: string, retryMs: number) => void;
  /** Called when the resource was taken: at once, after a fault, or after it was lost. */
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

  /** Why the resource is not taken; null: it is taken, or nothing was tried yet. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Tries now, and again until the resource is taken. Settles after this try. */
  async take(): Promise<void> {
    while (this.#trying !== null) await this.#trying;
    if (this.#isClosed) return;
    await this.#try(this.#options.retryMs ?? RETRY_MS, false);
  }

  /** The resource is taken already: looks from now on whether it is lost. */
  keep(): void {
    const { isThere, lookMs = LOOK_MS, retryMs = RETRY_MS } = this.#options;
    if (isThere === undefined) return;
    this.#after(lookMs, () => {
      if (this.#isThere(isThere)) this.keep();
      else void this.#try(retryMs, true);
    });
  }

  /** Whether the resource is still taken. A look that fails counts as a loss: the next try gives the reason. */
  #isThere(look: () => boolean): boolean {
    try {
      return look();
    } catch {
      return false;
    }
  }

  /** Ends all tries. */
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
      // Called once: the same reason at the next try is no news.
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
