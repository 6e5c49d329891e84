/** An environment whose time stands still until the test moves it, and whose servers are the test. */
import type { Environment, Stream, StreamEvents } from "ovsdb-jsonrpc";

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** One attempt of a session to connect. */
export interface Attempt {
  readonly remote: string;
  readonly events: StreamEvents;
  /** What the session has written. */
  readonly written: string[];
  isClosed: boolean;
}

export class VirtualEnvironment implements Environment {
  readonly attempts: Attempt[] = [];
  readonly #timers = new Set<Timer>();
  #elapsed = 0;

  now(): number {
    return this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  timer(milliseconds: number, call: () => void): () => void {
    const timer = { at: this.#elapsed + milliseconds, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  turn(call: () => void): void {
    this.timer(0, call);
  }

  soon(call: () => void): void {
    queueMicrotask(call);
  }

  random(): number {
    return 0.5;
  }

  connect(remote: { readonly name: string }, _tls: object, events: StreamEvents): Stream {
    const attempt: Attempt = { remote: remote.name, events, written: [], isClosed: false };
    this.attempts.push(attempt);
    return {
      write: (text) => void attempt.written.push(text),
      unsent: 0,
      close() {
        attempt.isClosed = true;
      },
    };
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets what is due in so many milliseconds happen, one thing after the other, with the microtasks in between. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#elapsed + milliseconds;
    for (;;) {
      await microtasks();
      const due = [...this.#timers].filter(({ at }) => at <= until);
      const next = due.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#elapsed = next.at;
      next.call();
    }
    this.#elapsed = until;
  }
}

export async function microtasks(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
