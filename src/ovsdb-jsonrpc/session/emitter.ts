/**
 * Listeners, and the order in which they are told. Emitters that share a queue tell everything in the order in which it
 * happened, each event to all listeners before the next: what a listener's own doing brings about comes after the event
 * that it is being told of, for the other listeners too.
 *
 * A listener that throws does not keep the others, or the session, from going on; one that is added while an event is
 * delivered gets the next.
 */
import type { Environment } from "../wire/environment.ts";

/** Throws as if nobody had been there to catch it, when what runs now has returned. */
export function throwLater(environment: Environment, error: unknown): void {
  environment.soon(() => {
    throw error;
  });
}

export class EventQueue {
  readonly #report: (error: unknown) => void;
  readonly #waiting: (() => void)[] = [];
  #delivering = false;
  #ended = false;

  /** @param report told of what a listener throws */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Delivers now, or after what is being delivered. */
  push(deliver: () => void): void {
    if (this.#ended) return;
    this.#waiting.push(deliver);
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
    this.#delivering = false;
  }

  report(error: unknown): void {
    this.#report(error);
  }

  /** What was emitted before is still delivered, and nothing after it. */
  end(): void {
    this.#ended = true;
  }
}

export class Emitter<E> {
  readonly #queue: EventQueue;
  readonly #listeners = new Set<(event: E) => void>();

  constructor(queue: EventQueue) {
    this.#queue = queue;
  }

  /** Answers the function that removes the listener again. */
  add(listener: (event: E) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: E): void {
    this.#queue.push(() => this.#deliver(event));
  }

  #deliver(event: E): void {
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        this.#queue.report(error);
      }
    }
  }
}
