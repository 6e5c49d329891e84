/**
 * `npm run package [-- --target TARGET]... [--version VERSION] [--level LEVEL] [--out FOLDER]`: everything of a release,
 * in dist/: for each target (all of them without one) an archive, for those with glibc a .deb and an .rpm, a bill of
 * materials beside them, the sources, and SHA256SUMS. What executables are made from is fetched once; then no network is
 * needed. The same commit gives the same bytes, in any folder.
 *
 * VERSION is package.json's unless given; LEVEL is zstd's, from 1 (quick) to 19 (small); 12 unless given.
 */
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeChecksums } from "../../build.ts";
import manifest from "../../package.json";
import { undoAtExit } from "../cleanup.ts";
import { executableArchive } from "./archive.ts";
import { commitOf, sourceDate } from "./commit.ts";
import { deb } from "./deb.ts";
import { fetchInputs } from "./inputs.ts";
import { filesFor, type Release } from "./layout.ts";
import { rpm } from "./rpm.ts";
import { sourceArchive } from "./sources.ts";
import { Stage } from "./stage.ts";
import { targets, targetsNamed } from "./targets.ts";

const root = join(import.meta.dir, "../..");
/** Level 19 takes eight times as long, and makes packages a twelfth smaller. */
const STANDARD_LEVEL = "12";

/** The names of files that this program makes. Such files of an earlier run are removed. */
const MADE = /^vifplugd[-_].*\.(tar\.zst|deb|rpm|cdx\.json)$/;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      target: { type: "string", multiple: true },
      version: { type: "string", default: manifest.version },
      level: { type: "string", default: STANDARD_LEVEL },
      out: { type: "string", default: join(root, "dist") },
    },
  });
  const level = Number(values.level);
  if (!Number.isInteger(level) || level < 1 || level > 19) {
    throw new Error(`--level ${values.level}: expected 1 to 19`);
  }
  const outDir = resolve(values.out);
  await mkdir(outDir, { recursive: true });
  await fetchInputs((line) => console.log(line));
  const scratch = await mkdtemp(join(outDir, ".package-"));
  const forget = undoAtExit(() => rmSync(scratch, { recursive: true, force: true }));
  try {
    const { version } = values;
    const release = { version, commit: commitOf(root), date: sourceDate(root), root, scratch };
    for (const name of await readdir(outDir)) if (MADE.test(name)) await rm(join(outDir, name));
    tell(await sourceArchive(release, outDir, level));
    const stage = await Stage.make(root, join(scratch, "sources"), version);
    for (const target of values.target === undefined ? targets : targetsNamed(values.target)) {
      await packageTarget(release, stage, target, outDir, level);
    }
    await writeChecksums(outDir);
  } finally {
    forget();
    await rm(scratch, { recursive: true });
  }
}

async function packageTarget(
  release: Release,
  stage: Stage,
  target: (typeof targets)[number],
  outDir: string,
  level: number,
): Promise<void> {
  const executable = await stage.build(target, join(release.scratch, "executables"), release.commit);
  const files = await filesFor(release, target, executable);
  const name = `vifplugd-${release.version}-${target.name}`;
  const bill = files.find(({ archive }) => archive === "sbom.cdx.json");
  if (bill !== undefined) await Bun.write(join(outDir, `${name}.cdx.json`), bill.content);
  tell(await executableArchive(release, files, name, outDir, level));
  if (target.libc !== "glibc") return;
  tell(await deb(release, target, files, outDir, level));
  tell(await rpm(release, target, files, outDir, level));
}

function tell(path: string): void {
  console.log(`${path}  ${(Bun.file(path).size / 1e6).toFixed(1)} MB`);
}

try {
  await main();
} catch (error) {
  console.error(`package failed: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
