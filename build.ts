/**
 * Builds the executable: `bun run build.ts [--target TARGET]...`
 *
 * Without a target the result is `dist/vifplugd` for this machine; with one (or `all`) it is `dist/vifplugd-TARGET`,
 * TARGET as Bun names it without `bun-`. `dist/SHA256SUMS` lists every executable in dist/ for `sha256sum --check`.
 *
 * An executable appears under its name complete or not at all, and the one for this machine has been started once.
 * It never reads .env, bunfig.toml, tsconfig.json or package.json from the directory it is started in. It carries
 * bytecode, which halves its start-up time, and its source map; names are not minified, so stack traces stay readable.
 */
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { version } from "./package.json" with { type: "json" };
import { undoAtExit } from "./tools/cleanup.ts";

const name = "vifplugd";
const crossTargets = ["linux-x64", "linux-x64-musl", "linux-arm64", "linux-arm64-musl"] as const;
type CrossTarget = (typeof crossTargets)[number];

export interface BuildRequest {
  /** The program's first module. */
  readonly entry: string;
  /** The folder for the executable and the checksums; created when absent. */
  readonly outDir: string;
  /** Another machine than this one. */
  readonly target?: CrossTarget | undefined;
}

/** Builds one executable and returns its path. Throws with the bundler's own messages when the source is wrong. */
export async function build({ entry, outDir, target }: BuildRequest): Promise<string> {
  await mkdir(outDir, { recursive: true });
  const executable = target === undefined ? name : `${name}-${target}`;
  const scratch = await mkdtemp(join(outDir, ".build-"));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  const forget = undoAtExit(remove);
  try {
    await Bun.build({
      entrypoints: [entry],
      format: "esm",
      bytecode: true,
      sourcemap: "inline",
      throw: true,
      compile: {
        ...(target === undefined ? {} : { target: `bun-${target}` as const }),
        outfile: join(scratch, executable),
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
      },
    });
    await rename(join(scratch, executable), join(outDir, executable));
  } finally {
    forget();
    remove();
  }
  return join(outDir, executable);
}

/** Rewrites SHA256SUMS for what is in the folder now. */
export async function writeChecksums(outDir: string): Promise<void> {
  const executables = (await readdir(outDir)).filter((file) => file.startsWith(name)).sort();
  const lines = executables.map(async (file) => {
    const hash = new Bun.CryptoHasher("sha256");
    for await (const chunk of Bun.file(join(outDir, file)).stream()) hash.update(chunk);
    return `${hash.digest("hex")}  ${file}\n`;
  });
  await Bun.write(join(outDir, "SHA256SUMS"), (await Promise.all(lines)).join(""));
}

/** Throws unless the executable starts and says that it is this version. */
export function verifyStarts(executable: string): void {
  const { exitCode, stdout, stderr } = Bun.spawnSync([executable, "--version"], { timeout: 10_000 });
  if (exitCode === 0 && stdout.toString().includes(version)) return;
  const said = `${stdout}${stderr}`.trim();
  throw new Error(
    `${executable} --version: expected exit 0 and ${version}, got exit ${exitCode} and: ${said}`,
  );
}

/** The targets that the command line asks for; `undefined` stands for this machine. */
export function requestedTargets(args: readonly string[]): readonly (CrossTarget | undefined)[] {
  const { values } = parseArgs({ args: [...args], options: { target: { type: "string", multiple: true } } });
  const asked = values.target?.map((target) => target.replace(/^bun-/, "")) ?? [];
  if (asked.length === 0) return [undefined];
  return asked.flatMap((target) => {
    if (target === "all") return crossTargets;
    const known = crossTargets.find((candidate) => candidate === target);
    if (known === undefined) {
      throw new Error(`--target ${target}: expected one of ${crossTargets.join(", ")}, all`);
    }
    return [known];
  });
}

async function main(): Promise<void> {
  const outDir = join(import.meta.dir, "dist");
  for (const target of requestedTargets(process.argv.slice(2))) {
    const started = performance.now();
    const executable = await build({ entry: join(import.meta.dir, "src/main.ts"), outDir, target });
    if (target === undefined) verifyStarts(executable);
    const megabytes = (Bun.file(executable).size / 1e6).toFixed(1);
    console.log(`${executable}  ${megabytes} MB in ${((performance.now() - started) / 1e3).toFixed(1)} s`);
  }
  await writeChecksums(outDir);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error("build failed:", error instanceof AggregateError ? error.errors : error);
    process.exit(1);
  }
}
