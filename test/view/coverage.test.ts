// Event counters, and their rates over the slots of time that have ended.
import { expect, test } from "bun:test";
import { Coverage, EVENTS } from "../../src/view/coverage.ts";

function countersAt(start: number) {
  let now = start;
  const coverage = new Coverage(() => now);
  return {
    coverage,
    at: (seconds: number) => {
      now = start + seconds * 1000;
    },
    /** Rates and total of an event, as printed. */
    shown: (event: string) => {
      const line = coverage
        .show()
        .split("\n")
        .find((each) => each.startsWith(`${event} `));
      return line?.match(/[\d.]+(?=\/sec)|\d+$/g)?.map(Number);
    },
  };
}

test("nothing has come: every event is one that was never hit", () => {
  const { coverage } = countersAt(0);
  expect(coverage.show()).toBe(
    `Event coverage, avg rate over last: 5 seconds, last minute, last hour:\n${EVENTS.length} events never hit\n`,
  );
});

test.each([0, 1e6, 123_456_789])("rates are those of slots that have ended, from %i ms on", (start) => {
  const { coverage, at, shown } = countersAt(start - (start % 60_000));
  for (let times = 0; times < 10; times++) coverage.count("graph_run");
  expect(shown("graph_run")).toEqual([0, 0, 0, 10]);
  at(5);
  expect(shown("graph_run")).toEqual([2, 0.167, 0, 10]);
  at(10);
  expect(shown("graph_run")).toEqual([0, 0.167, 0, 10]);
  at(60);
  expect(shown("graph_run")).toEqual([0, 0.167, 0.0028, 10]);
  at(65);
  expect(shown("graph_run")).toEqual([0, 0, 0.0028, 10]);
  at(3600);
  expect(shown("graph_run")).toEqual([0, 0, 0.0028, 10]);
  at(3660);
  expect(shown("graph_run")).toEqual([0, 0, 0, 10]);
});

test("a ring that was not looked at for long has forgotten what is older than itself", () => {
  const { coverage, at, shown } = countersAt(0);
  coverage.count("verify");
  at(1e6);
  coverage.count("verify");
  at(1e6 + 60);
  expect(shown("verify")?.[3]).toBe(2);
  expect(shown("verify")?.[2]).toBe(0.0003);
});

test("calls of a provider are counted by its name", () => {
  const { coverage } = countersAt(0);
  coverage.count("prepare_dummy");
  expect(coverage.total("prepare_dummy")).toBe(1);
  expect(coverage.total("finish_dummy")).toBe(0);
  expect(coverage.show()).toContain("prepare_dummy ");
});
