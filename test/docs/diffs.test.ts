/** The diffs that CONTRIBUTING.md shows apply to the sources as they are. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
const diffs = [...page.matchAll(/^### (.*?)$.*?^```diff\n(.*?)^```$/gms)].map(
  ([, title = "", diff = ""]) => ({
    title,
    diff,
  }),
);

test("the page shows the diff of five kinds of change", () => {
  expect(diffs.map(({ title }) => title)).toEqual([
    "A provider",
    "A condition",
    "A table",
    "A metric",
    "A command",
  ]);
});

test.each(diffs)("$title can be added as the page shows", async ({ diff }) => {
  const git = Bun.spawn(["git", "apply", "--check", "-"], {
    cwd: root,
    stdin: Buffer.from(diff),
    stderr: "pipe",
  });
  expect(await git.stderr.text()).toBe("");
  expect(await git.exited).toBe(0);
});
