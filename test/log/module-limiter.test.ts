// A hundred lines a second of each module, of which some are kept for warnings; what was left out is told once.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { ModuleLimiter } from "../../src/log/module-limiter.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function limiter() {
  const clock = { now: 1_000_000 };
  const told: string[] = [];
  const one = new ModuleLimiter(
    () => clock.now,
    (module, dropped) => told.push(`${module} ${dropped}`),
  );
  /** How many of so many lines are let through. */
  const passed = (module: string, count: number, isWarning = false) =>
    Array.from({ length: count }, () => one.pass(module, isWarning)).filter((pass) => pass).length;
  const wait = (milliseconds: number) => {
    clock.now += milliseconds;
    jest.advanceTimersByTime(milliseconds);
  };
  return { clock, told, passed, wait };
}

test("of what was left out each module tells on its own, when the second is over", () => {
  const { told, passed, wait } = limiter();
  expect([passed("a", 85), passed("b", 90), passed("c", 80)]).toEqual([80, 80, 80]);
  wait(999);
  expect(told).toEqual([]);
  wait(1);
  expect(told.sort()).toEqual(["a 5", "b 10"]);
});

test("it is told once, whether time or the module's next line comes first", () => {
  const { told, clock, passed, wait } = limiter();
  passed("a", 85);
  clock.now += 1000;
  passed("a", 1);
  expect(told).toEqual(["a 5"]);
  wait(10_000);
  expect(told).toEqual(["a 5"]);
  passed("a", 1);
  expect(told).toEqual(["a 5"]);
});

test("one timer tells of a second, however much is left out", () => {
  const { passed, wait } = limiter();
  passed("a", 200);
  expect(jest.getTimerCount()).toBe(1);
  wait(1000);
  expect(jest.getTimerCount()).toBe(0);
});

test("who has left nothing out has nothing told", () => {
  const { told, passed, wait } = limiter();
  passed("a", 80);
  wait(1000);
  passed("a", 80);
  wait(1000);
  expect(told).toEqual([]);
});

test("warnings have the whole hundred, also beside news", () => {
  const { passed } = limiter();
  expect([passed("a", 200), passed("a", 200, true)]).toEqual([80, 20]);
  expect(passed("b", 200, true)).toBe(100);
});

test("the line that tells is one of the next second's lines", () => {
  const { clock, passed } = limiter();
  passed("a", 85);
  clock.now += 1000;
  expect(passed("a", 200)).toBe(79);
});
