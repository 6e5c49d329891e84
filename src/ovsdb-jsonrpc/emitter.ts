/**
 * Listeners of one kind of event. A listener that throws does not keep the others, or the session, from going on; one
 * that is added while an event is delivered gets the next.
 */

export class Emitter<E> {
  readonly #listeners = new Set<(event: E) => void>();

  /** Answers the function that removes the listener again. */
  add(listener: (event: E) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: E): void {
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
