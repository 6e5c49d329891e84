// Back-off per logical port: when a port is asked for again, never what is decided.
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { realEnvironment } from "ovsdb-jsonrpc";
import { longestDelay, Retries } from "../../../src/daemon/ports/retries.ts";

let due: string[] = [];

beforeEach(() => {
  due = [];
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A share of the jitter between 0 and 1. */
function retries(jitter = 0): Retries {
  return new Retries({
    due: (lport) => due.push(lport),
    environment: { ...realEnvironment, random: () => jitter },
  });
}

/** The delays of `count` tries in a row, in milliseconds. */
function delays(of: Retries, count: number): readonly number[] {
  return Array.from({ length: count }, () => {
    of.schedule("lsp1");
    const start = Date.now();
    const delay = (of.dueAt("lsp1") ?? 0) - start;
    jest.advanceTimersByTime(delay);
    return delay;
  });
}

test("the delay doubles from a second to a minute", () => {
  expect(delays(retries(), 8)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect(due.length).toBe(8);
});

test("jitter lengthens it by up to a quarter", () => {
  expect(delays(retries(1), 2)).toEqual([1250, 2500]);
});

test("a port is due when its delay is over, and not before", () => {
  const one = retries();
  one.schedule("lsp1");
  jest.advanceTimersByTime(999);
  expect(due).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(due).toEqual(["lsp1"]);
  expect(one.dueAt("lsp1")).toBeNull();
});

test("a port that is scheduled is not scheduled twice", () => {
  const one = retries();
  one.schedule("lsp1");
  one.schedule("lsp1");
  jest.advanceTimersByTime(60_000);
  expect(due).toEqual(["lsp1"]);
});

test("ports wait on their own", () => {
  const one = retries();
  delays(one, 2);
  one.schedule("lsp2");
  jest.advanceTimersByTime(1000);
  expect(due.at(-1)).toBe("lsp2");
});

describe("suspend", () => {
  test("ends the timer and remembers the failures", () => {
    const one = retries();
    delays(one, 2);
    one.schedule("lsp1");
    one.suspend("lsp1");
    jest.advanceTimersByTime(60_000);
    expect(due.length).toBe(2);
    expect(one.dueAt("lsp1")).toBeNull();
    expect(delays(one, 1)).toEqual([8000]);
  });
});

describe("reset", () => {
  test("ends the timer and starts over", () => {
    const one = retries();
    delays(one, 3);
    one.schedule("lsp1");
    one.reset("lsp1");
    jest.advanceTimersByTime(60_000);
    expect(due.length).toBe(3);
    expect(delays(one, 1)).toEqual([1000]);
  });

  test("of a port that nothing is known of does nothing", () => {
    const one = retries();
    one.reset("lsp9");
    one.suspend("lsp9");
    expect(one.dueAt("lsp9")).toBeNull();
  });
});

test("stop ends every timer", () => {
  const one = retries();
  one.schedule("lsp1");
  one.schedule("lsp2");
  one.stop();
  jest.advanceTimersByTime(600_000);
  expect(due).toEqual([]);
});

test("the longest that a delay gets is known beforehand, the jitter included", () => {
  expect([0, 1, 5, 6, 100].map(longestDelay)).toEqual([1250, 2500, 40_000, 75_000, 75_000]);
});
