/**
 * The npm packages that go into executables, kept as the archives of the registry. Each archive is checked against the sha512 of
 * the lock file whenever it is unpacked, so a changed byte in the cache ends the build.
 */
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { inputs, type NpmPackage } from "./lock-file.ts";

/** The folder of the archives, which is not part of the repository. */
export const CACHE = join(import.meta.dir, "../../.cache/npm");

/** The archive's name, as `npm pack` gives it. */
export function archiveOf({ name, version }: NpmPackage): string {
  return `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
}

/** Fetches with npm the archives that are missing or differ from the lock file. The other archives need no network. */
export async function fetchInputs(say: (line: string) => void, cache = CACHE): Promise<void> {
  await mkdir(cache, { recursive: true });
  for (const input of inputs()) {
    if (await isIntact(input, cache)) continue;
    say(`fetching ${input.name} ${input.version}`);
    const folder = await mkdtemp(join(cache, ".fetch-"));
    try {
      // The folder has no package.json of ours, so that no setting of the repository applies.
      const npm = ["npm", "pack", `${input.name}@${input.version}`, "--silent", "--ignore-scripts"];
      await run(npm, folder);
      await verify(input, folder);
      await rename(join(folder, archiveOf(input)), join(cache, archiveOf(input)));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

/** Unpacks the package into the folder. @throws when the archive is missing, or differs from the lock file */
export async function unpack(input: NpmPackage, folder: string, cache = CACHE): Promise<void> {
  await verify(input, cache);
  await mkdir(folder, { recursive: true });
  await run(["tar", "-xzf", join(cache, archiveOf(input)), "--strip-components=1"], folder);
}

async function verify(input: NpmPackage, folder: string): Promise<void> {
  const path = join(folder, archiveOf(input));
  if (!(await Bun.file(path).exists())) {
    throw new Error(`${path} is not there; fetch it first: npm run fetch`);
  }
  if (await isIntact(input, folder)) return;
  throw new Error(
    `${path}: expected ${input.integrity}, as in package-lock.json; remove it, and: npm run fetch`,
  );
}

async function isIntact(input: NpmPackage, folder: string): Promise<boolean> {
  const file = Bun.file(join(folder, archiveOf(input)));
  if (!(await file.exists())) return false;
  const hash = new Bun.CryptoHasher("sha512");
  for await (const chunk of file.stream()) hash.update(chunk);
  return `sha512-${hash.digest("base64")}` === input.integrity;
}

/** @throws when the program fails, with the output of the program */
export async function run(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = Bun.spawn([...argv], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code === 0) return stdout;
  throw new Error(`${argv.join(" ")}: exit code ${code}\n${stdout}${stderr}`.trim());
}
