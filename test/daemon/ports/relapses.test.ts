// For how long it counts that a port's interface had to go because it had become somebody else's.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { realEnvironment } from "ovsdb-jsonrpc";
import { Relapses } from "../../../src/daemon/ports/relapses.ts";

const SHORT_WHILE_MS = 60_000;
let over: string[] = [];
let relapses: Relapses;

beforeEach(() => {
  over = [];
  jest.useFakeTimers();
  relapses = new Relapses({ environment: realEnvironment, over: (lport) => over.push(lport) });
});
afterEach(() => {
  jest.useRealTimers();
});

test("it counts for a minute, and that is told once", () => {
  relapses.begin("lsp1", 1);
  jest.advanceTimersByTime(SHORT_WHILE_MS - 1);
  expect(over).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(over).toEqual(["lsp1"]);
  jest.advanceTimersByTime(10 * SHORT_WHILE_MS);
  expect(over).toEqual(["lsp1"]);
});

test.each([
  [2, 1250],
  [3, 2500],
  [4, 5000],
  [100, 75_000],
])("from the second time on the back-off does not use it up: the %p. time in a row", (times, backOff) => {
  relapses.begin("lsp1", times);
  jest.advanceTimersByTime(SHORT_WHILE_MS + backOff - 1);
  expect(over).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(over).toEqual(["lsp1"]);
});

test("a port that relapses within it begins anew, with one timer", () => {
  relapses.begin("lsp1", 1);
  jest.advanceTimersByTime(SHORT_WHILE_MS / 2);
  relapses.begin("lsp1", 2);
  expect(jest.getTimerCount()).toBe(1);
  jest.advanceTimersByTime(SHORT_WHILE_MS);
  expect(over).toEqual([]);
  jest.advanceTimersByTime(1250);
  expect(over).toEqual(["lsp1"]);
});

test("each port has its own", () => {
  relapses.begin("lsp1", 1);
  jest.advanceTimersByTime(SHORT_WHILE_MS / 2);
  relapses.begin("lsp2", 1);
  jest.advanceTimersByTime(SHORT_WHILE_MS / 2);
  expect(over).toEqual(["lsp1"]);
  jest.advanceTimersByTime(SHORT_WHILE_MS / 2);
  expect(over).toEqual(["lsp1", "lsp2"]);
});

test("one that begins when the time is over gets all of it", () => {
  relapses.begin("lsp1", 1);
  jest.advanceTimersByTime(SHORT_WHILE_MS);
  relapses.begin("lsp1", 1);
  jest.advanceTimersByTime(SHORT_WHILE_MS);
  expect(over).toEqual(["lsp1", "lsp1"]);
});

test("stop leaves no timer", () => {
  relapses.begin("lsp1", 1);
  relapses.begin("lsp2", 3);
  relapses.stop();
  expect(jest.getTimerCount()).toBe(0);
});
