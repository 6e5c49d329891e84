/** When what the process holds is collected and given back: by the bytes that come in, and never for nothing. */
import { beforeEach, expect, test } from "bun:test";
import { type Environment, type Remote, realEnvironment, type StreamEvents } from "ovsdb-jsonrpc";
import { MemoryKeeper, START_AT_MOST_MS, START_MS } from "../../src/daemon/memory-keeper.ts";

const MiB = 1 << 20;

/** A world whose turns and timers come when they are told to. */
class Stage {
  readonly turns: (() => void)[] = [];
  readonly timers = new Map<() => void, number>();
  events: StreamEvents | null = null;
  readonly environment: Environment = {
    ...realEnvironment,
    turn: (call) => void this.turns.push(call),
    timer: (milliseconds, call) => {
      this.timers.set(call, milliseconds);
      return () => this.timers.delete(call);
    },
    connect: (_, __, events) => {
      this.events = events;
      return { write: () => {}, unsent: 0, close: () => {} };
    },
  };

  turn(): void {
    for (const call of this.turns.splice(0)) call();
  }

  ring(): void {
    for (const call of [...this.timers.keys()]) {
      this.timers.delete(call);
      call();
    }
  }
}

let stage: Stage;
let keeper: MemoryKeeper;
let held = 0;
let collected = 0;
let released = 0;
let unmapped = 0;
let resident = 0;
beforeEach(() => {
  stage = new Stage();
  [held, collected, released, unmapped, resident] = [MiB, 0, 0, 0, 100 * MiB];
  keeper = new MemoryKeeper(
    {
      collect: () => {
        collected++;
        return held;
      },
      release: () => void released++,
      releasePages: () => void unmapped++,
      resident: () => resident,
    },
    stage.environment,
  );
});

test("what the start needed is given back soon, and nothing more while nothing grows", () => {
  keeper.started();
  expect([...stage.timers.values()]).toEqual([START_MS]);
  stage.ring();
  expect(released).toBe(1);
  resident += 8 * MiB;
  for (let look = 0; look < 10; look++) stage.ring();
  expect([released, collected]).toEqual([1, 0]);
});

test("the pages that only the loading needed are given back at once, and no garbage is looked for", () => {
  keeper.loaded();
  expect([unmapped, released, collected]).toEqual([1, 0, 0]);
});

test("what the start needed is given back however little is resident", () => {
  resident = MiB;
  keeper.started();
  stage.ring();
  expect(released).toBe(1);
});

test("that the first complete pass is done counts once, however often that is said", () => {
  keeper.started();
  keeper.took(2 * MiB - 1);
  keeper.started();
  expect(stage.timers.size).toBe(1);
  keeper.took(1);
  stage.turn();
  expect(collected).toBe(1);
});

test("what has grown by some megabytes is given back once", () => {
  keeper.started();
  stage.ring();
  resident += 32 * MiB;
  for (let look = 0; look < 10; look++) stage.ring();
  expect(released).toBe(2);
});

test("what grows slowly is given back, too", () => {
  keeper.started();
  for (let look = 0; look < 33; look++) {
    stage.ring();
    resident += MiB;
  }
  expect(released).toBe(3);
});

test("what has been given back meanwhile is not counted on: less is the new measure", () => {
  keeper.started();
  stage.ring();
  resident -= 50 * MiB;
  stage.ring();
  resident += 20 * MiB;
  stage.ring();
  expect(released).toBe(2);
});

test("two megabytes are enough, and a byte less is not", () => {
  keeper.started();
  keeper.took(2 * MiB - 1);
  stage.turn();
  expect(collected).toBe(0);
  keeper.took(1);
  stage.turn();
  expect(collected).toBe(1);
});

test("garbage is collected after some megabytes, when they have been dealt with", () => {
  keeper.started();
  for (let chunk = 0; chunk < 40; chunk++) keeper.took(MiB / 10);
  expect(collected).toBe(0);
  stage.turn();
  expect(collected).toBe(1);
});

test("a start without a complete pass is over after half a minute: of a daemon that stands by, say", () => {
  keeper.took(100 * MiB);
  stage.turn();
  expect([...stage.timers.values()]).toEqual([START_AT_MOST_MS]);
  stage.ring();
  expect([...stage.timers.values()]).toEqual([START_MS]);
  expect([released, collected]).toEqual([0, 0]);
  stage.ring();
  expect(released).toBe(1);
  keeper.took(2 * MiB);
  stage.turn();
  expect(collected).toBe(1);
});

test("only the first complete pass ends the start", () => {
  keeper.started();
  stage.ring();
  keeper.started();
  stage.ring();
  expect(released).toBe(1);
  expect(stage.timers.size).toBe(1);
});

test("the start collects nothing", () => {
  keeper.took(100 * MiB);
  stage.turn();
  keeper.started();
  keeper.took(1);
  stage.turn();
  expect(collected).toBe(0);
});

test("who holds more is not gone through more often than a quarter of it comes in", () => {
  keeper.started();
  held = 400 * MiB;
  for (let round = 0; round < 200; round++) {
    keeper.took(MiB);
    stage.turn();
  }
  // The first knows nothing yet.
  expect(collected).toBe(2);
});

test("what streams bring is counted, and reaches whom it is for", () => {
  keeper.started();
  const got: number[] = [];
  const told: string[] = [];
  const remote: Remote = { kind: "unix", name: "unix:x", path: "x" };
  keeper.environment.connect(
    remote,
    {},
    {
      onOpen: () => void told.push("open"),
      onData: (chunk) => void got.push(chunk.length),
      onEnd: () => void told.push("end"),
    },
  );
  stage.events?.onData(new Uint8Array(4 * MiB));
  stage.events?.onOpen();
  stage.events?.onEnd({ code: "disconnected", message: "over" });
  expect([got, told]).toEqual([[4 * MiB], ["open", "end"]]);
  expect(keeper.environment.turn).toBe(stage.environment.turn);
  stage.turn();
  expect(collected).toBe(1);
});

test("nothing is given back any more when the end has begun", () => {
  keeper.started();
  keeper.stop();
  expect(stage.timers.size).toBe(0);
});

test("nothing is given back any more when the end comes after some looks", () => {
  keeper.started();
  for (let look = 0; look < 3; look++) stage.ring();
  keeper.stop();
  expect(stage.timers.size).toBe(0);
});
