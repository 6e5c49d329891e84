/**
 * What is to be asked again because the command says that its tables changed: about some logical ports, or about all.
 *
 * Invariants: the first word is heeded at once; whoever says so without end has only so many questions asked again for it, and
 * what waits meanwhile is one word for each logical port that the table knows. Nothing that is read waits for this: the
 * answers to these questions come on the same pipe.
 */
import { TokenBucket, type TokenBucketOptions } from "../../token-bucket.ts";

/** So many questions are asked again at once, then so many a second. */
const ASKED_AGAIN: TokenBucketOptions = { burst: 10_000, refillMs: 1, longestWaitMs: 5000 };

export interface ChangesOptions {
  /** Something was asked about the logical port. */
  isKnown(lport: string): boolean;
  askAgain(lport: string): void;
  /** Everything is to be asked again. @returns how many questions that are */
  beginRound(): number;
}

export class Changes {
  readonly #options: ChangesOptions;
  readonly #bucket = new TokenBucket(ASKED_AGAIN, performance.now());
  readonly #lports = new Set<string>();
  #isForAll = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  /** @param lports null: all */
  note(lports: readonly string[] | null): void {
    if (lports === null) this.#isForAll = true;
    else for (const lport of lports) if (this.#options.isKnown(lport)) this.#lports.add(lport);
    if (this.#timer === null) this.#heed();
  }

  /** Everything is asked again in any case, or nothing is. */
  forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isForAll = false;
    this.#lports.clear();
  }

  #heed(): void {
    if (this.#isForAll) {
      if (this.#mustWait()) return;
      this.forget();
      this.#bucket.take(this.#options.beginRound(), performance.now());
    }
    for (const lport of this.#lports) {
      if (this.#mustWait()) return;
      this.#lports.delete(lport);
      this.#bucket.take(1, performance.now());
      this.#options.askAgain(lport);
    }
  }

  #mustWait(): boolean {
    const wait = this.#bucket.waitMs(performance.now());
    if (wait === 0) return false;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#heed();
    }, wait);
    return true;
  }
}
