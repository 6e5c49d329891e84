/** A token bucket per topic: 5 at once, then one a second; what did not pass is counted and told with the next. */

const BURST = 5;
const REFILL_MS = 1000;
/** Topics whose bucket is full again are forgotten when there are more than this many. */
const MAX_TOPICS = 1000;
const LONG_TOPIC = 200;
/** No topic is empty. */
const OTHERS = "";

interface Bucket {
  tokens: number;
  refilledAt: number;
  dropped: number;
}

export class RateLimiter {
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  pass(topic: string): { readonly allowed: boolean; readonly dropped: number } {
    const now = this.#now();
    const bucket = this.#bucket(keyOf(topic), now);
    refill(bucket, now);
    if (bucket.tokens < 1) {
      bucket.dropped++;
      return { allowed: false, dropped: bucket.dropped };
    }
    bucket.tokens--;
    const dropped = bucket.dropped;
    bucket.dropped = 0;
    return { allowed: true, dropped };
  }

  #bucket(topic: string, now: number): Bucket {
    const known = this.#buckets.get(topic);
    if (known !== undefined) return known;
    if (this.#buckets.size >= MAX_TOPICS) this.#forgetFull(now);
    const bucket: Bucket = { tokens: BURST, refilledAt: now, dropped: 0 };
    // Where there are more that cannot be forgotten, all further ones share a bucket.
    const key = this.#buckets.size >= MAX_TOPICS ? OTHERS : topic;
    const shared = this.#buckets.get(key);
    if (shared !== undefined) return shared;
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #forgetFull(now: number): void {
    for (const [topic, bucket] of this.#buckets) {
      refill(bucket, now);
      if (bucket.tokens === BURST && bucket.dropped === 0) this.#buckets.delete(topic);
    }
  }
}

/** A topic may be as long as the texts in a database. */
function keyOf(topic: string): string {
  return topic.length <= LONG_TOPIC ? topic : `${topic.slice(0, LONG_TOPIC)}${Bun.hash(topic)}`;
}

function refill(bucket: Bucket, now: number): void {
  // A clock that was set back would otherwise silence the topic until it has caught up.
  if (now < bucket.refilledAt) bucket.refilledAt = now;
  const earned = Math.floor((now - bucket.refilledAt) / REFILL_MS);
  if (earned <= 0) return;
  bucket.tokens = Math.min(BURST, bucket.tokens + earned);
  bucket.refilledAt += earned * REFILL_MS;
}
