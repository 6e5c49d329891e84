/** Makes a copy of the sources to run and to edit, while the working tree stays as it is. */
import { cp, mkdir, mkdtemp, readdir, readlink, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const COPIED = ["src", "test", "tools", "package.json", "tsconfig.json"];

/** Makes a copy. @returns its folder, which the caller removes */
export async function copySources(prefix: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), prefix));
  for (const name of COPIED) await cp(join(ROOT, name), join(copy, name), { recursive: true });
  await linkPackages(copy);
  return copy;
}

/** Links every installed package. The packages that are part of the sources are linked to the copy. */
async function linkPackages(copy: string): Promise<void> {
  await mkdir(join(copy, "node_modules"));
  for (const entry of await readdir(join(ROOT, "node_modules"), { withFileTypes: true })) {
    const original = join(ROOT, "node_modules", entry.name);
    const target = entry.isSymbolicLink() ? await readlink(original) : original;
    await symlink(target, join(copy, "node_modules", entry.name));
  }
}
