/**
 * Builds the package for npm: `bun run build.ts [FOLDER]` writes JavaScript, declarations, README and package.json,
 * for Node.js 18 and newer; `npm publish FOLDER` does the rest. Inside the repository the sources are used as they are.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const source = import.meta.dirname;
const target = process.argv[2] ?? join(source, "dist");

rmSync(target, { recursive: true, force: true });
const compiler = join(source, "../../node_modules/.bin/tsc");
const { status } = spawnSync(compiler, ["-p", join(source, "tsconfig.build.json"), "--outDir", target], {
  stdio: "inherit",
});
if (status !== 0) throw new Error("the compiler found errors; they are above");

const {
  exports: _sources,
  scripts: _scripts,
  ...manifest
} = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
const published = {
  ...manifest,
  exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
};
writeFileSync(join(target, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
copyFileSync(join(source, "README.md"), join(target, "README.md"));
