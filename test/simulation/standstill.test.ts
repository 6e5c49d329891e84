// What stands still keeps the order of what comes, however often it stands still.
import { describe, expect, test } from "bun:test";
import { Scheduler } from "./world/scheduler.ts";
import { Standstill } from "./world/standstill.ts";

function still() {
  const scheduler = new Scheduler();
  const standstill = new Standstill(scheduler);
  const done: string[] = [];
  const comes = (what: string) => standstill.enter(() => done.push(`${what} at ${scheduler.now}`));
  return { scheduler, standstill, done, comes };
}

describe("what stands still", () => {
  test("does nothing until it goes on, and then what came first first", () => {
    const { scheduler, standstill, done, comes } = still();
    standstill.begin(10);
    comes("a");
    scheduler.at(5, () => comes("b"));
    scheduler.at(10, () => comes("c"));
    scheduler.at(11, () => comes("d"));
    for (; scheduler.step(); );
    expect(done).toEqual(["a at 10", "b at 10", "c at 10", "d at 11"]);
  });

  test("keeps the order when it stands still again before it has gone on", () => {
    const { scheduler, standstill, done, comes } = still();
    standstill.begin(10);
    comes("a");
    scheduler.at(8, () => standstill.begin(10));
    scheduler.at(9, () => comes("b"));
    for (; scheduler.step(); );
    expect(done).toEqual(["a at 18", "b at 18"]);
  });

  test("keeps the order when what waited lets it stand still again", () => {
    const { scheduler, standstill, done, comes } = still();
    standstill.begin(10);
    standstill.enter(() => standstill.begin(5));
    comes("a");
    for (; scheduler.step(); );
    expect(done).toEqual(["a at 15"]);
  });

  test("goes on at once when its standstill ends, in the same order", () => {
    const { scheduler, standstill, done, comes } = still();
    standstill.begin(100);
    comes("a");
    scheduler.at(5, () => standstill.end());
    scheduler.at(5, () => comes("b"));
    scheduler.at(6, () => comes("c"));
    for (; scheduler.step(); );
    expect(done).toEqual(["a at 5", "b at 5", "c at 6"]);
  });
});
