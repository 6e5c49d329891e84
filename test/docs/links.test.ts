/** The pages for people: every link that leads into this repository leads somewhere, and the first page stays one page. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "../..");
const folders = ["*.md", "docs/**/*.md", "src/**/*.md", "examples/**/*.md", "test/**/*.md"];
const pages = folders.flatMap((pattern) => [...new Glob(pattern).scanSync(root)].sort());

/** The files and folders of the repository that a page has links to. */
function targetsOf(page: string): readonly string[] {
  const links = readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g);
  return Array.from(links, ([, target = ""]) => target);
}

test("the first page has links to the pages beside it", () => {
  expect(targetsOf("README.md")).toEqual(expect.arrayContaining(["docs/install.md", "SECURITY.md"]));
});

test.each(pages)("%s has no dead link", (page) => {
  const targets = targetsOf(page);
  expect(targets.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
});

test("the README is a page that is read to its end: at most 200 lines", () => {
  expect(readFileSync(join(root, "README.md"), "utf8").split("\n").length).toBeLessThanOrEqual(200);
});

test("no page holds two states of itself that somebody has still to choose from", () => {
  // Seven of the same sign at the beginning of a line, also where a formatter took them for quotes.
  const marker = /^(?:<{7}|={7}|\|{7}|(?:> ?){7})(?: |$)/m;
  expect(pages.filter((page) => marker.test(readFileSync(join(root, page), "utf8")))).toEqual([]);
});
