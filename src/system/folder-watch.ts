/**
 * Watches the content of a folder by the name of the folder: also a folder that does not exist yet, or that somebody removes or
 * replaces. A watch of the system stays with the folder that had the name when the watch began.
 *
 * Invariant: when a watch begins again, this counts as a change, because something may have happened without a watch. The runtime
 * may leave out an event that follows one like it within two milliseconds: whoever is told waits for a moment before looking.
 */
import { type FSWatcher, watch } from "node:fs";
import { systemMessageOf } from "../result.ts";
import { identityOf } from "./same-file.ts";

/** Milliseconds between two looks at the identity of the folder. */
const LOOK_MS = 5000;
/** The delay until a folder that cannot be watched is tried again, and its largest value, in milliseconds. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

export interface FolderWatchOptions {
  readonly folder: string;
  /** Called when the content has changed, or may have changed. */
  readonly onChange: () => void;
  /** Called when the folder cannot be watched: once, until a watch has worked again. */
  readonly onFault: (message: string) => void;
  readonly lookMs?: number;
  readonly retryMs?: number;
}

export class FolderWatch {
  readonly #options: FolderWatchOptions;
  #watcher: FSWatcher | null = null;
  /** The identity of the watched folder. */
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

  /** @returns whether the folder is watched now */
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
      if (!this.#isTold) onFault(`cannot watch ${folder}: ${systemMessageOf(thrown)}; vifplugd tries again`);
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

  /** Ends the watch: another folder has the name, or none. */
  #lost(): void {
    if (this.#watcher === null) return;
    this.#watcher.close();
    this.#watcher = null;
    this.#begin(this.#options.retryMs ?? RETRY_MS);
    this.#options.onChange();
  }
}
