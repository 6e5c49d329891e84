/**
 * At most so many lines a second of each module; how many were left out is told when the second is over. Some of them are
 * kept for warnings and errors, so that a burst of news never hides what somebody has to see.
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
   * @param tell says how many lines of a module were left out; what it writes is not counted
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
    // Told in time also when the module has nothing more to say.
    if (window.dropped === 0) setTimeout(() => this.#end(module, window), SECOND_MS).unref();
    window.dropped++;
    return false;
  }

  #window(module: string): Window {
    const now = this.#now();
    const window = this.#windows.get(module);
    // A clock that was set back ends a second, too.
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
    // That line is one of the module's, too.
    const current = this.#windows.get(module);
    if (current !== undefined && current !== window) current.lines++;
  }
}
