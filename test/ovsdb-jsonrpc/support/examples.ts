/** The examples of examples/ovsdb-jsonrpc, with the package as npm would publish it, under any runtime. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { named, operations, Session } from "ovsdb-jsonrpc";
import { startTestServer } from "ovsdb-jsonrpc/testing";
import { openVSwitch } from "../../../src/schemas/open_vswitch.gen.ts";
import { Folder, run } from "./server.ts";
import { value } from "./session.ts";

const ROOT = join(import.meta.dir, "../../..");
const EXAMPLES = join(ROOT, "examples/ovsdb-jsonrpc");

/** Each example, and what it says on a switch with the bridge br-int and its port p1 with tag 10. */
export const SAID: Readonly<Record<string, readonly string[]>> = {
  follow: ["connecting", "connected", "there is: p1", "synced", "p1 has the MTU 1400", "gone: p1", "closed"],
  transact: ["bridges changed: 1", "changed: true", "refused: constraint violation", "tag: 10"],
  ranges: ["p1 has the tag 10 on br-int"],
  ports: ["added: true true", "set: true", "not added: no bridge", "left: false"],
  databases: ["bridge br-int", "databases Open_vSwitch (standalone), _Server (standalone)", "connections 1"],
};

/** Puts the package, built in the folder `built`, where an application in the folder finds it. */
type Install = (folder: Folder) => void;

/** As it is; as fast as can be. */
function link(folder: Folder): void {
  mkdirSync(folder.at("node_modules"));
  symlinkSync(folder.at("built"), folder.at("node_modules/ovsdb-jsonrpc"));
}

/** As from the registry: what `npm pack` puts into the archive, and nothing else. */
export function installPacked(folder: Folder): void {
  const archive = run(
    "npm",
    "pack",
    "--silent",
    "--pack-destination",
    folder.path,
    folder.at("built"),
  ).trim();
  run("npm", "install", "--silent", "--offline", "--prefix", folder.path, folder.at(archive));
}

/** The built package and the examples as JavaScript, in a folder as an application has it. */
export async function buildExamples(install: Install = link): Promise<Folder> {
  const folder = new Folder();
  run(process.execPath, "run", join(ROOT, "src/ovsdb-jsonrpc/build.ts"), folder.at("built"));
  install(folder);
  const built = await Bun.build({
    entrypoints: Object.keys(SAID).map((name) => join(EXAMPLES, `${name}.ts`)),
    external: ["ovsdb-jsonrpc", "ovsdb-jsonrpc/*"],
    target: "node",
    outdir: folder.path,
    naming: "[name].mjs",
  });
  if (!built.success) throw new Error(built.logs.join("\n"));
  return folder;
}

/** Runs an example on a server of its own; answers what it says. */
export async function runExample(
  command: readonly string[],
  folder: Folder,
  name: string,
): Promise<string[]> {
  await using server = await startTestServer({ schema: "/usr/share/openvswitch/vswitch.ovsschema" });
  const op = operations(openVSwitch);
  const session = new Session({
    database: openVSwitch,
    remotes: server.remote,
    monitor: { Interface: ["name"] },
  });
  await session.synced();
  value(
    await session.transact([
      op.insert("Interface", { name: "p1" }, "interface"),
      op.insert("Port", { name: "p1", tag: 10, interfaces: [named("interface")] }, "port"),
      op.insert("Bridge", { name: "br-int", ports: [named("port")] }, "bridge"),
      op.insert("Open_vSwitch", { bridges: [named("bridge")] }),
    ]),
  );
  const child = Bun.spawn([...command, `${name}.mjs`, server.remote], {
    cwd: folder.path,
    stdout: "pipe",
    stderr: "pipe",
    timeout: 60_000,
  });
  const lines: string[] = [];
  let rest = "";
  let isFollowed = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    if (name !== "follow" || isFollowed || !lines.includes("synced")) continue;
    isFollowed = true;
    value(await session.transact([op.update("Interface", [], { mtu_request: 1400 })]));
    value(await session.transact([op.update("Bridge", [], { ports: [] })]));
  }
  session.close();
  if ((await child.exited) !== 0)
    throw new Error(`${name} failed:\n${await new Response(child.stderr).text()}`);
  return lines;
}
