/** Which commit of the repository a folder is at, and when that was made; a folder need not be a repository. */

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
  const commit = git(folder, "rev-parse", "--short=12", "HEAD");
  if (commit === null) return "unknown";
  return git(folder, "status", "--porcelain") === "" ? commit : `${commit}-dirty`;
}

/** Seconds since the epoch: `SOURCE_DATE_EPOCH`, else of the commit, else of the first day that a zip file can have. */
export function sourceDate(folder: string): number {
  const given = process.env.SOURCE_DATE_EPOCH ?? git(folder, "log", "-1", "--format=%ct") ?? "";
  return /^\d+$/.test(given) ? Number(given) : Date.UTC(1980, 0, 1) / 1000;
}
