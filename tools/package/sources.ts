/** The archive of the sources: the files of the repository, without other files in its folder. */
import { chmod, cp, mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pack } from "./archive.ts";
import { COMMIT_FILE } from "./commit.ts";
import { run } from "./inputs.ts";
import { type Release, setDates } from "./layout.ts";

/** Entries to leave out where there is no repository, as in an unpacked archive of the sources. */
const NOT_SOURCES = ["node_modules", "dist", ".cache", ".git"];

export async function sourceArchive(release: Release, outDir: string, level: number): Promise<string> {
  const tree = await sourceTree(release);
  return pack(dirname(tree), basename(tree), outDir, level);
}

/** Writes the content of the archive as a folder. */
export async function sourceTree(release: Release): Promise<string> {
  const name = `vifplugd-${release.version}-source`;
  const parent = join(release.scratch, "source-archive");
  for (const path of await sourceFiles(release.root)) {
    const to = join(parent, name, path);
    await mkdir(dirname(to), { recursive: true });
    await cp(join(release.root, path), to);
    // Of a file's mode, git keeps only whether the file is executable.
    await chmod(to, ((await Bun.file(to).stat()).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
  await Bun.write(join(parent, name, COMMIT_FILE), `${release.commit} ${release.date}\n`);
  await setDates(join(parent, name), release.date);
  return join(parent, name);
}

async function sourceFiles(root: string): Promise<readonly string[]> {
  try {
    const listed = await run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], root);
    const files = listed.split("\0").filter((path) => path !== "");
    const there = await Promise.all(files.map((path) => Bun.file(join(root, path)).exists()));
    return files.filter((_, index) => there[index]);
  } catch {
    const glob = new Bun.Glob("**/*");
    const files = await Array.fromAsync(glob.scan({ cwd: root, dot: true }));
    return files.filter((path) => !path.split("/").some((part) => NOT_SOURCES.includes(part))).sort();
  }
}
