/** A provider that does not start is tried again, and said to have failed until it has. */
import { beforeEach, expect, test } from "bun:test";
import * as v from "valibot";
import { type ProviderConfig, providers as schema } from "../../src/config/provider-entries.ts";
import { ProviderSet } from "../../src/daemon/provider-set.ts";
import { Log } from "../../src/log/log.ts";
import { ProviderRegistry } from "../../src/providers/registry.ts";

let lines: string[];
/** What is to be called when its time has come, and after how many milliseconds. */
let timers: Map<() => void, number>;
let started: number;
let failures: number;
let set: ProviderSet;
let entry: ProviderConfig;

beforeEach(() => {
  [lines, timers, started, failures] = [[], new Map(), 0, 0];
  const log = new Log({ level: "debug", format: "text", write: (line) => void lines.push(line) });
  set = new ProviderSet({
    registry: new ProviderRegistry({ onWake: () => {}, log: () => {}, elapsed: () => 0 }),
    log: log.module("daemon"),
    timer: (milliseconds, call) => {
      timers.set(call, milliseconds);
      return () => void timers.delete(call);
    },
    onStarted: () => void started++,
  });
  const [dummy] = v.parse(schema, [{ type: "dummy" }]);
  if (dummy === undefined) throw new Error("no entry");
  entry = {
    ...dummy,
    create: () => ({
      type: "dummy",
      init: () => {
        if (failures-- > 0) throw new Error("the device is not there");
      },
      prepare: () => ({ ready: false, reason: "none" }),
    }),
  };
});

/** The only timer that there is; answers after how many milliseconds it comes. */
function ring(): number {
  const [[call, milliseconds] = [() => {}, Number.NaN], ...others] = timers;
  expect(others).toEqual([]);
  timers.delete(call);
  call();
  return milliseconds;
}

test("it is tried again after growing whiles, and its start is told", () => {
  failures = 3;
  set.apply([entry]);
  expect(set.statuses()).toEqual([
    { type: "dummy", state: "failed", reason: expect.stringContaining("the device is not there") },
  ]);
  expect([ring(), ring(), ring()]).toEqual([1000, 2000, 4000]);
  expect(set.statuses()).toEqual([{ type: "dummy", state: "ready" }]);
  expect([started, timers.size]).toEqual([1, 0]);
  expect(lines.map((line) => line.replace(/^\S+ /, ""))).toEqual([
    expect.stringMatching(
      /^error daemon: provider dummy .*the device is not there; vifplugd tries again to start provider dummy\n$/,
    ),
    "info daemon: provider dummy has started after all\n",
  ]);
});

test("it is told anew when the reason is another one, and not while it stays the same", () => {
  const reasons = ["no device", "no device", "no driver", "no driver", "no device"];
  entry = {
    ...entry,
    create: () => ({
      type: "dummy",
      init: () => {
        throw new Error(reasons.shift());
      },
      prepare: () => ({ ready: false, reason: "none" }),
    }),
  };
  set.apply([entry]);
  while (reasons.length > 0) ring();
  expect(lines.map((line) => /failed: (.*?);/.exec(line)?.[1])).toEqual([
    "no device",
    "no driver",
    "no device",
  ]);
});

test("the longest while is a minute", () => {
  failures = 10;
  set.apply([entry]);
  expect(Math.max(...Array.from({ length: 10 }, ring))).toBe(60_000);
});

test("a configuration that is read again tries it at once, and one without it never", () => {
  failures = 2;
  set.apply([entry]);
  set.apply([entry]);
  expect([timers.size, failures]).toEqual([1, 0]);
  set.apply([]);
  expect([timers.size, set.statuses()]).toEqual([0, []]);
});

test("one whose plug type is another's is not tried again before the configuration is another one", () => {
  const other: ProviderConfig = {
    ...{ source: "command", type: "acme", match: ["dummy"], command: ["acme"], options: {} },
    create: () => ({ type: "acme", prepare: () => ({ ready: false, reason: "none" }) }),
  };
  set.apply([entry, other]);
  expect(set.statuses()[1]).toMatchObject({ state: "failed", reason: expect.stringContaining("belongs to") });
  expect(timers.size).toBe(0);
  expect(lines.join("")).not.toContain("tries again");
  set.apply([other]);
  expect(set.statuses()).toEqual([{ type: "acme", state: "ready" }]);
});

test("at the end nothing is tried again", () => {
  failures = 1;
  set.apply([entry]);
  set.stop();
  expect(timers.size).toBe(0);
});
