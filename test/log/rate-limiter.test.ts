// Five at once, then one a second; what did not pass is counted.
import { describe, expect, test } from "bun:test";
import { RateLimiter } from "../../src/log/rate-limiter.ts";
import { checkProperty } from "../support/random.ts";

function limiter() {
  const clock = { now: 1_000_000 };
  return { clock, limiter: new RateLimiter(() => clock.now) };
}

/** How many of `count` calls are let through. */
function allowed(of: RateLimiter, topic: string, count: number): number {
  return Array.from({ length: count }, () => of.pass(topic)).filter((pass) => pass.allowed).length;
}

test("five pass at once", () => {
  expect(allowed(limiter().limiter, "a", 9)).toBe(5);
});

test("then one passes each second, and says how many did not", () => {
  const { limiter: one, clock } = limiter();
  allowed(one, "a", 9);
  clock.now += 999;
  expect(one.pass("a")).toEqual({ allowed: false, dropped: 5 });
  clock.now += 1;
  expect(one.pass("a")).toEqual({ allowed: true, dropped: 5 });
  expect(one.pass("a")).toEqual({ allowed: false, dropped: 1 });
});

test("after a rest five pass again, and no more than five", () => {
  const { limiter: one, clock } = limiter();
  allowed(one, "a", 9);
  clock.now += 3_600_000;
  expect(allowed(one, "a", 9)).toBe(5);
});

test("a clock that is set back silences nobody for longer than a second", () => {
  const { limiter: one, clock } = limiter();
  allowed(one, "a", 9);
  clock.now -= 900_000;
  expect(one.pass("a").allowed).toBe(false);
  clock.now += 1000;
  expect(one.pass("a").allowed).toBe(true);
});

test("topics do not share", () => {
  const { limiter: one } = limiter();
  allowed(one, "a", 9);
  expect(allowed(one, "b", 9)).toBe(5);
});

test("more topics than are remembered do not make anyone's limit wider", () => {
  const { limiter: one } = limiter();
  allowed(one, "a", 9);
  for (let topic = 0; topic < 1500; topic++) one.pass(`topic ${topic}`);
  expect(allowed(one, "a", 9)).toBe(0);
});

test("nor those that have just passed as often as they may", () => {
  const { limiter: one } = limiter();
  expect(allowed(one, "a", 5)).toBe(5);
  for (let topic = 0; topic < 1500; topic++) one.pass(`topic ${topic}`);
  expect(allowed(one, "a", 1)).toBe(0);
});

test("what did not pass is told also when many other topics came meanwhile", () => {
  const { limiter: one, clock } = limiter();
  allowed(one, "a", 9);
  for (let topic = 0; topic < 999; topic++) one.pass(`topic ${topic}`);
  clock.now += 3_600_000;
  // Who is at rest is forgotten for this one's sake.
  one.pass("one more");
  expect(one.pass("a")).toEqual({ allowed: true, dropped: 4 });
});

test("topics that are at rest make room for others, which then have a limit of their own", () => {
  const { limiter: one, clock } = limiter();
  for (let topic = 0; topic < 1000; topic++) one.pass(`topic ${topic}`);
  clock.now += 3_600_000;
  for (const topic of ["a", "b"]) expect(allowed(one, topic, 9)).toBe(5);
});

test("all topics for which there is no room share one limit", () => {
  const { limiter: one } = limiter();
  for (let topic = 0; topic < 1000; topic++) one.pass(`topic ${topic}`);
  expect([allowed(one, "a", 3), allowed(one, "b", 9)]).toEqual([3, 2]);
});

test("the last topic for which there is room has a limit of its own", () => {
  const { limiter: one } = limiter();
  for (let topic = 0; topic < 999; topic++) one.pass(`topic ${topic}`);
  expect([allowed(one, "a", 9), allowed(one, "b", 9)]).toEqual([5, 5]);
});

test("who has had no time to get a token back is looked through once, however many topics come", () => {
  const { limiter: one, clock } = limiter();
  for (let topic = 0; topic < 1000; topic++) one.pass(`topic ${topic}`);
  // None is at rest yet, which is seen now.
  one.pass("a");
  clock.now += 999;
  expect(allowed(one, "b", 9)).toBe(4);
  // The thousand have one token back each, and are forgotten.
  clock.now += 1;
  expect([allowed(one, "c", 9), allowed(one, "d", 9)]).toEqual([5, 5]);
});

test("between two looks there is a second, in which all further topics share", () => {
  const { limiter: one, clock } = limiter();
  for (let topic = 0; topic < 500; topic++) one.pass(`early ${topic}`);
  clock.now += 500;
  for (let topic = 0; topic < 500; topic++) one.pass(`late ${topic}`);
  expect(allowed(one, "a", 5)).toBe(5);
  clock.now += 999;
  expect(allowed(one, "b", 9)).toBe(0);
  clock.now += 1;
  expect(allowed(one, "c", 9)).toBe(5);
});

test("nobody looks while there is room, so that there is a look when there is none", () => {
  const { limiter: one, clock } = limiter();
  one.pass("first");
  clock.now += 900;
  for (let topic = 0; topic < 998; topic++) one.pass(`topic ${topic}`);
  clock.now += 100;
  one.pass("n");
  clock.now += 900;
  one.pass("p");
  expect([allowed(one, "q", 9), allowed(one, "r", 9)]).toEqual([5, 5]);
});

test("long topics that begin alike do not share, and are remembered", () => {
  const { limiter: one } = limiter();
  const long = "x".repeat(300);
  expect([`${long}a`, `${long}b`, `${long}a`].map((topic) => allowed(one, topic, 9))).toEqual([5, 5, 0]);
});

describe("whatever comes when", () => {
  test("in any time no more pass than five and one for each second of it, and every drop is told", () => {
    checkProperty<readonly number[]>({
      cases: 500,
      generate: (random) => random.list(60, () => random.pick([0, 0, 0, 100, 900, 1000, 7000])),
      failure(pauses) {
        const { limiter: one, clock } = limiter();
        const start = clock.now;
        let [passed, told, dropped] = [0, 0, 0];
        for (const pause of pauses) {
          clock.now += pause;
          const pass = one.pass("a");
          if (pass.allowed) {
            passed++;
            told += pass.dropped;
          } else dropped++;
          if (passed > 5 + (clock.now - start) / 1000) return `${passed} passed in ${clock.now - start} ms`;
        }
        clock.now += 1000;
        told += one.pass("a").dropped;
        return told === dropped ? undefined : `${dropped} dropped, ${told} told`;
      },
      shrink: (one) => one,
      format: (one) => one.join(" "),
    });
  });
});
