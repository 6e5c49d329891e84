/** Whatever NICs a machine has, and whatever of them is away: a function's representor is its own or none. */
import { expect, test } from "bun:test";
import { checkListProperty, random } from "../../support/random.ts";
import { askNic } from "./support/ask-nic.ts";
import { type Item, randomItems, tableOf } from "./support/random-items.ts";

async function faultOf(items: readonly Item[]): Promise<string | undefined> {
  for (const { question, netdev, misplaced, reason } of await askNic(tableOf(items))) {
    const { what, representor } = question;
    if (netdev !== null && netdev !== representor) return `${what}: ${netdev}, not ${representor}`;
    if (misplaced !== null) return `${what}: ${representor} is said to be ${misplaced}`;
    if (netdev === null && !/\w/.test(reason ?? "")) return `${what}: without a reason`;
  }
  return undefined;
}

test("no port gets another function's representor, and no representor is said to be another function's", async () => {
  await checkListProperty({ cases: 400, generate: randomItems, failure: faultOf });
});

test("of most functions that are there, the kernel tells enough", async () => {
  const count = { found: 0, waits: 0 };
  for (let seed = 1; seed <= 100; seed++) {
    const table = tableOf(randomItems(random(seed)));
    const there = new Set(table.links.map(({ name }) => name));
    for (const { question, netdev } of await askNic(table)) {
      if (question.representor === null || !there.has(question.representor)) continue;
      count[netdev === null ? "waits" : "found"]++;
    }
  }
  expect(count.found).toBeGreaterThan(3 * count.waits);
});
