/**
 * The calls into providers. Nothing that a provider throws leaves this file, and a call that takes longer than
 * {@link SLOW_CALL_MS} is reported.
 */
import { messageOf } from "../result.ts";
import { onBehalfOf } from "./culprit.ts";

/** A provider may hold the daemon's only thread for this long before it is named in a warning. */
export const SLOW_CALL_MS = 50;

export type ProviderCall = "prepare" | "arrange" | "finish" | "release";

export interface CallOptions {
  readonly log: (level: "warn" | "info" | "debug", message: string) => void;
  /** Called before each call into a provider, for counting. */
  readonly onCall?: (call: ProviderCall, type: string) => void;
  /** Called after each call into a provider. */
  readonly onTimed?: (type: string, callback: string, milliseconds: number) => void;
  /** Milliseconds since any moment, never going back. */
  readonly elapsed: () => number;
}

export class Calls {
  readonly #options: CallOptions;

  constructor(options: CallOptions) {
    this.#options = options;
  }

  /** Calls the provider, and reports what the provider throws. */
  make<T>(type: string, callback: string, call: () => T): T | undefined {
    return this.attempt(type, callback, call, (thrown) => {
      this.#options.log("warn", `${type}: ${callback} threw: ${messageOf(thrown)}`);
      return undefined;
    });
  }

  /** @param onThrown makes the result of an error that the provider throws */
  attempt<T, U>(type: string, callback: string, call: () => T, onThrown: (thrown: unknown) => U): T | U {
    const started = this.#options.elapsed();
    try {
      return this.watched(type, callback, onBehalfOf(type, call));
    } catch (thrown) {
      return onThrown(thrown);
    } finally {
      this.#time(type, callback, this.#options.elapsed() - started);
    }
  }

  count(call: ProviderCall, type: string): void {
    this.#options.onCall?.(call, type);
  }

  /** A callback has to be synchronous; the failure of an asynchronous callback must not end the process. */
  watched<T>(type: string, callback: string, result: T): T {
    if (result instanceof Promise) {
      result.catch((thrown: unknown) => {
        this.#options.log(
          "warn",
          `${type}: ${callback} rejected, and must not be async: ${messageOf(thrown)}`,
        );
      });
    }
    return result;
  }

  #time(type: string, callback: string, elapsed: number): void {
    this.#options.onTimed?.(type, callback, elapsed);
    if (elapsed <= SLOW_CALL_MS) return;
    const took = `${Math.round(elapsed)} ms`;
    this.#options.log(
      "warn",
      `${type}: ${callback} took ${took}; providers must not block (limit ${SLOW_CALL_MS} ms)`,
    );
  }
}
