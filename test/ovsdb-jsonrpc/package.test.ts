/** The package as npm would publish it, under Node.js. */
import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Folder, run, startPlayground } from "./support/server.ts";

const SOURCE = join(import.meta.dir, "../../src/ovsdb-jsonrpc");

test("it builds, and Node.js follows a database with it", async () => {
  await using server = await startPlayground();
  const folder = new Folder();
  run(process.execPath, "run", join(SOURCE, "build.ts"), folder.at("built"));
  mkdirSync(folder.at("node_modules"));
  symlinkSync(folder.at("built"), folder.at("node_modules/ovsdb-jsonrpc"));
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
  folder.remove();
}, 60_000);

test("it needs nothing but Node.js, and nothing else of this repository", async () => {
  const imports: string[] = [];
  for (const file of new Bun.Glob("*.ts").scanSync(SOURCE)) {
    const text = await Bun.file(join(SOURCE, file)).text();
    for (const [, from] of text.matchAll(/^(?:import|export)[^;]*? from "([^"]+)"/gm))
      imports.push(from ?? "");
  }
  expect(imports.length).toBeGreaterThan(50);
  expect(imports.filter((from) => !from.startsWith("./") && !from.startsWith("node:"))).toEqual([]);
});
