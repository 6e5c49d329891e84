// Which ports have stayed in place for some minutes: told once, and by one timer.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { realEnvironment } from "ovsdb-jsonrpc";
import { StableTimer } from "../../../src/daemon/ports/stable-timer.ts";

const PERIOD_MS = 5 * 60_000;
let told: (readonly string[])[] = [];
let timer = new StableTimer({ environment: realEnvironment, stable: () => {} });

beforeEach(() => {
  told = [];
  jest.useFakeTimers();
  timer = new StableTimer({ environment: realEnvironment, stable: (lports) => told.push(lports) });
});
afterEach(() => {
  jest.useRealTimers();
});

test("a port is told of once, when it has stayed for a period", () => {
  timer.begin("lsp1");
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([]);
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([["lsp1"]]);
  jest.advanceTimersByTime(10 * PERIOD_MS);
  expect(told).toEqual([["lsp1"]]);
});

test("ports that came in the same period are told of together, and later ones later", () => {
  timer.begin("lsp1");
  timer.begin("lsp2");
  jest.advanceTimersByTime(PERIOD_MS);
  timer.begin("lsp1");
  timer.begin("lsp3");
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([["lsp1", "lsp2"]]);
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([["lsp1", "lsp2"], ["lsp3"]]);
});

test("a port that went meanwhile starts over", () => {
  timer.begin("lsp1");
  jest.advanceTimersByTime(PERIOD_MS);
  timer.end("lsp1");
  timer.begin("lsp1");
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([]);
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([["lsp1"]]);
});

test("a port that went before its first period was over is not told of", () => {
  timer.begin("lsp1");
  timer.begin("lsp2");
  timer.end("lsp1");
  jest.advanceTimersByTime(3 * PERIOD_MS);
  expect(told).toEqual([["lsp2"]]);
});

test("there is one timer for all ports, and none when there is none to tell of", () => {
  timer.begin("lsp1");
  timer.begin("lsp2");
  expect(jest.getTimerCount()).toBe(1);
  jest.advanceTimersByTime(2 * PERIOD_MS);
  expect([told.length, jest.getTimerCount()]).toEqual([1, 0]);
  timer.begin("lsp1");
  jest.advanceTimersByTime(2 * PERIOD_MS);
  expect(told).toHaveLength(2);
});

test("stop ends it, and leaves no timer", () => {
  timer.begin("lsp1");
  timer.stop();
  timer.begin("lsp2");
  expect(jest.getTimerCount()).toBe(0);
});
