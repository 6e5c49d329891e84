/**
 * Listeners, and the order of their calls. Emitters that share a queue deliver events in the order in which they happened, and
 * each event to all listeners before the next event. An event that a listener causes is delivered after the present event, for
 * all listeners.
 *
 * The errors of a listener stop neither the other listeners nor the session. A listener gets the events that are emitted after it
 * was added, and none that waits at that moment: whoever adds the listener can see already what that event is about.
 */
import type { Environment } from "../wire/environment.ts";

/** Throws the error as an uncaught exception, after the present code has returned. */
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

  /** @param report called with an error that a listener throws */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Delivers now, or after the present delivery. */
  push(deliver: () => void): void {
    if (this.#ended) return;
    this.#waiting.push(deliver);
    this.#drain();
  }

  /** Lets several events be emitted before the first of them is delivered. */
  together(emit: () => void): void {
    const isDelivering = this.#delivering;
    this.#delivering = true;
    try {
      emit();
    } finally {
      this.#delivering = isDelivering;
    }
    this.#drain();
  }

  #drain(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
    this.#delivering = false;
  }

  report(error: unknown): void {
    this.#report(error);
  }

  /** Ends the queue after the events that were emitted before. */
  end(): void {
    this.#ended = true;
  }
}

export class Emitter<E> {
  readonly #queue: EventQueue;
  /** The listeners, each with the number of events that were emitted before the listener was added. */
  readonly #listeners = new Map<(event: E) => void, number>();
  #emitted = 0;

  constructor(queue: EventQueue) {
    this.#queue = queue;
  }

  /** Adds a listener. @returns the function that removes the listener */
  add(listener: (event: E) => void): () => void {
    this.#listeners.set(listener, this.#emitted);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: E): void {
    const number = ++this.#emitted;
    this.#queue.push(() => this.#deliver(event, number));
  }

  #deliver(event: E, number: number): void {
    for (const [listener, since] of [...this.#listeners]) {
      if (since >= number || !this.#listeners.has(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        this.#queue.report(error);
      }
    }
  }
}
