/** Chooses the files of tests to run: unit tests that load a mutated file. */
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The folders of tests to look through, beside those of the mutated files. */
const FOLDERS = ["plug", "graph", "daemon", "record", "log", "serve"];
/** A test that imports one of these files starts servers and programs, so it is no unit test. */
const STARTERS = ["test/ovsdb-jsonrpc/support/server.ts", "tools/chassis/program.ts"];

export interface TestFile {
  readonly file: string;
  /** Every file that the test loads. */
  readonly loads: ReadonlySet<string>;
}

/** @param only folders of `test` to look through; absent: every folder that may have such tests */
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

/** @param folder a folder in `test`, such as `daemon/databases` */
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
