/**
 * Logging: one line per event, to standard error. A logger belongs to a module; level and format are the log's own
 * and can be changed while it runs.
 *
 * Text: `2026-01-31T12:00:00.000Z info plug: lsp1: plugged`; JSON: the same fields as an object.
 */
import { RateLimiter } from "./rate-limiter.ts";

export const LEVELS = ["error", "warn", "info", "debug"] as const;
export type Level = (typeof LEVELS)[number];

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
  readonly level: Level;
  readonly format: Format;
  readonly write?: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export class Log {
  level: Level;
  format: Format;
  readonly #write: (line: string) => void;
  readonly #now: () => number;
  readonly #warnings: RateLimiter;

  constructor(options: LogOptions) {
    this.level = options.level;
    this.format = options.format;
    this.#write = options.write ?? ((line) => void process.stderr.write(line));
    this.#now = options.now ?? Date.now;
    this.#warnings = new RateLimiter(this.#now);
  }

  module(name: string): Logger {
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
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.level)) return;
    const time = new Date(this.#now()).toISOString();
    this.#write(
      this.format === "json"
        ? `${JSON.stringify({ time, level, module, message })}\n`
        : `${time} ${level} ${module}: ${onOneLine(message)}\n`,
    );
  }
}

function onOneLine(message: string): string {
  return message.replaceAll(/[\r\n]+/g, " ");
}
