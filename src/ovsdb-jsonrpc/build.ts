/**
 * Builds the package for npm: `bun run build.ts [FOLDER [URL]]` writes JavaScript with source maps, declarations, README,
 * changelog, license and package.json, for Node.js 18 and newer, Bun and Deno; `npm publish FOLDER` does the rest. URL is
 * that of the repository, from which everybody can clone; without it that of git's `origin` is taken. Inside the repository
 * the sources are used as they are.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publicUrl } from "./public-url.ts";

const source = import.meta.dirname;
const root = join(source, "../..");
const target = process.argv[2] ?? join(source, "dist");

rmSync(target, { recursive: true, force: true });
const compiler = join(root, "node_modules/.bin/tsc");
const { status } = spawnSync(compiler, ["-p", join(source, "tsconfig.build.json"), "--outDir", target], {
  stdio: "inherit",
});
if (status !== 0) throw new Error("the compiler found errors; they are above");

const {
  exports: sources,
  scripts: _scripts,
  ...manifest
}: { exports: Readonly<Record<string, string>>; scripts: unknown } = JSON.parse(
  readFileSync(join(source, "package.json"), "utf8"),
);
const published = {
  ...manifest,
  ...repository(),
  exports: Object.fromEntries(Object.entries(sources).map(([name, file]) => [name, built(file)])),
  bin: { "ovsdb-jsonrpc-generate": "generate.js" },
};
writeFileSync(join(target, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
for (const file of ["README.md", "CHANGELOG.md"]) copyFileSync(join(source, file), join(target, file));
copyFileSync(join(root, "LICENSE"), join(target, "LICENSE"));

/** Where the sources are, if that is known to be a place from which everybody can clone. */
function repository(): object {
  const origin = () =>
    spawnSync("git", ["-C", root, "config", "--get", "remote.origin.url"], { encoding: "utf8" });
  const url = publicUrl(process.argv[3] ?? origin().stdout?.trim() ?? "");
  if (url !== null) return { repository: { type: "git", url: `git+${url}`, directory: "src/ovsdb-jsonrpc" } };
  console.error("package.json gets no `repository`: give its URL, https://HOST/PATH, behind the folder");
  return {};
}

/** What `exports` has for a source: its declarations and its JavaScript. */
function built(file: string): string | { readonly types: string; readonly default: string } {
  if (!file.endsWith(".ts")) return file;
  const stem = file.slice(0, -".ts".length);
  return { types: `${stem}.d.ts`, default: `${stem}.js` };
}
