// Imports go one way only: OVSDB -> replica -> inputs -> graph -> plan -> transaction -> OVSDB, each arrow a room.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What each room of src may import: other rooms, and packages. A room that is not here has to be added first. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  result: ["text"],
  unknown: [],
  mapping: ["valibot"],
  "token-bucket": [],
  "bounded-yaml": ["yaml"],
  version: [],
  // Know nothing of each other, nor of OVN.
  "ovsdb-jsonrpc": [],
  "vifplugd-provider": [],
  graph: [],
  text: [],
  log: ["result", "text", "token-bucket"],
  system: ["result"],
  netlink: ["result", "system"],
  schemas: ["ovsdb-jsonrpc"],
  // Know nothing of what becomes of their answers.
  providers: [
    "vifplugd-provider",
    ...[
      "@cfworker/json-schema",
      "bounded-yaml",
      "es-module-lexer",
      "mapping",
      "netlink",
      "result",
      "system",
      "text",
      "token-bucket",
      "unknown",
      "valibot",
      "yaml",
    ],
  ],
  // Decides, and touches nothing.
  plug: ["graph", "ovsdb-jsonrpc", "providers", "result", "schemas", "text"],
  record: [
    ...["graph", "log", "mapping", "ovsdb-jsonrpc", "plug", "providers", "result", "system", "version"],
    "valibot",
  ],
  // What is shown, as data.
  view: ["graph", "mapping", "plug", "result", "text", "valibot", "version"],
  // And as texts for people.
  terminal: ["plug", "result", "text", "view"],
  // Clients that nobody knows, and what they may ask.
  serve: ["result"],
  control: ["graph", "log", "ovsdb-jsonrpc", "result", "serve", "system", "terminal", "version", "view"],
  // What a browser shows; its own code is in page/browser.
  page: ["graph", "http", "plug", "serve", "text", "view"],
  http: ["graph", "log", "plug", "result", "serve", "system", "text", "version", "view"],
  config: [
    "bounded-yaml",
    "log",
    "mapping",
    "ovsdb-jsonrpc",
    "plug",
    "providers",
    "result",
    "serve",
    "text",
    "unknown",
    "valibot",
    "yaml",
  ],
  // Decisions become effects.
  daemon: [
    "version",
    ...["config", "control", "graph", "log", "ovsdb-jsonrpc", "plug", "providers", "record", "result"],
    ...["schemas", "serve", "system", "text", "http", "page", "view"],
  ],
  cli: [
    "vifplugd-provider",
    ...["config", "control", "daemon", "graph", "log", "plug", "providers", "record", "result", "system"],
    ...["terminal", "text", "unknown", "version", "view"],
  ],
  main: ["cli"],
};

/** Rooms that reach outside the process; all others are computation, and import no builtin but `node:util`. */
const EDGES = [
  ...["ovsdb-jsonrpc", "vifplugd-provider", "system", "netlink", "providers", "record"],
  ...["serve", "control", "http", "page", "config", "daemon", "cli"],
];

const SOURCE = join(import.meta.dir, "../../src");

interface Import {
  /** Path below src. */
  readonly file: string;
  /** As it is written. */
  readonly specifier: string;
  /** Path below src; null: a package or a builtin. */
  readonly target: string | null;
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(SOURCE, file), "utf8");
  const found = text.matchAll(
    /^(?:import|export)\s(?:[\w*{}\s,]*?\sfrom\s+)?"([^"$]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return Array.from(found, ([, fixed, dynamic]) => {
    const specifier = fixed ?? dynamic ?? "";
    const target = specifier.startsWith(".") ? relative("", join(dirname(file), specifier)) : null;
    return { file, specifier, target };
  });
}

/** The room of a path below src: its first folder, or the file itself. */
function roomOf(path: string): string {
  return path.split("/", 1)[0]?.replace(/\.ts$/, "") ?? path;
}

const files = [...new Bun.Glob("**/*.ts").scanSync({ cwd: SOURCE })].sort();
const imports = files.flatMap(importsOf);
const isBuiltin = ({ specifier }: Import) => /^(node|bun)\b/.test(specifier);
const describeImport = ({ file, specifier, target }: Import) => `${file} -> ${target ?? specifier}`;

