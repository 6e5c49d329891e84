/**
 * A token bucket for each topic: 5 messages at once, then one a second. The next message that passes tells how many
 * messages of its topic did not pass.
 */

import { TokenBucket, type TokenBucketOptions } from "../token-bucket.ts";

const A_TOPIC: TokenBucketOptions = { burst: 5, refillMs: 1000 };
/** At this number of topics, the limiter forgets those whose bucket is full again. */
const MAX_TOPICS = 1000;
const LONG_TOPIC = 200;
/** The key of the bucket that all further topics share. No topic is the empty text. */
const OTHERS = "";

interface Topic {
  readonly bucket: TokenBucket;
  dropped: number;
}

export class RateLimiter {
  readonly #now: () => number;
  readonly #topics = new Map<string, Topic>();
  /** When the limiter last looked for topics with a full bucket; milliseconds. */
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
    // When no topic can be forgotten, all further topics share a bucket.
    const key = this.#topics.size >= MAX_TOPICS ? OTHERS : name;
    const shared = this.#topics.get(key);
    if (shared !== undefined) return shared;
    const topic: Topic = { bucket: new TokenBucket(A_TOPIC, now), dropped: 0 };
    this.#topics.set(key, topic);
    return topic;
  }

  /** Whether a bucket had time for a token since the last look. A burst of thousands of topics thus costs one look. */
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

/** The key has a bounded length, because a topic may be as long as a text in a database. */
function keyOf(topic: string): string {
  return topic.length <= LONG_TOPIC ? topic : `${topic.slice(0, LONG_TOPIC)}${Bun.hash(topic)}`;
}
