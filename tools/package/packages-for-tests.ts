/** Packages for tests, made as for a release, but quickly and for linux-x64 alone. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { commitOf } from "./commit.ts";
import { run } from "./inputs.ts";

const root = join(import.meta.dir, "../..");
/** The folder of the packages, with a folder for each version. */
export const PACKAGES = join(root, ".cache/packages");

/**
 * Makes all packages for linux-x64, once for each commit, because a commit always gives the same bytes. With uncommitted changes
 * everything is made anew. The caller must not change the files.
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
