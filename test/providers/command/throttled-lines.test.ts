// What a command writes is read as fast as what was asked for, and slowly where nobody asked for it.
import { expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { startChild } from "../../../src/providers/command/child.ts";
import { LineSplitter } from "../../../src/providers/command/lines.ts";
import { ThrottledLines } from "../../../src/providers/command/throttled-lines.ts";

const AT_ONCE = 10_000;
const A_SECOND = 1000;

function reader(cost: (line: string) => number) {
  const stream = new PassThrough();
  const heard: string[] = [];
  const lines = new ThrottledLines(stream, {
    splitter: new LineSplitter(1 << 20, "refuse"),
    onLine: (line) => {
      heard.push(line);
      return cost(line);
    },
    onRefused: () => heard.push("(refused)"),
  });
  return { stream, heard, lines };
}

test("what was asked for is heard at once, however much it is, and in order", async () => {
  const { stream, heard } = reader(() => 0);
  const lines = Array.from({ length: 100_000 }, (_, index) => String(index));
  stream.end(`${lines.join("\n")}\n`);
  while (heard.length < lines.length) await sleep(1);
  expect(heard).toEqual(lines);
});

test("what nobody asked for is heard up to a bound, then slowly, and at once when its writer is gone", async () => {
  const began = performance.now();
  const { stream, heard, lines } = reader(() => 1);
  stream.write("x\n".repeat(3 * AT_ONCE));
  while (heard.length < AT_ONCE + 100) await sleep(1);
  const seconds = (performance.now() - began) / 1000;
  expect(heard.length).toBeLessThanOrEqual(AT_ONCE + A_SECOND * seconds + 1);
  stream.end("last\n");
  lines.hurry();
  while (heard.at(-1) !== "last") await sleep(1);
  expect(heard.length).toBe(3 * AT_ONCE + 1);
});

test("a line that costs much holds up the next one for a while", async () => {
  const began = performance.now();
  const { stream, heard } = reader((line) => (line === "dear" ? AT_ONCE + 300 : 0));
  stream.write("dear\nnext\n");
  while (heard.length < 2) await sleep(1);
  expect(performance.now() - began).toBeGreaterThanOrEqual(200);
});

test("a long line that was asked for costs nothing when it is heard, one that was not asked for costs its length once", async () => {
  for (const isAsked of [true, false]) {
    const began = performance.now();
    const { stream, heard } = reader((line) => (line.length < 5 ? 1 : isAsked ? 0 : line.length / 1024));
    // More than what may come at once, in lines of 900 KiB.
    const [lines, kib] = [14, 900];
    for (let line = 0; line < lines; line++) {
      for (let piece = 0; piece < kib / 50; piece++) stream.write("y".repeat(50 << 10));
      stream.write("\n");
    }
    while (heard.length < lines) await sleep(1);
    const missing = lines * kib - AT_ONCE;
    if (!isAsked) expect(performance.now() - began).toBeGreaterThanOrEqual(missing - kib - A_SECOND);
    const short = AT_ONCE - kib;
    stream.write("x\n".repeat(short));
    for (let turns = 0; turns < 100; turns++) await new Promise(setImmediate);
    if (isAsked) expect(heard.length).toBe(lines + short);
    else expect(heard.length).toBeLessThan(lines + short);
    stream.destroy();
  }
});

test("nothing is heard after a line without end, nor after the end", async () => {
  const { stream, heard, lines } = reader(() => 0);
  stream.write("y".repeat(2 << 20));
  while (heard.length === 0) await sleep(1);
  stream.write("more\n");
  lines.close();
  await sleep(10);
  expect(heard).toEqual(["(refused)"]);
});

test.each(["exec yes", "exec yes >&2", "exec tr '\\0' x </dev/zero >&2"])(
  "a program that writes without end leaves time for everything else: %s",
  async (script) => {
    let heard = 0;
    let isGone = false;
    const began = performance.now();
    const child = startChild({
      argv: ["sh", "-c", script],
      variables: process.env,
      onLine: () => ++heard && 1,
      onStderr: () => heard++,
      onRoom: () => {},
      onEnd: () => {
        isGone = true;
      },
    });
    for (let turn = 0; turn < 50; turn++) await sleep(1);
    const seconds = (performance.now() - began) / 1000;
    // A line of standard error costs a little more than one.
    expect(heard).toBeLessThanOrEqual(AT_ONCE + A_SECOND * seconds + 1);
    child.signal("SIGKILL");
    while (!isGone) await sleep(1);
  },
);
