// What is asked again because the command's tables changed: at once, and no more of it than it may.
import { expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Changes } from "../../../src/providers/command/changes.ts";
import { realTime } from "../../../src/providers/command/time.ts";

const AT_ONCE = 10_000;

function changes(roundSize: number) {
  const asked: string[] = [];
  const noted = new Changes({
    time: realTime,
    isKnown: (lport) => !lport.startsWith("unknown"),
    askAgain: (lport) => asked.push(lport),
    beginRound: () => {
      asked.push("(all)");
      return roundSize;
    },
  });
  return { noted, asked };
}

test("the first word is heeded at once, for some that are known and for all", () => {
  const { noted, asked } = changes(20_000);
  noted.note(["a", "b", "unknown", "a"]);
  noted.note(null);
  expect(asked).toEqual(["a", "b", "(all)"]);
});

test("the next round waits as long as its questions take, and is one whatever is said meanwhile", async () => {
  const { noted, asked } = changes(AT_ONCE + 1000);
  const began = performance.now();
  for (const lports of [null, null, ["a"], null]) noted.note(lports);
  expect(asked).toEqual(["(all)"]);
  while (asked.length < 2) await sleep(1);
  expect(performance.now() - began).toBeGreaterThanOrEqual(1000);
  expect(asked).toEqual(["(all)", "(all)"]);
});

test("so many ports are asked about again at once, and the others in a while, each once", async () => {
  const { noted, asked } = changes(0);
  const lports = Array.from({ length: AT_ONCE + 1000 }, (_, index) => `lsp${index}`);
  const began = performance.now();
  noted.note(lports);
  expect(asked.length).toBeLessThanOrEqual(AT_ONCE + performance.now() - began + 1);
  const again = lports.slice(-50);
  // None, unless the machine was busy elsewhere for so long.
  const asTwo = again.filter((lport) => asked.includes(lport));
  noted.note(again);
  const all = [...lports, ...asTwo];
  while (asked.length < all.length) await sleep(1);
  await sleep(20);
  expect(asked).toEqual(all);
});

test("what is forgotten is not asked", async () => {
  const { noted, asked } = changes(AT_ONCE + 500);
  noted.note(null);
  noted.note(["a"]);
  noted.forget();
  await sleep(600);
  expect(asked).toEqual(["(all)"]);
});
