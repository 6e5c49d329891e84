// A recompute goes over the data that are there. Whatever these are, it makes them right.
import { expect, test } from "bun:test";
import { checkProperty, type Random, random, shrinkList } from "../support/random.ts";
import { faultOfData, type History } from "./support/check.ts";
import { formatSteps, randomStep } from "./support/history.ts";
import { perform } from "./support/perform.ts";
import { World } from "./support/world.ts";

interface Case {
  readonly history: History;
  readonly seed: number;
}

test("a forced recompute makes the data of every node right, whatever they were", () => {
  let damaged = 0;
  checkProperty<Case>({
    cases: 300,
    generate: (random) => ({
      history: random.list(30, () => randomStep(random)),
      seed: random.int(2 ** 31),
    }),
    failure({ history, seed }) {
      const world = new World();
      for (const step of history) perform(world, step);
      world.run();
      damageAll(world, random(seed));
      if (world.verify().differences.length > 0) damaged++;
      world.recompute();
      world.run();
      return faultOfData(world);
    },
    shrink: ({ history, seed }, fails) => ({
      history: shrinkList(history, (fewer) => fails({ history: fewer, seed })),
      seed,
    }),
    format: ({ history, seed }) => `${formatSteps(history)}\ndamage by seed ${seed}`,
  });
  expect(damaged).toBeGreaterThan(200);
});

function damageAll(world: World, random: Random): void {
  for (const { node, context } of world.engine.slots.values()) {
    if (node.kind === "input" || node.kind === "run") continue;
    const data: unknown = context.data;
    if (typeof data !== "object" || data === null) continue;
    damage(data, random);
    for (const [name, part] of Object.entries(data)) {
      if (typeof part === "number") Object.assign(data, { [name]: part + random.int(3) });
      if (typeof part === "boolean") Object.assign(data, { [name]: random.chance(0.5) });
      damage(part, random);
    }
  }
}

/** Keys go, keys come, and what was held under one is held under another. */
function damage(data: unknown, random: Random): void {
  if (data instanceof Set) {
    for (const key of [...data]) if (random.chance(0.3)) data.delete(key);
    if (random.chance(0.5)) data.add("nobody");
  }
  if (!(data instanceof Map) || data.size === 0) return;
  const entries = [...data.entries()];
  for (const [key] of entries) {
    const fate = random.pick(["lost", "mistaken", "kept", "kept", "kept"]);
    if (fate === "lost") data.delete(key);
    if (fate === "mistaken") data.set(key, random.pick(entries)[1]);
  }
  if (random.chance(0.3)) data.set("nobody", random.pick(entries)[1]);
}
