// Which ports have stayed in place for some minutes: told once, and by one timer.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { Standing } from "../../src/daemon/standing.ts";

const PERIOD_MS = 5 * 60_000;
let told: (readonly string[])[] = [];
let standing = new Standing({ stood: () => {} });

beforeEach(() => {
  told = [];
  jest.useFakeTimers();
  standing = new Standing({ stood: (lports) => told.push(lports) });
});
afterEach(() => {
  jest.useRealTimers();
});

test("a port is told of once, when it has stayed for a period", () => {
  standing.begin("lsp1");
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([]);
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([["lsp1"]]);
  jest.advanceTimersByTime(10 * PERIOD_MS);
  expect(told).toEqual([["lsp1"]]);
});

test("ports that came in the same period are told of together, and later ones later", () => {
  standing.begin("lsp1");
  standing.begin("lsp2");
  jest.advanceTimersByTime(PERIOD_MS);
  standing.begin("lsp1");
  standing.begin("lsp3");
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([["lsp1", "lsp2"]]);
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([["lsp1", "lsp2"], ["lsp3"]]);
});

test("a port that went meanwhile starts over", () => {
  standing.begin("lsp1");
  jest.advanceTimersByTime(PERIOD_MS);
  standing.end("lsp1");
  standing.begin("lsp1");
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([]);
  jest.advanceTimersByTime(PERIOD_MS);
  expect(told).toEqual([["lsp1"]]);
});

test("stop ends it, and leaves no timer", () => {
  standing.begin("lsp1");
  standing.stop();
  expect(jest.getTimerCount()).toBe(0);
});
