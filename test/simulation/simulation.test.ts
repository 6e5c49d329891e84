/**
 * Every order of events: the real code in simulated clouds, for a minute with seeds that nobody has played before. The first seed
 * is printed. A history that fails is told at once, and made small.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Plan, planOf, play } from "./world/history.ts";
import { storyOf } from "./world/story.ts";

const MAIN = join(import.meta.dir, "../../tools/simulate/main.ts");
const KEPT = join(import.meta.dir, "kept");

describe("a simulated history", () => {
  test("is the same for the same seed, to the last message", async () => {
    for (const seed of [1, 2, 3]) {
      const { story } = await play(planOf(seed), "diagram");
      expect(story.length).toBeGreaterThan(100);
      expect((await play(planOf(seed), "diagram")).story).toEqual(story);
    }
  });

  test("is another one for another seed", async () => {
    expect(await storyOf(planOf(1))).not.toBe(await storyOf(planOf(2)));
  });
});

describe("what failed once does not fail any more:", () => {
  const kept = readdirSync(KEPT)
    .filter((name) => name.endsWith(".json"))
    .sort();
  test.each(kept)("%s", async (name) => {
    const { plan }: { readonly plan: Plan } = JSON.parse(readFileSync(join(KEPT, name), "utf8"));
    expect((await play(plan)).failure ?? "nothing is wrong").toBe("nothing is wrong");
  });
  test("some are kept", () => expect(kept.length).toBeGreaterThan(0));
});

/**
 * Plays them in processes of their own, on every core, and lets everybody else go first; throws what they print when a history
 * fails.
 */
function simulate(...options: readonly string[]): void {
  const run = Bun.spawnSync(["nice", process.execPath, "run", MAIN, ...options], { stderr: "inherit" });
  const output = run.stdout.toString();
  console.log(output.trim());
  if (run.exitCode === 0) return;
  const [why] = /^seed \d+ fails: .*$/m.exec(output) ?? ["it failed, and named no seed"];
  throw new Error(
    `${why}\nThe whole is above. npm run simulate -- --seed N --lines plays the history of a seed again.`,
  );
}

test("a minute of histories that nobody has played before, and nothing unsafe is done and nothing left undone", () => {
  simulate("--minutes", "1");
}, 600_000);
