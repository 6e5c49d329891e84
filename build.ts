/**
 * Builds the executable:
 * `bun run build.ts [--target TARGET]... [--provider FILE]... [--runtime FILE] [--out FOLDER] [--commit NAME]`
 *
 * Without a target the result is `dist/vifplugd` for this machine; with one (or `all`) it is `dist/vifplugd-TARGET`,
 * TARGET as Bun names it without `bun-`, with that machine's runtime out of `npm run fetch`, or with the one in FILE: so
 * the executable can be made anew around a runtime of one's own. `dist/SHA256SUMS` lists the executables and packages
 * in dist/ for `sha256sum --check`.
 *
 * With `--provider` it has one's own providers built in: each FILE is a module whose default export is one
 * (docs/providers.md).
 *
 * An executable appears under its name complete or not at all, and the one for this machine has been started once.
 * It never reads .env, bunfig.toml, tsconfig.json or package.json from the directory it is started in. It carries
 * bytecode, which halves its start-up time, and its source map; names are not minified, so stack traces stay readable.
 * The same sources, runtime and commit make the same bytes, wherever they lie.
 */
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { version } from "./package.json" with { type: "json" };
import { undoAtExit } from "./tools/cleanup.ts";
import { linkProviders } from "./tools/link.ts";
import { commitOf } from "./tools/package/commit.ts";
import { unpack } from "./tools/package/inputs.ts";
import { pinned } from "./tools/package/lock-file.ts";
import { hostTarget, type Target, targetsNamed } from "./tools/package/targets.ts";

const name = "vifplugd";

export interface BuildRequest {
  /** The program's first module. */
  readonly entry: string;
  /** The folder for the executable and the checksums; created when absent. */
  readonly outDir: string;
  /** Another machine than this one. */
  readonly target?: Target | undefined;
  /** The runtime's executable; absent: the one that builds, or the target's, as fetched. */
  readonly runtime?: string | undefined;
  /** What the executable says that it was made from. */
  readonly commit?: string | undefined;
  /** Modules of providers that are linked into it. */
  readonly providers?: readonly string[] | undefined;
}

/** Builds one executable and returns its path. Throws with the bundler's own messages when the source is wrong. */
export async function build(request: BuildRequest): Promise<string> {
  const { entry, outDir, target, runtime, commit, providers = [] } = request;
  await mkdir(outDir, { recursive: true });
  const executable = target === undefined ? name : `${name}-${target.name}`;
  const scratch = await mkdtemp(join(outDir, ".build-"));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  const forget = undoAtExit(remove);
  try {
    const executablePath = runtime ?? (target === undefined ? undefined : await fetched(target, scratch));
    const made = target ?? hostTarget();
    await Bun.build({
      entrypoints: [entry],
      format: "esm",
      bytecode: true,
      sourcemap: "inline",
      throw: true,
      plugins: providers.length === 0 ? [] : [linkProviders(providers)],
      define: {
        BUILD_COMMIT: JSON.stringify(commit ?? "unknown"),
        BUILD_TARGET: JSON.stringify(made.name),
      },
      compile: {
        ...(executablePath === undefined ? {} : { target: `bun-${made.name}`, executablePath }),
        // The executable contains its name: the same for every target.
        outfile: join(scratch, name),
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
      },
    });
    await rename(join(scratch, name), join(outDir, executable));
  } finally {
    forget();
    remove();
  }
  return join(outDir, executable);
}

/** The target's runtime, unpacked below the folder and checked against the lock file. */
async function fetched(target: Target, scratch: string): Promise<string> {
  const folder = join(scratch, "runtime");
  await unpack(pinned(target.runtime), folder);
  return join(folder, "bin/bun");
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

interface Request {
  /** `undefined` stands for this machine. */
  readonly targets: readonly (Target | undefined)[];
  readonly outDir: string;
  readonly runtime: string | undefined;
  readonly commit: string | undefined;
  readonly providers: readonly string[];
}

/** What the command line asks for. */
export function requested(args: readonly string[]): Request {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: "string", multiple: true },
      runtime: { type: "string" },
      out: { type: "string" },
      commit: { type: "string" },
      provider: { type: "string", multiple: true },
    },
  });
  const asked = targetsNamed(values.target ?? []);
  return {
    targets: asked.length === 0 ? [undefined] : asked,
    outDir: values.out === undefined ? join(import.meta.dir, "dist") : resolve(values.out),
    runtime: values.runtime === undefined ? undefined : resolve(values.runtime),
    commit: values.commit,
    providers: (values.provider ?? []).map((file) => resolve(file)),
  };
}

async function main(): Promise<void> {
  const { targets, outDir, runtime, commit, providers } = requested(process.argv.slice(2));
  const made = commit ?? commitOf(import.meta.dir);
  for (const target of targets) {
    const started = performance.now();
    const entry = join(import.meta.dir, "src/main.ts");
    const executable = await build({ entry, outDir, target, runtime, commit: made, providers });
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
    const words = error instanceof Error && !(error instanceof AggregateError) ? error.message : error;
    console.error("build failed:", words instanceof AggregateError ? words.errors : words);
    process.exit(1);
  }
}
