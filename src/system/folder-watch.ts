/**
 * Watches a folder for changes of what is in it, by its name: also one that is not there yet, that somebody removes, or in
 * whose place somebody puts another one. A watch of the system is of the folder that had the name once.
 *
 * Invariant: whatever happened while there was no watch counts as a change when there is one again.
 */
import { type FSWatcher, watch } from "node:fs";
import { identityOf } from "./same-file.ts";

/** Milliseconds from one look at the folder's identity to the next. */
const LOOK_MS = 5000;
/** Milliseconds until a folder that cannot be watched is tried again, and the most that grows to. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

export interface FolderWatchOptions {
  readonly folder: string;
  /** Something in it has changed, or may have. */
  readonly onChange: () => void;
  /** It cannot be watched; told once, until it has been watched again. */
  readonly onFault: (message: string) => void;
  readonly lookMs?: number;
  readonly retryMs?: number;
}

export class FolderWatch {
  readonly #options: FolderWatchOptions;
  #watcher: FSWatcher | null = null;
  /** Of the folder that is watched. */
  #identity: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isTold = false;

  /** Begins to watch, or to try. */
  constructor(options: FolderWatchOptions) {
    this.#options = options;
    this.#begin(options.retryMs ?? RETRY_MS);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#watcher?.close();
    this.#watcher = null;
  }

  /** @returns whether it is watched now */
  #begin(retryMs: number): boolean {
    const { folder, onFault, lookMs = LOOK_MS } = this.#options;
    try {
      const watcher = watch(folder, () => this.#changed());
      watcher.on("error", () => this.#lost());
      this.#watcher = watcher;
      this.#identity = identityOf(folder, "followed");
      this.#isTold = false;
      this.#after(lookMs, () => this.#look());
      return true;
    } catch (thrown) {
      if (!this.#isTold)
        onFault(
          `cannot watch ${folder}: ${thrown instanceof Error ? thrown.message : thrown}; vifplugd tries again`,
        );
      this.#isTold = true;
      const next = Math.min(2 * retryMs, MAX_RETRY_MS);
      this.#after(retryMs, () => {
        if (this.#begin(next)) this.#options.onChange();
      });
      return false;
    }
  }

  #after(milliseconds: number, call: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(call, milliseconds);
    this.#timer.unref();
  }

  #changed(): void {
    if (this.#watcher === null) return;
    this.#options.onChange();
    this.#look();
  }

  #look(): void {
    const { folder, lookMs = LOOK_MS } = this.#options;
    if (identityOf(folder, "followed") !== this.#identity) this.#lost();
    else this.#after(lookMs, () => this.#look());
  }

  /** Another folder has the name, or none. */
  #lost(): void {
    if (this.#watcher === null) return;
    this.#watcher.close();
    this.#watcher = null;
    this.#begin(this.#options.retryMs ?? RETRY_MS);
    this.#options.onChange();
  }
}
