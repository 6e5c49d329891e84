/** The examples of the package's README: compiled, and run as they stand against a real Open vSwitch database. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { named, operations, Session } from "ovsdb-jsonrpc";
import { openVSwitch } from "../../src/schemas/open_vswitch.gen.ts";
import { Folder, run, startPlayground } from "./support/server.ts";
import { value } from "./support/session.ts";

const ROOT = join(import.meta.dir, "../..");
const GENERATED = join(ROOT, "src/schemas/open_vswitch.gen.ts");
const README = readFileSync(join(ROOT, "src/ovsdb-jsonrpc/README.md"), "utf8");
const EXAMPLES = [...README.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) =>
  (code ?? "").replace("./open_vswitch.gen.ts", GENERATED),
);
/** The indented parts, of which each stands for itself, without what only a shell reads. */
const FRAGMENTS = [...README.matchAll(/^\n((?: {4}.*\n)+)/gm)]
  .map(([, code]) => code ?? "")
  .filter((code) => !/^ +np[mx] /.test(code));
const op = operations(openVSwitch);

/** A server whose database has a bridge br-int and what else is given. */
async function startVSwitch(...operations: Parameters<Session<object, object>["transact"]>[0]) {
  const server = await startPlayground({}, "/usr/share/openvswitch/vswitch.ovsschema");
  const session = new Session({ database: openVSwitch, remotes: server.remote, monitor: {} });
  await session.synced();
  const bridge = op.insert("Bridge", { name: "br-int" }, "bridge");
  value(
    await session.transact([
      bridge,
      op.insert("Open_vSwitch", { bridges: [named("bridge")] }),
      ...operations,
    ]),
  );
  session.close();
  return server;
}

async function output(example: string | undefined, remote: string): Promise<string[]> {
  const code = (example ?? "").replace("unix:/var/run/openvswitch/db.sock", remote);
  const child = Bun.spawn([process.execPath, "-e", code], {
    cwd: import.meta.dir,
    stdout: "pipe",
    stderr: "inherit",
  });
  const text = await child.stdout.text();
  expect(await child.exited).toBe(0);
  return text.trim().split("\n");
}

test("the first example connects, monitors, locks and transacts, in under 60 lines", async () => {
  await using server = await startVSwitch();
  expect((EXAMPLES[0] ?? "").split("\n").length).toBeLessThan(60);
  expect(await output(EXAMPLES[0], server.remote)).toEqual([
    "connecting",
    "connected",
    "synced",
    "my_lock is ours",
    "new p1",
    "bridges changed: 1",
    "mtu 1400",
    "my_lock is lost",
    "closed",
  ]);
});

const WITH_P1 = [
  op.insert("Interface", { name: "p1" }, "interface"),
  op.insert("Port", { name: "p1", interfaces: [named("interface")] }, "port"),
  op.mutate("Bridge", [], [["ports", "insert", [named("port")]]]),
];

test("the second example asks for a range, and who refers to a row", async () => {
  const tagged = op.update("Port", [["name", "==", "p1"]], { tag: 15 });
  await using server = await startVSwitch(...WITH_P1, tagged);
  expect(await output(EXAMPLES[1], server.remote)).toEqual(["p1 15", "Port interfaces"]);
});

test("the third example waits for a condition", async () => {
  await using server = await startVSwitch(...WITH_P1);
  expect(await output(EXAMPLES[2], server.remote)).toEqual(["all of them: 1"]);
});

test("the fourth example adds a monitor, drops it, and asks", async () => {
  await using server = await startVSwitch(...WITH_P1);
  expect(await output(EXAMPLES[3], server.remote)).toEqual([
    "in view: p1",
    "left in view: 0",
    "there is: p1",
  ]);
});

test.each([
  ["operations/transaction.ts", "type OwnTransactCode ="],
  ["wire/environment.ts", "type StreamFaultCode ="],
  ["wire/rpc.ts", "type UnfitCode ="],
  ["wire/rpc.ts", "readonly code:"],
])("every code of errors that %s declares as %p is explained", (file, declaration) => {
  const source = readFileSync(join(ROOT, "src/ovsdb-jsonrpc", file), "utf8");
  const union = source.slice(source.indexOf(declaration)).split(";\n")[0] ?? "";
  const codes = Array.from(union.matchAll(/^ *\| "(.*)"/gm), ([, code]) => code);
  expect(codes.length).toBeGreaterThan(3);
  const words = README.replaceAll(/\s+/g, " ");
  expect(codes.filter((code) => !words.includes(`\`${code}\``))).toEqual([]);
});

test("there are no other examples that nobody runs", () => {
  expect(EXAMPLES.length).toBe(4);
});

/** A module with everything that a fragment leaves to its reader: options are a session's, and statements are carried out. */
function moduleOf(fragment: string): string {
  const statements = fragment.replaceAll(/^ *import .*$/gm, "");
  const isOption = /^\s*\w+: /.test(statements);
  return `import { Connection, getSchema, operations, Session } from "ovsdb-jsonrpc";
    import { Ovs } from "ovsdb-jsonrpc/ovs";
    import { startTestServer } from "ovsdb-jsonrpc/testing";
    import { openVSwitch } from "${GENERATED}";
    import { ovnSouthbound } from "${GENERATED.replace("open_vswitch", "ovn_southbound")}";
    export const op = operations(openVSwitch);
    export const all = [Connection, getSchema, Ovs, startTestServer, ovnSouthbound];
    export async function fragment() {
      ${isOption ? `return new Session({ database: openVSwitch, remotes: "unix:/x", monitor: { Bridge: ["name"] }, ${statements} });` : statements}
    }`;
}

test("the examples compile, and one that misspells a column does not", async () => {
  const folder = new Folder();
  const compile = () => run(join(ROOT, "node_modules/.bin/tsc"), "-p", folder.at("tsconfig.json"));
  await Bun.write(
    folder.at("tsconfig.json"),
    JSON.stringify({
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: {
        noUnusedLocals: false,
        typeRoots: [join(ROOT, "node_modules/@types")],
        paths: {
          "ovsdb-jsonrpc": [join(ROOT, "src/ovsdb-jsonrpc/index.ts")],
          "ovsdb-jsonrpc/*": [join(ROOT, "src/ovsdb-jsonrpc/*/index.ts")],
        },
      },
      include: ["*.ts"],
    }),
  );
  expect(FRAGMENTS.length).toBe(4);
  await Promise.all([
    ...EXAMPLES.map((code, n) => Bun.write(folder.at(`example${n}.ts`), code)),
    ...FRAGMENTS.map((code, n) => Bun.write(folder.at(`fragment${n}.ts`), moduleOf(code))),
  ]);
  compile();
  for (const [right, wrong] of [
    ['"mtu_request", "external_ids"]', '"mtu_requested", "external_ids"]'],
    ["{ mtu_request: 1400 }", '{ mtu_request: "1400" }'],
    ['["name", "==", "br-int"]], [["ports"', '["nane", "==", "br-int"]], [["ports"'],
    ["added.value[3].count", "added.value[3].uuid"],
  ] as const) {
    const code = EXAMPLES[0] ?? "";
    expect(code).toContain(right);
    await Bun.write(folder.at("example0.ts"), code.replace(right, wrong));
    expect(compile).toThrow();
  }
  folder.remove();
});
