/**
 * Logging: one line for each event. A logger belongs to a module. Each module has a threshold, which may change at any time, as
 * may the format.
 *
 * Invariants: the length of a line and the number of lines of a module in a second are bounded, whatever happens. The log counts the
 * lines that are left out, and says their number.
 *
 * Text: `2026-01-31T12:00:00.000Z info plug: lsp1: plugged`; JSON: the same fields as an object. Lines for the journal
 * begin with their priority as `<N>` (sd-daemon(3)), which the journal takes off again.
 */
import type { Result } from "../result.ts";
import { jsonLine, textLine } from "./line.ts";
import { LINES_A_SECOND, ModuleLimiter } from "./module-limiter.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { Tail } from "./tail.ts";

export const LEVELS = ["error", "warn", "info", "debug"] as const;
export type Level = (typeof LEVELS)[number];

/** A module logs what is at its threshold or more urgent. */
export type Threshold = Level | "off";

/** syslog(3). */
const PRIORITIES: Readonly<Record<Level, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

export const FORMATS = ["text", "json"] as const;
export type Format = (typeof FORMATS)[number];

export interface Logger {
  error(message: string): void;
  /** Repeated warnings are rate limited; `topic` says which ones repeat each other (default: the message). */
  warn(message: string, topic?: string): void;
  info(message: string): void;
  debug(message: string): void;
}

export interface LogOptions {
  readonly level: Threshold;
  readonly format: Format;
  /** Whether the journal reads standard error. Each line then begins with its priority. */
  readonly journal?: boolean;
  /** Writes a line. The function must not wait. */
  readonly write: (line: string) => void;
  /** How many lines `write` has lost since the last call. */
  readonly takeLost?: () => number;
  /** Opens the log's file anew; absent: the lines go to the console. */
  readonly reopen?: () => Promise<Result<null, string>>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export class Log {
  format: Format;
  readonly #journal: boolean;
  readonly #write: (line: string) => void;
  readonly #takeLost: () => number;
  /** Opens the log's file anew; null: the lines go to the console. */
  readonly reopen: (() => Promise<Result<null, string>>) | null;
  readonly #now: () => number;
  readonly #warnings: RateLimiter;
  readonly #modules: ModuleLimiter;
  readonly #tail = new Tail();
  #level: Threshold;
  /** The threshold of each module; null: the module follows the log's own level. */
  readonly #thresholds = new Map<string, Threshold | null>();

  constructor(options: LogOptions) {
    this.#level = options.level;
    this.format = options.format;
    this.#journal = options.journal ?? false;
    this.#write = options.write;
    this.#takeLost = options.takeLost ?? (() => 0);
    this.reopen = options.reopen ?? null;
    this.#now = options.now ?? Date.now;
    this.#warnings = new RateLimiter(this.#now);
    this.#modules = new ModuleLimiter(this.#now, (module, dropped) => {
      this.#put("warn", module, `${dropped} lines were dropped: more than ${LINES_A_SECOND} in a second`);
    });
  }

  /** The threshold of modules without a threshold of their own. */
  get level(): Threshold {
    return this.#level;
  }

  /** Sets the threshold of every module. */
  set level(threshold: Threshold) {
    this.#level = threshold;
    for (const name of this.#thresholds.keys()) this.#thresholds.set(name, null);
  }

  /** @returns false when there is no such module */
  setThreshold(module: string, threshold: Threshold): boolean {
    if (!this.#thresholds.has(module)) return false;
    this.#thresholds.set(module, threshold);
    return true;
  }

  /** Every module's threshold, by name. */
  thresholds(): ReadonlyMap<string, Threshold> {
    return new Map(Array.from(this.#thresholds, ([name, own]) => [name, own ?? this.#level]));
  }

  /** At most `count` of the last lines, the oldest first. */
  tail(count: number): readonly string[] {
    return this.#tail.last(count);
  }

  module(name: string): Logger {
    if (!this.#thresholds.has(name)) this.#thresholds.set(name, null);
    return {
      error: (message) => this.#log("error", name, message),
      warn: (message, topic) => this.#warn(name, message, topic ?? message),
      info: (message) => this.#log("info", name, message),
      debug: (message) => this.#log("debug", name, message),
    };
  }

  #warn(module: string, message: string, topic: string): void {
    const pass = this.#warnings.pass(`${module}/${topic}`);
    if (!pass.allowed) return;
    this.#log("warn", module, pass.dropped === 0 ? message : `${message} (${pass.dropped} like it dropped)`);
  }

  #log(level: Level, module: string, message: string): void {
    const threshold = this.#thresholds.get(module) ?? this.#level;
    if (threshold === "off" || LEVELS.indexOf(level) > LEVELS.indexOf(threshold)) return;
    const isWarning = level === "warn" || level === "error";
    if (this.#modules.pass(module, isWarning)) this.#put(level, module, message);
  }

  #put(level: Level, module: string, message: string): void {
    this.#putLine(level, module, message);
    const lost = this.#takeLost();
    // Where nobody reads, this line is lost, too: that is told with a later line, because to tell of it here would never end.
    if (lost > 0)
      this.#putLine("warn", "log", `${lost} lines were lost: whoever reads the log did not keep up`);
  }

  #putLine(level: Level, module: string, message: string): void {
    const fields = { time: this.#now(), level, module, message };
    const prefix = this.#journal ? `<${PRIORITIES[level]}>` : "";
    const line = this.format === "json" ? jsonLine(fields, prefix) : textLine(fields, prefix);
    this.#tail.add(line.slice(prefix.length));
    this.#write(line);
  }
}
