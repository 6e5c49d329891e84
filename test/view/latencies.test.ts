// How long it took from an event to its commit.
import { expect, test } from "bun:test";
import { Latencies } from "../../src/view/latencies.ts";

test("every commit counts in the class that it falls into, and a very slow one in none but the count", () => {
  const latencies = new Latencies();
  for (const milliseconds of [1, 2, 2.5, 31_000]) latencies.add(0, milliseconds);
  const { bounds, counts, count, sum } = latencies.histogram;
  expect(Object.fromEntries(bounds.map((bound, i) => [bound, counts[i]]))).toMatchObject({
    0.001: 1,
    0.0025: 2,
  });
  expect(counts.reduce((all, some) => all + some, 0)).toBe(3);
  expect(count).toBe(4);
  expect(sum).toBeCloseTo(31.0055);
});

test("only the last ones are kept one by one", () => {
  const latencies = new Latencies();
  for (let i = 1; i <= 1000; i++) latencies.add(i, i);
  expect(latencies.recent.length).toBeLessThan(300);
  expect(latencies.recent.at(-1)).toEqual({ seq: 1000, time: 1000, milliseconds: 1000 });
});

test("a clock that was set back makes no negative time", () => {
  const latencies = new Latencies();
  latencies.add(5, -3);
  expect(latencies.recent).toEqual([{ seq: 1, time: 5, milliseconds: 0 }]);
});
