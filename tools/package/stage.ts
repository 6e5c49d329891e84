/**
 * A folder with the sources and the packages that the lock file pins, and nothing else. The executables of a release are made
 * there, so that no other file of a checkout gets into them.
 */
import { cp, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import manifest from "../../package.json";
import { run, unpack } from "./inputs.ts";
import { libraries, pinned } from "./lock-file.ts";
import { hostTarget, type Target } from "./targets.ts";

/** The files that build.ts reads, besides libraries and runtimes. */
const SOURCES = ["build.ts", "package.json", "package-lock.json", "tsconfig.json", "src", "tools"];

export class Stage {
  readonly #folder: string;
  readonly #bun: string;

  private constructor(folder: string, bun: string) {
    this.#folder = folder;
    this.#bun = bun;
  }

  /** @param version the version that the executables tell */
  static async make(root: string, folder: string, version: string): Promise<Stage> {
    await mkdir(folder, { recursive: true });
    for (const path of SOURCES) await cp(join(root, path), join(folder, path), { recursive: true, filter });
    const manifest = join(folder, "package.json");
    const text = await Bun.file(manifest).text();
    await Bun.write(
      manifest,
      text.replace(/^ {2}"version": ".*"/m, `  "version": ${JSON.stringify(version)}`),
    );
    const modules = join(folder, "node_modules");
    for (const library of libraries()) await unpack(library, join(modules, library.name));
    for (const [name, path] of await workspaces(folder)) {
      await symlink(join("..", path), join(modules, name));
    }
    const host = join(dirname(folder), "host-runtime");
    await unpack(pinned(hostTarget().runtime), host);
    return new Stage(folder, join(host, "bin/bun"));
  }

  /** Makes the executable. @returns its path below the folder of executables */
  async build(target: Target, outDir: string, commit: string): Promise<string> {
    const runtime = join(dirname(this.#folder), `runtime-${target.name}`);
    await unpack(pinned(target.runtime), runtime);
    await run(
      [
        ...[this.#bun, "run", "build.ts", "--target", target.name, "--runtime", join(runtime, "bin/bun")],
        ...["--out", outDir, "--commit", commit],
      ],
      this.#folder,
    );
    return join(outDir, `vifplugd-${target.name}`);
  }
}

/** The folders of packages of our own that the sources import, by the name of the package. */
async function workspaces(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const path of manifest.workspaces) {
    const { name }: { readonly name: string } = await Bun.file(join(folder, path, "package.json")).json();
    found.set(name, path);
  }
  return found;
}

function filter(path: string): boolean {
  return !path.includes("/node_modules/") && !path.endsWith("/node_modules");
}
