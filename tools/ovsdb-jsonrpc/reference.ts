/**
 * `npm run client:reference [FOLDER]`: writes the client's API reference from its docstrings, to docs/ovsdb-jsonrpc, in the form
 * that everything in the repository has.
 */
import { join } from "node:path";

const tools = import.meta.dir;
const root = join(tools, "../..");
const folder = process.argv[2] ?? join(root, "docs/ovsdb-jsonrpc");
const biome = join(root, "node_modules/.bin/biome");

/** Ends this process as well when the command fails. */
function run(cwd: string, ...command: readonly string[]): void {
  const { exitCode } = Bun.spawnSync([...command], { cwd, stdio: ["ignore", "inherit", "inherit"] });
  if (exitCode !== 0) process.exit(exitCode ?? 1);
}

run(tools, "node", "node_modules/typedoc/bin/typedoc", "--out", folder);
run(folder, biome, "format", "--write", "--vcs-enabled=false", `--config-path=${root}`, ".");
