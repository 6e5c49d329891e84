/**
 * Waits until a state is as expected. Notifications of changes end a wait; nothing polls.
 *
 * The owner of the state calls `notify` after each change, and `end` when no further change can come. Every wait is bounded,
 * and its error has the expected state and the present state.
 */

export interface Expectation<T> {
  /** Looks at the state; undefined means not yet. */
  readonly look: () => T | undefined;
  /** Milliseconds. */
  readonly within: number;
  /** The expected state, in words that follow "waited 100 ms for ". */
  readonly what: string;
  /** The present state, for the error. */
  readonly instead: () => string;
}

export class Changes {
  readonly #looks = new Set<() => void>();
  #ended: string | undefined;

  notify(): void {
    for (const look of [...this.#looks]) look();
  }

  /** No further change will come, for this reason. Every wait rejects at once. */
  end(reason: string): void {
    this.#ended ??= reason;
    this.notify();
  }

  /** Resolves with the first answer that is not undefined. Rejects after `within` ms, at the end, or when a look throws. */
  async until<T>({ look, within, what, instead }: Expectation<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fail = (reason: string) => reject(new Error(`${reason}\n${instead()}`.trimEnd()));
    const check = () => {
      try {
        const found = look();
        if (found !== undefined) resolve(found);
        else if (this.#ended !== undefined) fail(`waited for ${what}, but ${this.#ended}`);
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => fail(`waited ${within} ms for ${what}`), within);
    this.#looks.add(check);
    check();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#looks.delete(check);
    }
  }
}
