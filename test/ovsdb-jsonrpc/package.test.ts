/** The package as npm would publish it, under Node.js. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Identity, makeCa, makeCertificate } from "./support/pki.ts";
import { Folder, run, startPlayground } from "./support/server.ts";

const SOURCE = join(import.meta.dir, "../../src/ovsdb-jsonrpc");

/** Where the package is, as somebody else has it. */
const folder = new Folder();

beforeAll(() => {
  const origin = "git@example.org:net/vifplugd.git";
  run(process.execPath, "run", join(SOURCE, "build.ts"), folder.at("built"), origin);
  mkdirSync(folder.at("node_modules"));
  symlinkSync(folder.at("built"), folder.at("node_modules/ovsdb-jsonrpc"));
}, 60_000);

afterAll(() => folder.remove());

test("Node.js follows a database with it", async () => {
  await using server = await startPlayground();
  const generated = run(
    "node",
    folder.at("built/generate.js"),
    join(import.meta.dir, "support/playground.ovsschema"),
    folder.at("schema.ts"),
  );
  expect(generated).toBe("");
  expect(await Bun.file(folder.at("schema.ts")).text()).toBe(
    await Bun.file(join(import.meta.dir, "support/playground.gen.ts")).text(),
  );
  await Bun.write(
    folder.at("program.mjs"),
    `import { changedElements, operations, parseDatabaseSchema, Session } from "ovsdb-jsonrpc";
    import { readFileSync } from "node:fs";
    const schema = parseDatabaseSchema(JSON.parse(readFileSync(process.argv[2], "utf8")));
    if (!schema.ok) throw new Error(schema.error);
    const session = new Session({ database: schema.value, remotes: process.argv[3], monitor: { Thing: ["name"] } });
    session.onBatch(({ tables }) => console.log(tables.Thing.map((change) => change.new?.name).join()));
    await session.synced();
    const op = operations(schema.value);
    const result = await session.transact([op.insert("Thing", { name: "from node", color: "red" })]);
    console.log(result.ok, changedElements(new Set([1, 2]), new Set([2, 3])).join());
    session.close();`,
  );
  const output = run(
    "node",
    folder.at("program.mjs"),
    join(import.meta.dir, "support/playground.ovsschema"),
    server.remote,
  );
  expect(output).toBe("\nfrom node\ntrue 1,3\n");
  for (const file of [
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "index.js.map",
    "ovs/index.js",
    "testing/index.d.ts",
  ])
    expect(existsSync(folder.at(`built/${file}`))).toBe(true);
  await Bun.write(
    folder.at("others.mjs"),
    `import manifest from "ovsdb-jsonrpc/package.json" with { type: "json" };
    import { startTestServer } from "ovsdb-jsonrpc/testing";
    import { Ovs } from "ovsdb-jsonrpc/ovs";
    const server = await startTestServer({ schema: "/usr/share/openvswitch/vswitch.ovsschema" });
    const ovs = new Ovs({ remotes: server.remote });
    console.log(manifest.repository.url, await ovs.synced(), (await ovs.addBridge("br0")).error.code);
    ovs.close();
    await server.stop();`,
  );
  expect(run("node", "--no-warnings", folder.at("others.mjs"))).toBe(
    "git+https://example.org/net/vifplugd.git true no root\n",
  );
  // Nobody needs the types of Node.js for it, and every declaration is right by itself.
  await Bun.write(
    folder.at("user.ts"),
    `import { type Session, withBigints, parseDatabaseSchema, type Environment } from "ovsdb-jsonrpc";
    import { ordered, references } from "ovsdb-jsonrpc/indexes";
    import type { Ovs } from "ovsdb-jsonrpc/ovs";
    import { startTestServer } from "ovsdb-jsonrpc/testing";
    export type All = [Environment, Ovs, Session<object, object>];
    export const all = [parseDatabaseSchema, withBigints, ordered, references, startTestServer];`,
  );
  await Bun.write(
    folder.at("tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        ...{ strict: true, noEmit: true, skipLibCheck: false, types: [], lib: ["ES2022", "DOM"] },
        ...{ module: "NodeNext", moduleResolution: "NodeNext", target: "ES2022" },
      },
      include: ["user.ts"],
    }),
  );
  run(join(SOURCE, "../../node_modules/.bin/tsc"), "-p", folder.at("tsconfig.json"));
});

