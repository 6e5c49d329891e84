// What people are told of the chassis as a whole: each thing once when it begins, and when all of it is over.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { realEnvironment } from "ovsdb-jsonrpc";
import { ChassisLog } from "../../src/daemon/chassis-log.ts";
import { Log } from "../../src/log/log.ts";
import type { Obstacle } from "../../src/plug/obstacle.ts";

let lines: string[] = [];
let chassisLog: ChassisLog;

beforeEach(() => {
  jest.useFakeTimers();
  lines = [];
  const log = new Log({
    level: "debug",
    format: "text",
    write: (line) => lines.push(line.trim().slice("1970-01-01T00:00:00.000Z ".length)),
  });
  chassisLog = new ChassisLog(log.module("plug"), realEnvironment);
});
afterEach(() => {
  chassisLog.close();
  jest.useRealTimers();
});

function because(code: Obstacle["code"], reason: string = code): Obstacle {
  return { code, reason };
}

test.each([
  ["chassis-name", "warn plug: why"],
  ["bridge", "warn plug: why"],
  ["chassis-row", "info plug: waiting: why"],
  ["northd", "info plug: waiting: why"],
] as const)("%s is told once, and that it is over", (kind, line) => {
  chassisLog.tell(because(kind, "why"));
  chassisLog.tell(because(kind, "why"));
  chassisLog.tell(null);
  chassisLog.tell(null);
  expect(lines).toEqual([line, "info plug: ready: every port can be decided"]);
});

test.each(["local-database", "southbound", "incomplete"] as const)("%s is told elsewhere", (kind) => {
  chassisLog.tell(because(kind));
  chassisLog.tell(null);
  expect(lines).toEqual([]);
});

test("that an obstacle is over is told once, and of no later obstacle that is told elsewhere", () => {
  chassisLog.tell(because("bridge"));
  chassisLog.tell(because("southbound"));
  chassisLog.tell(null);
  chassisLog.tell(because("local-database"));
  chassisLog.tell(null);
  expect(lines).toEqual(["warn plug: bridge", "info plug: ready: every port can be decided"]);
});

test("a daemon stands by when the lock has not come for a while", () => {
  chassisLog.tell(because("lock", "another has it"));
  jest.advanceTimersByTime(500);
  expect(lines).toEqual([]);
  jest.advanceTimersByTime(500);
  expect(lines).toEqual(["info plug: standing by: another has it"]);
});

test("a lock that comes at once is no standing by", () => {
  chassisLog.tell(because("lock"));
  chassisLog.tell(null);
  jest.advanceTimersByTime(5000);
  expect(lines).toEqual([]);
});

test("unplugs that are held are one line with their number, and another when that changes", () => {
  const hold = (due: readonly string[], isHeld = true) =>
    chassisLog.tellHold({ due: new Set(due), ownedCount: 8, isHeld, stranger: null }, 25);
  hold(["a"], false);
  hold(["a", "b", "c"]);
  hold(["a", "b", "c"]);
  hold(["a", "b", "c", "d"]);
  hold(["a"], false);
  expect(lines).toEqual([
    expect.stringMatching(
      /^warn plug: held: 3 of 8 plugged ports .*safety\.max_unplug \(25%\).*confirm-unplug$/,
    ),
    expect.stringMatching(/^warn plug: held: 4 of 8 plugged ports /),
    "info plug: unplugs are not held any more",
  ]);
});

test("unplugs that are held because the Southbound is another database are told with both", () => {
  const stranger = { before: "11111111-2222-3333-4444-555555555555", now: null };
  chassisLog.tellHold({ due: new Set(["a"]), ownedCount: 8, isHeld: true, stranger }, 25);
  expect(lines).toEqual([
    expect.stringMatching(
      /^warn plug: held: 1 of 8 .*another database than before \(cluster 11111111-[-0-9]+, now no cluster\)/,
    ),
  ]);
  expect(lines.join()).not.toContain("max_unplug");
});