test("every room has a line in the table, and every line a room", () => {
  expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

test("imports of each kind are found", () => {
  const found = (file: string) =>
    imports.filter((one) => one.file === file).map(({ specifier, target }) => target ?? specifier);
  expect(found("providers/builtin.ts")).toContain("providers/dummy/dummy.ts");
  expect(found("daemon/reconcile/reconciler.ts")).toContain("graph/index.ts");
  expect(found("control/client.ts")).toEqual(expect.arrayContaining(["node:net", "ovsdb-jsonrpc"]));
  expect(found("ovsdb-jsonrpc/session/session.ts")).toContain("ovsdb-jsonrpc/session/session-core.ts");
});

test("no room imports what the table does not allow", () => {
  const wrong = imports.filter((one) => {
    if (isBuiltin(one) || one.target?.startsWith("../")) return false;
    const room = roomOf(one.file);
    const imported = one.target === null ? one.specifier : roomOf(one.target);
    return imported !== room && MAY_IMPORT[room]?.includes(imported) !== true;
  });
  expect(wrong.map(describeImport)).toEqual([]);
});

test("the table has no cycle", () => {
  const rest = new Map(Object.entries(MAY_IMPORT));
  for (;;) {
    const free = [...rest].filter(([, imported]) => !imported.some((room) => rest.has(room)));
    if (free.length === 0) break;
    for (const [room] of free) rest.delete(room);
  }
  expect([...rest.keys()]).toEqual([]);
});

describe("besides,", () => {
  test("the C library is opened in one place, and its functions are constants of a module", () => {
    const opening = files.filter((file) => /\bdlopen\(/.test(readFileSync(join(SOURCE, file), "utf8")));
    expect(opening).toEqual(["system/libc.ts"]);
    const elsewhere = files.flatMap((file) => {
      const text = readFileSync(join(SOURCE, file), "utf8");
      const uses = [...text.matchAll(/^.*\blibcFunctions\(.*$/gm)].map(([line]) => `${file}: ${line}`);
      return file === "system/libc.ts" ? [] : uses.filter((use) => !use.includes(": const libc = "));
    });
    expect(elsewhere).toEqual([]);
  });

  test("only the version is read from outside src", () => {
    const outside = imports.filter(({ target }) => target?.startsWith("../"));
    expect(outside.map(describeImport)).toEqual(["version.ts -> ../package.json"]);
  });

  test("rooms that only compute import no builtin that reaches outside", () => {
    const reaching = imports.filter(
      (one) => isBuiltin(one) && one.specifier !== "node:util" && !EDGES.includes(roomOf(one.file)),
    );
    expect(reaching.map(describeImport)).toEqual([]);
  });

  test("the package is imported by its name", () => {
    const bypassing = imports.filter(
      ({ file, target }) => target?.startsWith("ovsdb-jsonrpc/") && roomOf(file) !== "ovsdb-jsonrpc",
    );
    expect(bypassing.map(describeImport)).toEqual([]);
  });

  test("the engine is imported by its index, but by the browser, which takes the picture alone", () => {
    const bypassing = imports.filter(
      ({ file, target }) =>
        target?.startsWith("graph/") &&
        target !== "graph/index.ts" &&
        roomOf(file) !== "graph" &&
        !(file.startsWith("page/browser/") && target === "graph/inspect/picture.ts"),
    );
    expect(bypassing.map(describeImport)).toEqual([]);
  });

  test("no provider imports another one, and nobody but the list of them and its own command imports one", () => {
    const others = imports.filter(({ file, target }) => {
      const provider = /^providers\/([^/]+)\//.exec(target ?? "")?.[1];
      if (provider === undefined || file === "providers/builtin.ts") return false;
      return dirname(file) !== `providers/${provider}` && !file.startsWith(`cli/${provider}-`);
    });
    expect(others.map(describeImport)).toEqual([]);
  });

  test("relative imports carry the extension, and builtins their scheme", () => {
    const bare = ["fs", "net", "path", "tls", "util", "os", "child_process", "events"];
    const wrong = imports.filter(
      ({ specifier, target }) =>
        (target !== null && !/\.(ts|json)$/.test(specifier)) || bare.includes(specifier),
    );
    expect(wrong.map(describeImport)).toEqual([]);
  });
});
