/**
 * The limit on the lines that a module writes in a second. At the end of the second the log tells how many lines were left
 * out. A part of the lines is kept for warnings and errors, so that a burst of other lines never hides them.
 */

export const LINES_A_SECOND = 100;
const KEPT_FOR_WARNINGS = 20;
const SECOND_MS = 1000;

interface Window {
  readonly since: number;
  lines: number;
  dropped: number;
}

export class ModuleLimiter {
  readonly #now: () => number;
  readonly #tell: (module: string, dropped: number) => void;
  readonly #windows = new Map<string, Window>();

  /**
   * @param now milliseconds
   * @param tell writes how many lines of a module were left out, past this limit
   */
  constructor(now: () => number, tell: (module: string, dropped: number) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  pass(module: string, isWarning: boolean): boolean {
    const window = this.#window(module);
    if (window.lines < LINES_A_SECOND - (isWarning ? 0 : KEPT_FOR_WARNINGS)) {
      window.lines++;
      return true;
    }
    // A module that writes no further line starts no new second, so a timer ends this one.
    if (window.dropped === 0) setTimeout(() => this.#end(module, window), SECOND_MS).unref();
    window.dropped++;
    return false;
  }

  #window(module: string): Window {
    const now = this.#now();
    const window = this.#windows.get(module);
    // A clock that was set back also ends the second.
    if (window !== undefined && now >= window.since && now - window.since < SECOND_MS) return window;
    const next = { since: now, lines: 0, dropped: 0 };
    this.#windows.set(module, next);
    if (window !== undefined) this.#end(module, window);
    return next;
  }

  #end(module: string, window: Window): void {
    const { dropped } = window;
    window.dropped = 0;
    if (dropped === 0) return;
    this.#tell(module, dropped);
    // The line that `tell` wrote counts in the second that has begun.
    const current = this.#windows.get(module);
    if (current !== undefined && current !== window) current.lines++;
  }
}
