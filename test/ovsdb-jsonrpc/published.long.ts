/**
 * The package as npm would publish it, in the eyes of others: `npm run test:client`. Linters of packages find nothing, the API
 * reference is current, and the examples do what they say under every runtime that there is.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildExamples, installPacked, runExample, SAID } from "./support/examples.ts";
import { Folder, run } from "./support/server.ts";

const ROOT = join(import.meta.dir, "../..");
const TOOLS = join(ROOT, "tools/ovsdb-jsonrpc");
const OVS_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
const tool = (name: string) => join(TOOLS, "node_modules", name);

let folder: Folder;
beforeAll(async () => {
  folder = await buildExamples(installPacked);
}, 120_000);
afterAll(() => folder.remove());

test("publint finds nothing", () => {
  expect(run("node", tool("publint/src/cli.js"), folder.at("built"), "--strict")).toContain("All good!");
}, 120_000);

test("are-the-types-wrong finds nothing, for who uses modules", () => {
  const said = run(
    "node",
    tool("@arethetypeswrong/cli/dist/index.js"),
    "--pack",
    folder.at("built"),
    "--profile",
    "esm-only",
  );
  // It fails, and `run` throws, when there is a problem beside that who uses CommonJS has to `import()` the package.
  for (const entry of [
    "ovsdb-jsonrpc",
    "ovsdb-jsonrpc/indexes",
    "ovsdb-jsonrpc/ovs",
    "ovsdb-jsonrpc/testing",
  ])
    expect(said).toContain(`"${entry}"`);
}, 120_000);

test("the README's examples compile with the oldest TypeScript that it names", async () => {
  const readme = readFileSync(folder.at("built/README.md"), "utf8");
  const [, version] = /TypeScript (\d+\.\d+) and newer/.exec(readme) ?? [];
  const compiler = tool("typescript-oldest/bin/tsc");
  expect(run("node", compiler, "--version")).toStartWith(`Version ${version}.`);
  const examples = Array.from(readme.matchAll(/^```ts\n(.*?)^```/gms), ([, code]) => code ?? "");
  expect(examples.length).toBeGreaterThan(3);
  for (const [n, code] of examples.entries()) await Bun.write(folder.at(`oldest/${n}.ts`), code);
  run("node", folder.at("built/generate.js"), OVS_SCHEMA, folder.at("oldest/open_vswitch.gen.ts"));
  const compilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: false, allowImportingTsExtensions: true },
    ...{ module: "NodeNext", target: "ES2022", lib: ["ES2022", "DOM"], types: [] },
  };
  await Bun.write(folder.at("oldest/package.json"), '{"type":"module"}');
  await Bun.write(folder.at("oldest/tsconfig.json"), JSON.stringify({ compilerOptions }));
  expect(run("node", compiler, "-p", folder.at("oldest"))).toBe("");
}, 120_000);

test.each([
  ["https://example.org/net/vifplugd.git", "git+https://example.org/net/vifplugd.git"],
  ["git@example.org:net/vifplugd.git", "git+https://example.org/net/vifplugd.git"],
  ["ssh://git@example.org/net/vifplugd", "git+https://example.org/net/vifplugd"],
  ["https://me:password@example.org/net/vifplugd.git", undefined],
  ["/srv/git/vifplugd.git", undefined],
])(
  "the manifest of a clone of %s names a repository that everybody can read, or none",
  (url, repository) => {
    const folder = new Folder();
    run(process.execPath, "run", join(ROOT, "src/ovsdb-jsonrpc/build.ts"), folder.at("built"), url);
    const manifest = JSON.parse(readFileSync(folder.at("built/package.json"), "utf8"));
    expect(manifest.repository?.url).toBe(repository);
    folder.remove();
  },
  60_000,
);

test("the API reference is current", () => {
  const fresh = new Folder();
  try {
    const { exitCode } = Bun.spawnSync([
      process.execPath,
      "run",
      join(TOOLS, "reference.ts"),
      fresh.at("api"),
    ]);
    expect(exitCode).toBe(0);
    const pages = (path: string) => readdirSync(path, { encoding: "utf8" }).sort();
    const kept = join(ROOT, "docs/ovsdb-jsonrpc");
    expect(pages(kept)).toEqual(pages(fresh.at("api")));
    for (const page of pages(kept)) {
      const isSame = readFileSync(join(kept, page), "utf8") === readFileSync(fresh.at(`api/${page}`), "utf8");
      expect(`${page}: ${isSame ? "current" : "run npm run client:reference"}`).toBe(`${page}: current`);
    }
  } finally {
    fresh.remove();
  }
}, 300_000);

/** npm has Node.js for Linux on two kinds of processors. */
const node22 = ["x64", "arm64"]
  .map((cpu) => tool(`node-linux-${cpu}/bin/node`))
  .find((path) => existsSync(path) && path.includes(process.arch));

const RUNTIMES: readonly (readonly [string, readonly string[] | null])[] = [
  ["Bun", [process.execPath, "run"]],
  ["Node.js of this system", ["node"]],
  ["Node.js 22", node22 === undefined ? null : [node22]],
  [
    "Deno",
    existsSync(tool("deno/bin.cjs"))
      ? ["node", tool("deno/bin.cjs"), "run", "--allow-all", "--node-modules-dir=manual"]
      : null,
  ],
];

for (const [runtime, command] of RUNTIMES) {
  describe.skipIf(command === null)(
    `under ${runtime}${command === null ? ", which npm does not have for this machine" : ""}`,
    () => {
      for (const [name, said] of Object.entries(SAID))
        test(`${name} says ${said.length} lines`, async () => {
          expect(await runExample(command ?? [], folder, name)).toEqual([...said]);
        }, 60_000);
    },
  );
}
