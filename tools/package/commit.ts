/**
 * The commit of a folder, and the time of the commit. The folder need not be a repository: the archive of the sources has a file
 * with both, so packages made from the archive have the same bytes.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The file in the archive of the sources with the commit and its time, in seconds since the epoch. */
export const COMMIT_FILE = "COMMIT";

function told(folder: string): { readonly commit: string; readonly date: string } | null {
  const path = join(folder, COMMIT_FILE);
  if (!existsSync(path)) return null;
  const [commit = "unknown", date = ""] = readFileSync(path, "utf8").trim().split(" ");
  return { commit, date };
}

function git(folder: string, ...args: readonly string[]): string | null {
  try {
    const { exitCode, stdout } = Bun.spawnSync(["git", "-C", folder, ...args], { stderr: "ignore" });
    return exitCode === 0 ? stdout.toString().trim() : null;
  } catch {
    return null;
  }
}

/** The commit's first 12 digits, with `-dirty` when files differ from it; `unknown` where there is no repository. */
export function commitOf(folder: string): string {
  const known = told(folder);
  if (known !== null) return known.commit;
  const commit = git(folder, "rev-parse", "--short=12", "HEAD");
  if (commit === null) return "unknown";
  return git(folder, "status", "--porcelain") === "" ? commit : `${commit}-dirty`;
}

/** `SOURCE_DATE_EPOCH`, else the time of the commit, else the first day of zip files; in seconds since the epoch. */
export function sourceDate(folder: string): number {
  const given =
    process.env.SOURCE_DATE_EPOCH ?? told(folder)?.date ?? git(folder, "log", "-1", "--format=%ct") ?? "";
  return /^\d+$/.test(given) ? Number(given) : Date.UTC(1980, 0, 1) / 1000;
}
