/** Packages for tests: made as for a release, for this machine, in a hurry. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { commitOf } from "./commit.ts";
import { run } from "./inputs.ts";

const root = join(import.meta.dir, "../..");
/** Where the tests find them, by version. */
export const PACKAGES = join(root, ".cache/packages");

/**
 * Makes everything for linux-x64, once for a commit: the same commit gives the same bytes. With changes that are not
 * committed everything is made anew. Who calls leaves the files as they are.
 *
 * @returns the folder
 */
export async function packagesForTests(version: string): Promise<string> {
  const folder = join(PACKAGES, version);
  const commit = commitOf(root);
  const stamp = join(folder, "of-commit");
  const isKnown = commit !== "unknown" && !commit.endsWith("-dirty");
  if (isKnown && existsSync(stamp) && readFileSync(stamp, "utf8") === commit) return folder;
  rmSync(folder, { recursive: true, force: true });
  const options = ["--target", "linux-x64", "--version", version, "--level", "1", "--out", folder];
  await run([process.execPath, "run", "tools/package/main.ts", ...options], root);
  await Bun.write(stamp, commit);
  return folder;
}
