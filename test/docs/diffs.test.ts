/** The diffs that CONTRIBUTING.md shows apply to the sources as they are. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
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

/** The lines that a diff expects, of which no file has them all, one after the other. */
function notThere(diff: string): readonly string[] {
  return diff.split(/^diff --git .*$/m).flatMap((ofFile) => {
    const [, name] = /^--- a\/(.*)$/m.exec(ofFile) ?? [];
    if (name === undefined) return [];
    const path = join(root, name);
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    return ofFile
      .split(/^@@ .*$/m)
      .slice(1)
      .flatMap((hunk) => {
        const before = hunk
          .split("\n")
          .slice(1)
          .filter((line) => /^[ -]/.test(line));
        const lines = before.map((line) => line.slice(1));
        if (text.includes(lines.join("\n"))) return [];
        const wrong = lines.find((line) => !text.includes(`${line}\n`)) ?? lines[0];
        return [`CONTRIBUTING.md: write the line as it is now in ${name} into this diff: ${wrong}`];
      });
  });
}

test("a diff that does not apply is told by the line that is another one by now", () => {
  const diff = diffs.find(({ title }) => title === "A provider")?.diff ?? "";
  expect(notThere(diff)).toEqual([]);
  const stale = diff.replace(/^-(export const builtinProviders = \[)/m, "-$1gone, ");
  expect(notThere(stale)).toEqual([
    expect.stringMatching(/^CONTRIBUTING\.md: .* src\/providers\/builtin\.ts .*builtinProviders = \[gone, /),
  ]);
});

test.each(diffs)("$title can be added as the page shows", async ({ diff }) => {
  expect(notThere(diff)).toEqual([]);
  const git = Bun.spawn(["git", "apply", "--check", "-"], {
    cwd: root,
    stdin: Buffer.from(diff),
    stderr: "pipe",
  });
  expect(await git.stderr.text()).toBe("");
  expect(await git.exited).toBe(0);
});
