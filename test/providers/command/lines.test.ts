// A stream of bytes is cut into lines, and no line takes more memory than it may.

import { heapSize } from "bun:jsc";
import { expect, test } from "bun:test";
import { LineSplitter } from "../../../src/providers/command/lines.ts";
import { checkProperty } from "../../support/random.ts";

function feed(splitter: LineSplitter, chunks: readonly string[]): readonly string[] | null {
  const lines: string[] = [];
  for (const chunk of chunks) {
    const complete = splitter.push(Buffer.from(chunk));
    if (complete === null) return null;
    lines.push(...complete.map(String));
  }
  return lines;
}

test("lines are the same, however the bytes arrive", () => {
  checkProperty<{ readonly text: string; readonly cuts: readonly number[] }>({
    cases: 300,
    generate: (random) => {
      const text = random.list(random.int(60), () => random.pick(["a", "é", "\n", "名", " "])).join("");
      return { text, cuts: random.list(random.int(8), () => random.int(200)).sort((a, b) => a - b) };
    },
    failure({ text, cuts }) {
      const bytes = Buffer.from(text);
      const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length];
      const splitter = new LineSplitter(1000, "refuse");
      const lines: string[] = [];
      let from = 0;
      for (const end of ends) {
        lines.push(...(splitter.push(bytes.subarray(from, end)) ?? []).map(String));
        from = end;
      }
      const expected = text.split("\n").slice(0, -1);
      return Bun.deepEquals(lines, expected) ? undefined : `got ${JSON.stringify(lines)}`;
    },
    shrink: (value) => value,
    format: (value) => JSON.stringify(value),
  });
});

test("a line that comes byte by byte takes about the memory of its bytes, and is whole", () => {
  const bytes = 500_000;
  const splitter = new LineSplitter(bytes, "refuse");
  Bun.gc(true);
  const before = heapSize();
  for (let index = 0; index < bytes; index++) splitter.push(Buffer.from([97 + (index % 26)]));
  Bun.gc(true);
  expect(heapSize() - before).toBeLessThan(10 * bytes);
  const [line] = splitter.push(Buffer.from("\n")) ?? [];
  expect(line?.length).toBe(bytes);
  expect(line?.subarray(-3).toString()).toBe(
    String.fromCharCode(...[3, 2, 1].map((back) => 97 + ((bytes - back) % 26))),
  );
});

test("a line of just the bound is a line, and one more byte is refused, with or without its end", () => {
  expect(feed(new LineSplitter(4, "refuse"), ["ab", "cd\n"])).toEqual(["abcd"]);
  expect(feed(new LineSplitter(4, "refuse"), ["abcde\n"])).toBeNull();
  expect(feed(new LineSplitter(4, "refuse"), ["abc", "de"])).toBeNull();
});

test("or it is cut, and the next line begins after its end", () => {
  expect(feed(new LineSplitter(4, "cut"), ["abc", "def", "ghi\nxy", "\nlonger still\n"])).toEqual([
    "abcd",
    "xy",
    "long",
  ]);
});

test("what stands after the last line end is told at the end, once", () => {
  const splitter = new LineSplitter(4, "cut");
  expect((splitter.push(Buffer.from("a\nbcdef")) ?? []).map(String)).toEqual(["a"]);
  expect(String(splitter.end())).toBe("bcde");
  expect(splitter.end()).toBeNull();
});
