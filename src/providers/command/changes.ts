/**
 * The `changed` notifications of a command: which questions vifplugd asks again, about some logical ports or about all.
 *
 * Invariants: the first notification takes effect at once. A command that notifies without end gets a bounded number of
 * questions a second; one name for each known logical port waits meanwhile. Reading never waits for this bound, because the
 * answers to the repeated questions come on the same pipe.
 */
import { TokenBucket, type TokenBucketOptions } from "../../token-bucket.ts";
import type { Time } from "./time.ts";

/** `burst` questions are asked again at once, then one in each `refillMs`. */
const ASKED_AGAIN: TokenBucketOptions = { burst: 10_000, refillMs: 1, longestWaitMs: 5000 };

export interface ChangesOptions {
  readonly time: Time;
  /** Whether the table has a question about the logical port. */
  isKnown(lport: string): boolean;
  askAgain(lport: string): void;
  /** Begins to ask every question again. @returns the number of questions */
  beginRound(): number;
}

export class Changes {
  readonly #options: ChangesOptions;
  readonly #time: Time;
  readonly #bucket: TokenBucket;
  readonly #lports = new Set<string>();
  #isForAll = false;
  #cancelTimer: (() => void) | null = null;

  constructor(options: ChangesOptions) {
    this.#options = options;
    this.#time = options.time;
    this.#bucket = new TokenBucket(ASKED_AGAIN, this.#time.elapsed());
  }

  /** Notes a notification. @param lports null: all logical ports */
  note(lports: readonly string[] | null): void {
    if (lports === null) this.#isForAll = true;
    else for (const lport of lports) if (this.#options.isKnown(lport)) this.#lports.add(lport);
    if (this.#cancelTimer === null) this.#heed();
  }

  /** Forgets the notifications: every question is asked again anyway, or no question is. */
  forget(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#isForAll = false;
    this.#lports.clear();
  }

  #heed(): void {
    if (this.#isForAll) {
      if (this.#mustWait()) return;
      this.forget();
      this.#bucket.take(this.#options.beginRound(), this.#time.elapsed());
    }
    for (const lport of this.#lports) {
      if (this.#mustWait()) return;
      this.#lports.delete(lport);
      this.#bucket.take(1, this.#time.elapsed());
      this.#options.askAgain(lport);
    }
  }

  #mustWait(): boolean {
    const wait = this.#bucket.waitMs(this.#time.elapsed());
    if (wait === 0) return false;
    this.#cancelTimer = this.#time.timer(wait, () => {
      this.#cancelTimer = null;
      this.#heed();
    });
    return true;
  }
}
