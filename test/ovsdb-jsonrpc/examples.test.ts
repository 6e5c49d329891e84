/** The examples do what they say, with the package as npm would publish it. Other runtimes: published.long.ts. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildExamples, runExample, SAID } from "./support/examples.ts";
import type { Folder } from "./support/server.ts";

let folder: Folder;
beforeAll(async () => {
  folder = await buildExamples();
});
afterAll(() => folder.remove());

test("every example is tried", () => {
  const files = readdirSync(join(import.meta.dir, "../../examples/ovsdb-jsonrpc"));
  expect(files.filter((file) => file.endsWith(".ts")).sort()).toEqual(
    Object.keys(SAID)
      .map((name) => `${name}.ts`)
      .sort(),
  );
});

describe.each([
  ["Bun", [process.execPath, "run"]],
  ["Node.js", ["node"]],
] as const)("under %s", (_runtime, command) => {
  for (const [name, said] of Object.entries(SAID))
    test(`${name} says ${said.length} lines`, async () => {
      expect(await runExample(command, folder, name)).toEqual([...said]);
    });
});
