/**
 * Keeps the memory of the process near its need, at any rate of messages from the databases and to clients.
 *
 * The runtime decides by the size of its own heap when to collect garbage. Most bytes of large messages (bytes read, joined
 * pieces, long texts) are outside of that heap, and would stay long after their use. So this class collects garbage after a
 * number of bytes has come in or gone out. When the process has grown enough since the last time, it also gives free
 * memory back to the system, together with pages of the executable, which any work touches.
 *
 * Invariant: the cost is a small share of the work that makes it necessary.
 */
import { type Environment, realEnvironment, type StreamEvents } from "ovsdb-jsonrpc";

/** Milliseconds from the first complete pass to the end of the start: sessions still look at schemas in this time. */
export const START_MS = 2000;
/**
 * Milliseconds after which the start is over without a complete pass. A daemon that stands by, or that has no Southbound, may
 * wait for a complete pass for weeks, while a database sends to the daemon.
 */
export const START_AT_MOST_MS = 30_000;
/** The smallest number of bytes between two collections. */
const COLLECT_EVERY = 2 << 20;
/** The share of the live bytes that has to come in before the next collection, because each collection visits all of them. */
const SHARE = 1 / 4;
/** The growth since the last release that makes the next release worth its cost, in bytes. */
const WORTHWHILE = 16 << 20;
/** Milliseconds between two looks at the growth. */
const LOOK_MS = 15_000;

export interface Memory {
  /** Gives back the pages of the executable; a page that is used again comes from the page cache. */
  releasePages(): void;
  /** Collects the garbage of handled messages. @returns the number of live bytes */
  collect(): number;
  /** Gives free memory back to the system. Blocks the process for some milliseconds. */
  release(): void;
  /** The resident bytes of the process. */
  resident(): number;
}

export class MemoryKeeper {
  readonly #environment: Environment;
  readonly #memory: Memory;
  #collectAfter = COLLECT_EVERY;
  #hasStarted = false;
  #sinceCollection = 0;
  /** The fewest resident bytes since the last release; before the first release every number is larger. */
  #atRest = Number.NEGATIVE_INFINITY;
  #isCollecting = false;
  #cancelLook: () => void;

  constructor(memory: Memory, environment: Environment = realEnvironment) {
    this.#environment = environment;
    this.#memory = memory;
    this.#cancelLook = environment.timer(START_AT_MOST_MS, () => this.started());
  }

  /** The same environment, which also counts every byte that comes in. */
  get environment(): Environment {
    const world = this.#environment;
    return {
      ...world,
      connect: (remote, tls, events) => world.connect(remote, tls, this.#counting(events)),
    };
  }

  /**
   * The program is loaded, and its work begins: pages that only the loading needed are given back. Otherwise these pages and the
   * pages of the work would be resident at the same time.
   */
  loaded(): void {
    this.#memory.releasePages();
  }

  /** Counts bytes that have come in or gone out. */
  took(bytes: number): void {
    this.#sinceCollection += bytes;
    if (this.#hasStarted && this.#sinceCollection >= this.#collectAfter && !this.#isCollecting) {
      this.#isCollecting = true;
      // After the bytes have been handled.
      this.#environment.turn(() => this.#collect());
    }
  }

  /**
   * A complete pass is done: memory that only the start needed is given back soon after the first one. No collection happens
   * before.
   */
  started(): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#cancelLook();
    this.#sinceCollection = 0;
    this.#lookAfter(START_MS);
  }

  stop(): void {
    this.#cancelLook();
  }

  #lookAfter(milliseconds: number): void {
    this.#cancelLook = this.#environment.timer(milliseconds, () => {
      this.#look();
      this.#lookAfter(LOOK_MS);
    });
  }

  #look(): void {
    const memory = this.#memory;
    const resident = memory.resident();
    if (resident - this.#atRest >= WORTHWHILE) {
      memory.release();
      this.#atRest = memory.resident();
    } else this.#atRest = Math.min(this.#atRest, resident);
  }

  #collect(): void {
    this.#isCollecting = false;
    this.#sinceCollection = 0;
    this.#collectAfter = Math.max(COLLECT_EVERY, this.#memory.collect() * SHARE);
  }

  #counting(events: StreamEvents): StreamEvents {
    return {
      ...events,
      onData: (chunk) => {
        this.took(chunk.length);
        events.onData(chunk);
      },
    };
  }
}
