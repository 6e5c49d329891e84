/** Which files of tests are run: those of units that come by a mutated file. */
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Beside those of the mutated rooms. */
const FOLDERS = ["plug", "graph", "daemon", "record", "log", "serve"];
/** Whoever imports these starts servers and programs. */
const STARTERS = ["test/ovsdb-jsonrpc/support/server.ts", "tools/chassis/program.ts"];

export interface TestFile {
  readonly file: string;
  /** Every file that is loaded with it. */
  readonly loads: ReadonlySet<string>;
}

/** @param only folders of `test`, in the place of those that may come by a mutated file */
export function unitTests(
  root: string,
  mutated: ReadonlySet<string>,
  only?: readonly string[],
): readonly TestFile[] {
  const rooms = [...mutated].flatMap((file) => /^src\/([^/]+)\//.exec(file)?.[1] ?? []);
  const folders = [...new Set(only ?? [...FOLDERS, ...rooms])];
  const importsOf = importsIn(root);
  return folders
    .flatMap((folder) => testsBelow(root, folder))
    .sort()
    .map((file) => ({ file, loads: closure(file, importsOf) }))
    .filter(({ loads }) => !STARTERS.some((starter) => loads.has(starter)))
    .filter(({ loads }) => !mutated.isDisjointFrom(loads));
}

/** @param folder of `test`, such as `daemon/databases` */
export function testsBelow(root: string, folder: string): readonly string[] {
  return [...new Bun.Glob(`test/${folder}/**/*.test.ts`).scanSync({ cwd: root })];
}

function closure(start: string, importsOf: (file: string) => readonly string[]): ReadonlySet<string> {
  const all = new Set([start]);
  for (const file of all) for (const imported of importsOf(file)) all.add(imported);
  return all;
}

/** The files of the sources that a file imports, by paths from the root. */
function importsIn(root: string): (file: string) => readonly string[] {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const known = new Map<string, readonly string[]>();
  return (file) => {
    const before = known.get(file);
    if (before !== undefined) return before;
    const text = /\.tsx?$/.test(file) ? readFileSync(join(root, file), "utf8") : "";
    const imports = transpiler.scanImports(text).flatMap(({ path }) => {
      if (/^(node|bun):|^bun$/.test(path)) return [];
      const place = relative(root, realpathSync(Bun.resolveSync(path, dirname(join(root, file)))));
      return place.startsWith("..") || place.startsWith("node_modules") ? [] : [place];
    });
    known.set(file, imports);
    return imports;
  };
}
