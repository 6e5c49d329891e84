/**
 * A module file and all files that it imports, bundled into one text. The runtime caches modules by path, so a second import
 * of a changed file would give the old module; therefore vifplugd finds, checks and loads all files together.
 *
 * Invariants: each file is read once, after the check of its owner, and the text that was read is the text that runs. A
 * computed import cannot be listed, and is refused.
 */
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { init, parse } from "es-module-lexer";
import { fail, ok, type Result, systemMessageOf } from "../../result.ts";
import { checkOwnership } from "./ownership.ts";

export interface Bundle {
  readonly code: string;
  /** The SHA-256 of the paths and contents of all files, in hexadecimal. */
  readonly hash: string;
  readonly files: readonly string[];
}

/** The limit on a file, in bytes: far more than the source of a provider. */
const MAX_FILE_BYTES = 16 << 20;

type Loader = "js" | "jsx" | "ts" | "tsx" | "json" | "toml" | "text";

const LOADERS: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ...([["js"], ["mjs"], ["cjs"]] as const).map(([ending]) => [ending, "js"] as const),
  ...([["ts"], ["mts"], ["cts"]] as const).map(([ending]) => [ending, "ts"] as const),
  ["jsx", "jsx"],
  ["tsx", "tsx"],
  ["json", "json"],
  ["toml", "toml"],
  ["txt", "text"],
]);

export async function bundleModule(path: string): Promise<Result<Bundle, string>> {
  const files = new Map<string, string>();
  let refusal: string | null = null;
  try {
    const entry = realpathSync(path);
    const built = await Bun.build({
      entrypoints: [entry],
      target: "bun",
      format: "esm",
      throw: false,
      plugins: [
        {
          name: "owned files only",
          setup(build) {
            build.onLoad({ filter: /.*/ }, ({ path: imported }) => {
              const read = readOwned(imported);
              if (!read.ok) {
                refusal ??= read.error;
                throw new Error(read.error);
              }
              files.set(imported, read.value.contents);
              return read.value;
            });
          },
        },
      ],
    });
    if (refusal !== null) return fail(refusal);
    const [output] = built.outputs;
    if (!built.success || output === undefined)
      return fail(built.logs.map((log) => placed(path, log)).join("; "));
    const code = await output.text();
    const computed = await computedImport(code);
    if (computed !== null) return fail(`${path}: ${computed}`);
    return ok({ code, hash: hashOf(files), files: [...files.keys()] });
  } catch (thrown) {
    return fail(refusal ?? `${path}: ${systemMessageOf(thrown)}`);
  }
}

/** A fault that the bundler found, with its place where there is one. @param path the module's own file */
function placed(path: string, { message, position }: BuildMessage | ResolveMessage): string {
  if (position === null) return `${path}: ${message}`;
  return `${position.file}:${position.line}:${position.column}: ${message}`;
}

function readOwned(path: string): Result<{ readonly contents: string; readonly loader: Loader }, string> {
  const loader = LOADERS.get(path.slice(path.lastIndexOf(".") + 1));
  if (loader === undefined) {
    return fail(`${path}: expected one of ${[...LOADERS.keys()].map((ending) => `.${ending}`).join(", ")}`);
  }
  const described = readChecked(path);
  if (!described.ok) return described;
  // A package.json decides which files an import finds, so its owner is checked too.
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const description = join(folder, "package.json");
    const checked = existsSync(description) ? readChecked(description) : null;
    if (checked?.ok === false) return checked;
  }
  return ok({ contents: described.value, loader });
}

function readChecked(path: string): Result<string, string> {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stats = fstatSync(fd);
    if (!stats.isFile()) return fail(`${path} is no file`);
    if (stats.size > MAX_FILE_BYTES) return fail(`${path} is larger than ${MAX_FILE_BYTES} bytes`);
    const owned = checkOwnership(fd, realpathSync(path));
    return owned.ok ? ok(readFileSync(fd, "utf8")) : owned;
  } catch (thrown) {
    return fail(`${path}: ${systemMessageOf(thrown)}`);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** A `require` without a text in quotes, in the form that the bundler leaves. */
const COMPUTED_REQUIRE = /\b__require\((?!\s*["'`])/;

/** Says which import of the bundle is computed; null: none is. */
async function computedImport(code: string): Promise<string | null> {
  await init;
  const [imports] = parse(code);
  for (const each of imports) {
    if (each.type !== "dynamic" || (each.specifier !== undefined && !each.glob)) continue;
    const text = code.slice(each.importStart, each.importEnd);
    return `a computed import, ${text}, cannot be checked before it runs: import a name in quotes`;
  }
  return COMPUTED_REQUIRE.test(code)
    ? "a computed require cannot be checked before it runs: require a name in quotes"
    : null;
}

function hashOf(files: ReadonlyMap<string, string>): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const [path, contents] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${contents}\0`);
  }
  return hash.digest("hex");
}
