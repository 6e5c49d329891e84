/**
 * Logging: one line per event, to standard error. A logger belongs to a module; each module has a threshold, which can
 * be changed while the log is in use, and so can the format.
 *
 * Text: `2026-01-31T12:00:00.000Z info plug: lsp1: plugged`; JSON: the same fields as an object. Lines for the journal
 * begin with their priority as `<N>` (sd-daemon(3)), which the journal takes off again.
 */
import { RateLimiter } from "./rate-limiter.ts";

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
  /** Standard error is the journal's: lines carry their priority. */
  readonly journal?: boolean;
  readonly write?: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export class Log {
  format: Format;
  readonly #journal: boolean;
  readonly #write: (line: string) => void;
  readonly #now: () => number;
  readonly #warnings: RateLimiter;
  #level: Threshold;
  /** Of every module; those that follow the log's own level have none. */
  readonly #thresholds = new Map<string, Threshold | null>();

  constructor(options: LogOptions) {
    this.#level = options.level;
    this.format = options.format;
    this.#journal = options.journal ?? false;
    this.#write = options.write ?? ((line) => void process.stderr.write(line));
    this.#now = options.now ?? Date.now;
    this.#warnings = new RateLimiter(this.#now);
  }

  /** The threshold of modules that were given none of their own. */
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
    const time = new Date(this.#now()).toISOString();
    const line =
      this.format === "json"
        ? JSON.stringify({ time, level, module, message })
        : `${time} ${level} ${module}: ${onOneLine(message)}`;
    this.#write(`${this.#journal ? `<${PRIORITIES[level]}>` : ""}${line}\n`);
  }
}

function onOneLine(message: string): string {
  return message.replaceAll(/[\r\n]+/g, " ").replaceAll(/(?!\t)\p{Cc}/gu, "\ufffd");
}