test("Node.js says in plain words why there is no connection over TLS", async () => {
  const [ca, otherCa] = [makeCa(folder, "ca"), makeCa(folder, "other-ca")];
  const server = makeCertificate(folder, ca, "server", "127.0.0.1", 2);
  const stranger = makeCertificate(folder, otherCa, "stranger", "stranger.example.com", 2);
  const nobody: Partial<Identity> = {};
  const args = [
    `--private-key=${server.key}`,
    `--certificate=${server.certificate}`,
    `--ca-cert=${ca.certificate}`,
  ];
  await using secure = await startPlayground({ remotes: ["pssl:0:127.0.0.1"], args });
  await Bun.write(
    folder.at("tls.mjs"),
    `import { Session } from "ovsdb-jsonrpc";
    const [remotes, tls, words] = process.argv.slice(2);
    const database = { name: "Playground", version: "", tables: {} };
    const session = new Session({ database, remotes, tls: JSON.parse(tls), monitor: {} });
    session.onState(({ error }) => {
      if (!error?.message.includes(words)) return;
      console.log(error.code, error.message);
      session.close();
    });`,
  );
  const remote = `ssl:127.0.0.1:${secure.port}`;
  for (const [{ key, certificate }, caCert, words] of [
    [stranger, ca, "the server does not trust the authority that signed our certificate"],
    [nobody, ca, "the server asks for our certificate, and none is configured"],
    [nobody, otherCa, "the server's certificate does not pass the check"],
  ] as const) {
    const tls = JSON.stringify({ privateKey: key, certificate, caCert: caCert.certificate });
    const said = run("timeout", "60", "node", folder.at("tls.mjs"), remote, tls, words);
    expect(said).toStartWith(`tls ${remote}: ${words}`);
    expect(said.split("\n")).toHaveLength(2);
  }
});

test("the sources are not packed by mistake", () => {
  const { status, stderr } = spawnSync("npm", ["pack", "--dry-run"], { cwd: SOURCE, encoding: "utf8" });
  expect(status).not.toBe(0);
  expect(stderr).toContain("build the package");
});

/** In kB, at most. */
const SESSION = 72;
const QUESTIONS = 25;

test.each([
  ["everything of it", 'export * from "ovsdb-jsonrpc"', 74_000],
  ["a session and its operations", 'export { Session, operations } from "ovsdb-jsonrpc"', SESSION * 1000],
  ["what asks a server", 'export { getSchema, listDatabases } from "ovsdb-jsonrpc"', QUESTIONS * 1000],
  ["the commands on Open vSwitch, with their session", 'export * from "ovsdb-jsonrpc/ovs"', 76_000],
  ["the indexes", 'export * from "ovsdb-jsonrpc/indexes"', 5_500],
  ["a function", 'export { isUuid } from "ovsdb-jsonrpc"', 500],
])("a program has of the package what it imports: %s", async (_name, program, bytes) => {
  const own = new Folder();
  mkdirSync(own.at("node_modules"));
  symlinkSync(SOURCE, own.at("node_modules/ovsdb-jsonrpc"));
  await Bun.write(own.at("program.ts"), program);
  const built = await Bun.build({ entrypoints: [own.at("program.ts")], target: "node", minify: true });
  const [bundle] = built.outputs;
  expect(bundle?.size ?? Number.POSITIVE_INFINITY).toBeLessThan(bytes);
  own.remove();
});

test("the README says how much of the package a program has", () => {
  const words = readFileSync(join(SOURCE, "README.md"), "utf8").replaceAll(/\s+/g, " ");
  expect(words).toContain(
    `Minified, \`Session\` with its replica and its transactions, and \`operations\`, are ${SESSION} kB`,
  );
  expect(words).toContain(`asks a server for its databases and schemas has ${QUESTIONS} kB`);
});

/** What each file of the package imports: its path below the package, or a name. */
function importsByFile(): ReadonlyMap<string, readonly string[]> {
  const files = [...new Bun.Glob("**/*.ts").scanSync(SOURCE)];
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(SOURCE, file), "utf8");
      const specifiers = Array.from(
        text.matchAll(/^(?:import|export)[^;]*? from "([^"]+)"/gm),
        ([, from]) => from ?? "",
      );
      return [file, specifiers.map((from) => (from.startsWith(".") ? join(dirname(file), from) : from))];
    }),
  );
}

test("it needs nothing but Node.js, and nothing else of this repository", () => {
  const imports = [...importsByFile().values()].flat();
  expect(imports.length).toBeGreaterThan(50);
  expect(imports.filter((from) => from.startsWith("..") || !/^node:|\.ts$/.test(from))).toEqual([]);
});

test("each folder needs only those that the README names above it", () => {
  const readme = readFileSync(join(SOURCE, "README.md"), "utf8");
  const inside = readme.slice(readme.indexOf("## Inside"), readme.indexOf("## Errors"));
  const order = Array.from(inside.matchAll(/^\| `(\w+)`/gm), ([, folder]) => folder ?? "");
  const folders = [...new Set([...importsByFile().keys()].filter((file) => file.includes("/")))];
  expect(new Set(folders.map((file) => file.split("/", 1)[0]))).toEqual(new Set(order));
  const upwards = [...importsByFile()].flatMap(([file, imports]) => {
    const level = order.indexOf(file.split("/", 1)[0] ?? "");
    const above = imports.filter((from) => order.indexOf(from.split("/", 1)[0] ?? "") > level);
    return level === -1 ? [] : above.map((from) => `${file} -> ${from}`);
  });
  expect(upwards).toEqual([]);
});
