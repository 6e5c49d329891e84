/** What is known to be a fault can still be put into the sources; `npm run simulate -- --faults` says whether it is found. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePatch, patched, readSources } from "../../tools/simulate/patch.ts";

const FOLDER = join(import.meta.dir, "faults");
const sources = await readSources(join(import.meta.dir, "../../src"));

describe("a patch", () => {
  const diff = "Words.\n--- a/x.ts\n+++ b/x.ts\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n";
  const hunks = parsePatch(diff);
  test("is applied wherever its lines are", () => {
    const files = new Map([
      ["x.ts", "nothing\n"],
      ["moved/y.ts", "0\na\nb\nd\n1\n"],
    ]);
    expect([...patched(files, hunks)]).toEqual([["moved/y.ts", "0\na\nc\nd\n1\n"]]);
  });
  test.each([
    ["nowhere", "a\nd\n"],
    ["twice", "a\nb\nd\na\nb\nd\n"],
  ])("does not fit where its lines are %s", (_, text) => {
    expect(() => patched(new Map([["x.ts", text]]), hunks)).toThrow("instead of once");
  });
  test("changes something", () => {
    expect(() => parsePatch("--- a/x.ts\n+++ b/x.ts\n@@ -1 +1 @@\n a\n")).toThrow(SyntaxError);
  });
});

describe("a known fault can be put into the sources:", () => {
  test.each(readdirSync(FOLDER).filter((name) => name.endsWith(".patch")))("%s", (name) => {
    expect(patched(sources, parsePatch(readFileSync(join(FOLDER, name), "utf8"))).size).toBeGreaterThan(0);
  });
});
