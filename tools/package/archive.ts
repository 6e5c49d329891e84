/** Archives in .tar.zst, the same bytes from the same files. */
import { join } from "node:path";
import { run } from "./inputs.ts";
import { type PackagedFile, type Release, writeTree } from "./layout.ts";

/** Packs a folder that lies in another one, and returns the archive's path. @param level of zstd, 1 to 19 */
export async function pack(parent: string, folder: string, outDir: string, level: number): Promise<string> {
  const archive = join(outDir, `${folder}.tar.zst`);
  // Not by the number of processors: with the same number of threads anywhere, zstd writes the same bytes.
  const command = `tar --create --format=gnu --sort=name --owner=0 --group=0 --numeric-owner "$1" | zstd -q -f -T2 -${level} -o "$2"`;
  await run(["sh", "-c", command, "sh", folder, archive], parent);
  return archive;
}

/** The archive of an executable with all that belongs to it. @param name of its only folder */
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
