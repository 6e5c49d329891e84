// Look-ups in about the order of a map are the map's own answers.
import { describe, expect, test } from "bun:test";
import { inStep } from "../../src/plug/nodes/in-step.ts";
import { checkProperty, shrinkList } from "../support/random.ts";

/** A map that counts the look-ups by key. */
class Counting<K, V> extends Map<K, V> {
  looked = 0;
  override get(key: K): V | undefined {
    this.looked++;
    return super.get(key);
  }
}

const KEYS = Array.from({ length: 100 }, (_, index) => index);

function mapOf(keys: readonly number[]): Counting<number, string> {
  return new Counting(keys.map((key) => [key, `value ${key}`]));
}

function lookUpAll(map: Counting<number, string>, asked: readonly number[]): number {
  const find = inStep(map);
  for (const key of asked) expect(find(key)).toBe(map.has(key) ? `value ${key}` : undefined);
  return map.looked;
}

describe("in the map's own order", () => {
  test("nothing is looked up by its key", () => {
    expect(lookUpAll(mapOf(KEYS), KEYS)).toBe(0);
  });

  test("one that the map has at its end, or has had from the start, is looked up alone", () => {
    const [first = 0, ...others] = KEYS;
    const rotated = [...others, first];
    expect(lookUpAll(mapOf(rotated), KEYS)).toBeLessThan(3);
    expect(lookUpAll(mapOf(KEYS), rotated)).toBeLessThan(8);
  });

  test("what is not asked for is passed over", () => {
    const some = KEYS.filter((key) => key % 10 !== 0);
    expect(lookUpAll(mapOf(KEYS), some)).toBeLessThan(50);
  });
});

test("an entry that was replaced or deleted since the last look-up is what it is now", () => {
  const map = new Map([
    ["a", 1],
    ["b", 2],
    ["c", 3],
  ]);
  const find = inStep(map);
  expect(find("b")).toBe(2);
  map.set("a", 10).delete("c");
  expect([find("a"), find("c")]).toEqual([10, undefined]);
});

test("in any order, with changes between, the answers are the map's", () => {
  interface Step {
    readonly kind: "find" | "set" | "delete";
    readonly key: number;
  }
  checkProperty<readonly Step[]>({
    cases: 2000,
    generate: (random) =>
      random.list(random.int(40), () => ({
        kind: random.pick(["find", "find", "find", "set", "delete"] as const),
        key: random.int(8),
      })),
    failure(steps) {
      const map = new Map(KEYS.slice(0, 8).map((key) => [key, 0]));
      const find = inStep(map);
      for (const [at, { kind, key }] of steps.entries()) {
        if (kind === "set") map.set(key, at);
        else if (kind === "delete") map.delete(key);
        else if (find(key) !== map.get(key)) return `step ${at} finds ${find(key)}, not ${map.get(key)}`;
      }
      return undefined;
    },
    shrink: (steps, fails) => shrinkList(steps, fails),
    format: (steps) => JSON.stringify(steps),
  });
});
