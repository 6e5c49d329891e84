// Data by logical port: maps as any other, which keep what belongs to one port side by side.
import { describe, expect, test } from "bun:test";
import { type ByLport, lportMaps } from "../../src/plug/lport-map.ts";
import { checkProperty, type Random, shrinkList } from "../support/random.ts";

interface Value {
  readonly value: number;
}

const NODES = ["lport", "plug"] as const;
const NAMES = Array.from({ length: 300 }, (_, index) => `lsp${index}`);

function two(byLport: ByLport = lportMaps(), engine: object = {}) {
  return { lport: byLport<Value>("lport")(engine), plug: byLport<Value>("plug")(engine) };
}

describe("the maps of one engine", () => {
  test("know nothing of what the others hold", () => {
    const { lport, plug } = two();
    lport.set("a", { value: 1 });
    expect([lport.get("a"), plug.get("a")]).toEqual([{ value: 1 }, undefined]);
    expect([lport.size, plug.size, plug.has("a"), plug.delete("a")]).toEqual([1, 0, false, false]);
    expect([...plug]).toEqual([]);
  });

  test("are walked in one order, whichever order they were filled in", () => {
    const { lport, plug } = two();
    for (const name of NAMES) lport.set(name, { value: 1 });
    for (const name of NAMES.toReversed()) plug.set(name, { value: 2 });
    expect([...plug.keys()]).toEqual([...lport.keys()]);
  });

  test("that a node gets anew are empty, and the others are what they were", () => {
    const [byLport, engine] = [lportMaps(), {}];
    const { lport, plug } = two(byLport, engine);
    lport.set("a", { value: 1 });
    plug.set("a", { value: 2 });
    expect([...byLport<Value>("plug")(engine)]).toEqual([]);
    expect([...lport]).toEqual([["a", { value: 1 }]]);
  });
});

test("the maps of another engine share nothing", () => {
  const byLport = lportMaps();
  const [one, other] = [two(byLport), two(byLport)];
  for (const name of NAMES) one.lport.set(name, { value: 1 });
  for (const name of NAMES.toReversed()) other.lport.set(name, { value: 2 });
  expect([...one.lport.keys()]).toEqual(NAMES);
  expect([...other.lport.keys()]).toEqual(NAMES.toReversed());
});

test("the places of names that nobody holds any more are used again, and those of others never", () => {
  const { lport, plug } = two();
  const kept = { value: 0 };
  lport.set("first", { value: 1 });
  plug.set("kept", kept);
  lport.delete("first");
  const before: string[] = [];
  for (let index = 0; index < 10_000; index++) {
    const name = `lsp${index}`;
    plug.set(name, { value: index });
    // The first place is free again, sooner or later: who gets it is walked first.
    const [first = ""] = plug.keys();
    if (first !== "kept") before.push(name);
    expect([plug.get("kept"), plug.size, plug.delete(name)]).toEqual([kept, 2, true]);
  }
  expect(before.filter((name) => Number(name.slice(3)) >= 9_800)).not.toEqual([]);
});

test("whatever is done while a map is walked, each entry that is there when it is reached is told", () => {
  const { lport } = two();
  for (const name of NAMES) lport.set(name, { value: 1 });
  const seen: string[] = [];
  for (const [name] of lport) {
    seen.push(name);
    lport.delete(name);
    lport.delete("lsp299");
  }
  expect(seen).toEqual(NAMES.slice(0, -1));
  expect(lport.size).toBe(0);
});

interface Step {
  readonly kind: "set" | "get" | "delete" | "clear" | "renew";
  readonly node: (typeof NODES)[number];
  readonly name: string;
}

function anyStep(random: Random): Step {
  const often = ["set", "set", "set", "get", "get", "delete", "delete"] as const;
  return {
    kind: random.chance(0.01) ? random.pick(["clear", "renew"] as const) : random.pick(often),
    node: random.pick(NODES),
    name: random.pick(NAMES),
  };
}

test("in any history they hold what maps of their own would hold", () => {
  checkProperty<readonly Step[]>({
    cases: 300,
    generate: (random) => random.list(600, () => anyStep(random)),
    failure(steps) {
      const [byLport, engine] = [lportMaps(), {}];
      const ours = two(byLport, engine);
      const theirs = { lport: new Map<string, Value>(), plug: new Map<string, Value>() };
      for (const [at, { kind, node, name }] of steps.entries()) {
        const [one, other] = [ours[node], theirs[node]];
        if (kind === "set") {
          one.set(name, { value: at });
          other.set(name, { value: at });
        }
        if (kind === "delete" && one.delete(name) !== other.delete(name)) return `step ${at} deletes another`;
        if (kind === "get" && one.get(name)?.value !== other.get(name)?.value)
          return `step ${at} gets another`;
        if (kind === "clear") one.clear();
        if (kind === "renew") ours[node] = byLport<Value>(node)(engine);
        if (kind === "clear" || kind === "renew") other.clear();
      }
      for (const node of NODES) {
        const [one, other] = [ours[node], theirs[node]];
        const visited = new Map<string, Value>();
        one.forEach((value, name) => void visited.set(name, value));
        const isSame =
          one.size === other.size &&
          Bun.deepEquals(visited, other) &&
          Bun.deepEquals([...one], [...visited]) &&
          Bun.deepEquals([...one.values()], [...visited.values()]);
        if (!isSame) return `${node} holds ${[...one.keys()]}, and not ${[...other.keys()]}`;
      }
      return undefined;
    },
    shrink: (steps, fails) => shrinkList(steps, fails),
    format: (steps) => JSON.stringify(steps),
  });
});
