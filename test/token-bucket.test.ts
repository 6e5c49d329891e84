// So many at once, then one every so often.
import { expect, test } from "bun:test";
import { TokenBucket } from "../src/token-bucket.ts";

const BUCKET = { burst: 10, refillMs: 5 };

test("in any time no more is taken than the burst and what came in it", () => {
  for (const pause of [0, 1, 3, 5, 40]) {
    const bucket = new TokenBucket(BUCKET, 0);
    let [now, taken] = [0, 0];
    for (let turn = 0; turn < 200; turn++, now += pause) {
      while (bucket.left(now) >= 1) {
        bucket.take(1, now);
        taken++;
      }
      expect(taken).toBeLessThanOrEqual(10 + now / 5);
    }
    expect(taken).toBeGreaterThanOrEqual(10);
  }
});

test("what is taken beyond is waited for, and no longer than the bound", () => {
  const bucket = new TokenBucket(BUCKET, 0);
  bucket.take(14, 0);
  expect(bucket.left(0)).toBe(-4);
  expect(bucket.waitMs(0)).toBe(21);
  expect([20, 21].map((now) => bucket.waitMs(now))).toEqual([1, 0]);
  const bounded = new TokenBucket({ ...BUCKET, longestWaitMs: 100 }, 0);
  bounded.take(1_000_000, 0);
  expect(bounded.waitMs(0)).toBe(101);
});

test("what is given back fills it, and not beyond the burst", () => {
  const bucket = new TokenBucket(BUCKET, 0);
  bucket.take(4, 0);
  expect(bucket.isFull(0)).toBe(false);
  bucket.take(-9, 0);
  expect(bucket.isFull(0)).toBe(true);
  expect(bucket.left(0)).toBe(10);
});

test("a clock that is set back takes nothing away, and gives as before", () => {
  const bucket = new TokenBucket(BUCKET, 1000);
  bucket.take(10, 1000);
  expect(bucket.left(100)).toBe(0);
  expect(bucket.left(105)).toBe(1);
});
