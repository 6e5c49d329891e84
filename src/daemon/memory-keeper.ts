/**
 * Keeps what the process holds near what it needs, whatever comes in from the databases or goes out to clients, and how fast.
 *
 * The runtime collects garbage by what it has on its own heap. Messages of megabytes are mostly beside it (bytes that were
 * read, pieces that were joined, long texts), so that some of them would stay for long after they were dealt with. Here
 * garbage is therefore collected by the bytes that came in or went out, and what was given back to the runtime is given back to the
 * system when that is worth it: also pages of the executable, which any work touches.
 *
 * Invariant: what this costs is a small share of what the work costs that makes it necessary.
 */
import { type Environment, realEnvironment, type StreamEvents } from "ovsdb-jsonrpc";

/** Milliseconds from the first complete pass to the end of what belongs to the start: sessions look at schemas again. */
export const START_MS = 2000;
/** Bytes that come in and go out from one collection to the next, at least. */
const COLLECT_EVERY = 2 << 20;
/** Of what is held, and has to be looked at in each collection, so much has to come in before the next. */
const SHARE = 1 / 4;
/** So many bytes more than after the last time make it worth to give back what the system can have. */
const WORTHWHILE = 16 << 20;
/** Milliseconds from one look at that to the next. */
const LOOK_MS = 15_000;

export interface Memory {
  /** Garbage of the messages that were dealt with; answers how many bytes are held. */
  collect(): number;
  /** What only was needed once. Takes some milliseconds in which nothing else happens. */
  release(): void;
  /** Bytes of the process in memory. */
  resident(): number;
}

export class MemoryKeeper {
  readonly #environment: Environment;
  readonly #memory: Memory;
  #collectAfter = COLLECT_EVERY;
  #hasStarted = false;
  #sinceCollection = 0;
  /** What was resident after the last release, or less by now; before the first one anything is more. */
  #atRest = Number.NEGATIVE_INFINITY;
  #isCollecting = false;
  #cancelLook: () => void = () => {};

  constructor(memory: Memory, environment: Environment = realEnvironment) {
    this.#environment = environment;
    this.#memory = memory;
  }

  /** The same environment, with every byte that comes in counted. */
  get environment(): Environment {
    const world = this.#environment;
    return {
      ...world,
      connect: (remote, tls, events) => world.connect(remote, tls, this.#counting(events)),
    };
  }

  /** So many bytes have come in, or gone out. */
  took(bytes: number): void {
    this.#sinceCollection += bytes;
    if (this.#hasStarted && this.#sinceCollection >= this.#collectAfter && !this.#isCollecting) {
      this.#isCollecting = true;
      // When they have been dealt with.
      this.#environment.turn(() => this.#collect());
    }
  }

  /** The first complete pass is done: what only the start needed is given back soon. Nothing is collected before. */
  started(): void {
    this.#hasStarted = true;
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
