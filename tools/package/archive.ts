/** Archives in .tar.zst, the same bytes from the same files. */
import { join } from "node:path";
import { run } from "./inputs.ts";
import { type PackagedFile, type Release, writeTree } from "./layout.ts";

/** Packs a folder in `parent`. @param level the level of zstd, 1 to 19 @returns the path of the archive */
export async function pack(parent: string, folder: string, outDir: string, level: number): Promise<string> {
  const archive = join(outDir, `${folder}.tar.zst`);
  // A fixed number of threads, because zstd writes other bytes with another number.
  const command = `tar --create --format=gnu --sort=name --owner=0 --group=0 --numeric-owner "$1" | zstd -q -f -T2 -${level} -o "$2"`;
  await run(["sh", "-c", command, "sh", folder, archive], parent);
  return archive;
}

/** The archive of an executable and its files. @param name the name of the archive's only folder */
export async function executableArchive(
  release: Release,
  files: readonly PackagedFile[],
  name: string,
  outDir: string,
  level: number,
): Promise<string> {
  const parent = join(release.scratch, `archive-${name}`);
  await writeTree(files, join(parent, name), release.date, ({ archive }) => archive);
  return pack(parent, name, outDir, level);
}
