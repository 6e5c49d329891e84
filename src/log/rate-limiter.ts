/** A token bucket per topic: 5 at once, then one a second; what did not pass is counted and told with the next. */

import { TokenBucket, type TokenBucketOptions } from "../token-bucket.ts";

const A_TOPIC: TokenBucketOptions = { burst: 5, refillMs: 1000 };
/** Topics whose bucket is full again are forgotten when there are more than this many. */
const MAX_TOPICS = 1000;
const LONG_TOPIC = 200;
/** No topic is empty. */
const OTHERS = "";

interface Topic {
  readonly bucket: TokenBucket;
  dropped: number;
}

export class RateLimiter {
  readonly #now: () => number;
  readonly #topics = new Map<string, Topic>();
  /** When the topics were last looked through for those that are full; milliseconds. */
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  pass(topic: string): { readonly allowed: boolean; readonly dropped: number } {
    const now = this.#now();
    const known = this.#topic(keyOf(topic), now);
    if (known.bucket.left(now) < 1) {
      known.dropped++;
      return { allowed: false, dropped: known.dropped };
    }
    known.bucket.take(1, now);
    const { dropped } = known;
    known.dropped = 0;
    return { allowed: true, dropped };
  }

  #topic(name: string, now: number): Topic {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    if (this.#topics.size >= MAX_TOPICS && this.#mayBeFull(now)) this.#forgetFull(now);
    // Where there are more that cannot be forgotten, all further ones share a bucket.
    const key = this.#topics.size >= MAX_TOPICS ? OTHERS : name;
    const shared = this.#topics.get(key);
    if (shared !== undefined) return shared;
    const topic: Topic = { bucket: new TokenBucket(A_TOPIC, now), dropped: 0 };
    this.#topics.set(key, topic);
    return topic;
  }

  /** Since the last look there was time for a token: whoever brings thousands of topics at once is looked at once. */
  #mayBeFull(now: number): boolean {
    return Math.abs(now - this.#lookedAt) >= A_TOPIC.refillMs;
  }

  #forgetFull(now: number): void {
    this.#lookedAt = now;
    for (const [name, { bucket, dropped }] of this.#topics) {
      if (dropped === 0 && bucket.isFull(now)) this.#topics.delete(name);
    }
  }
}

/** A topic may be as long as the texts in a database. */
function keyOf(topic: string): string {
  return topic.length <= LONG_TOPIC ? topic : `${topic.slice(0, LONG_TOPIC)}${Bun.hash(topic)}`;
}
