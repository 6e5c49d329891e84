/**
 * The documents of a package: the pages, the examples, and the files to which the pages link. Every relative link in a packaged
 * page leads to a file of the package. A link to any other file (tests, most sources) becomes its own text.
 */
import { readdir } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";

export interface PackagedDocument {
  /** The path below the folder of the documentation, which is the path in the repository. */
  readonly path: string;
  readonly content: string | Blob;
  readonly isExecutable: boolean;
}

/** Files and whole folders of the repository. */
const DOCUMENTS = [
  "README.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "docs",
  "examples",
  "config/ansible",
  "config/appliance",
  "config/grafana",
  "config/prometheus",
  "src/ovsdb-jsonrpc/README.md",
  "src/providers/representor/README.md",
  "src/vifplugd-provider/README.md",
  "src/vifplugd-provider/provider.ts",
  "src/vifplugd-provider/wire.ts",
];

/** @param besides paths that the package has beside the documents */
export async function documents(
  root: string,
  besides: readonly string[],
): Promise<readonly PackagedDocument[]> {
  const paths = (await Promise.all(DOCUMENTS.map((path) => filesBelow(root, path)))).flat();
  const files = new Set([...paths, ...besides]);
  const has = (path: string) => files.has(path) || [...files].some((file) => file.startsWith(`${path}/`));
  return Promise.all(
    paths.map(async (path) => {
      const file = Bun.file(join(root, path));
      return {
        path,
        content: path.endsWith(".md") ? withoutDeadLinks(await file.text(), path, has) : file,
        isExecutable: ((await file.stat()).mode & 0o100) !== 0,
      };
    }),
  );
}

async function filesBelow(root: string, path: string): Promise<readonly string[]> {
  if (await Bun.file(join(root, path)).exists()) return [path];
  const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((file) => !file.includes("/node_modules/"))
    .sort();
}

/** A block of code, a piece of code in a line, or a link; a link has its text and its target. */
const CODE_OR_LINK = /^```.*?^```$|`[^`\n]*`|!?\[((?:`[^`]*`|[^\]`])*)\]\(([^)\s]+)\)/gms;

/** @param path the path of the page; targets are relative to its folder */
export function withoutDeadLinks(page: string, path: string, has: (path: string) => boolean): string {
  return page.replace(CODE_OR_LINK, (whole: string, text?: string, target?: string) => {
    if (text === undefined || target === undefined) return whole;
    const [file = ""] = target.split("#");
    if (file === "" || file.includes(":")) return whole;
    return has(normalize(join(dirname(path), file)).replace(/\/$/, "")) ? whole : text;
  });
}
