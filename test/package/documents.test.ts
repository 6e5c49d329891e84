/** What a package brings to be read, and where its links lead. */
import { expect, test } from "bun:test";
import { dirname, join, normalize } from "node:path";
import { documents, withoutDeadLinks } from "../../tools/package/documents.ts";

const root = join(import.meta.dir, "../..");
const packaged = await documents(root, ["LICENSE"]);
const paths = new Set(["LICENSE", ...packaged.map(({ path }) => path)]);
const textOf = (name: string) => packaged.find(({ path }) => path === name)?.content;

/** A link to a folder leads somewhere when the package has a file in it. */
const isThere = (target: string) =>
  [...paths].some((path) => path === target || path.startsWith(`${target}/`));

test("a package brings what its first page promises: alerts, a dashboard, the role for a fleet, the examples", () => {
  expect([...paths]).toEqual(
    expect.arrayContaining([
      "SECURITY.md",
      "CHANGELOG.md",
      "docs/runbook.md",
      "docs/pictures/graph.png",
      "config/prometheus/alerts.yaml",
      "config/grafana/vifplugd.json",
      "config/ansible/site.yml",
      "config/appliance/daemonset.yaml",
      "examples/provider-python/provider.py",
      "src/providers/representor/README.md",
    ]),
  );
});

test("every link in a packaged page leads to a file of the package", () => {
  const links = packaged.flatMap(({ path, content }) => {
    if (typeof content !== "string") return [];
    const prose = content.replace(/^```.*?^```$/gms, "");
    return Array.from(prose.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g), ([, target = ""]) => ({
      path,
      target: normalize(join(dirname(path), target)).replace(/\/$/, ""),
    }));
  });
  expect(links).toContainEqual({ path: "README.md", target: "docs/install.md" });
  expect(links.filter(({ target }) => !isThere(target))).toEqual([]);
});

test("the first page keeps its pictures, and its links to pages that are packaged", () => {
  const page = textOf("README.md");
  expect(page).toContain("](docs/pictures/graph.png)");
  expect(page).toContain("[docs/install.md](docs/install.md)");
  expect(page).toContain("[SECURITY.md](SECURITY.md)");
});

test("a link to a file that is not packaged becomes its text; code, anchors and addresses stay as they are", () => {
  const page = [
    "[`here`](here.md#part), [there](../there.md), ![picture](gone.png), [site](https://example.org/a)",
    "`a[0](gone.md)` and [below](#below), [a folder](folder/)",
    "```ts",
    "row[key](gone)",
    "```",
    "[gone](gone.md)",
  ];
  const has = (path: string) => ["docs/here.md", "docs/folder"].includes(path);
  expect(withoutDeadLinks(page.join("\n"), "docs/page.md", has).split("\n")).toEqual([
    "[`here`](here.md#part), there, picture, [site](https://example.org/a)",
    "`a[0](gone.md)` and [below](#below), [a folder](folder/)",
    "```ts",
    "row[key](gone)",
    "```",
    "gone",
  ]);
});
