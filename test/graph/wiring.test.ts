// Wrong wiring does not compile.
import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

/** What the compiler says of a file with this text, or of the file itself, under the project's own settings. */
function compile(source: { readonly file: string } | { readonly text: string }) {
  const folder = mkdtempSync(join(tmpdir(), "vifplugd-wiring-"));
  try {
    const file = "file" in source ? source.file : join(folder, "source.ts");
    if ("text" in source) writeFileSync(file, source.text);
    const config = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: { typeRoots: [join(root, "node_modules/@types")] },
      include: [],
      files: [file],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { exitCode, stdout } = Bun.spawnSync([
      join(root, "node_modules/.bin/tsc"),
      "--noEmit",
      "--project",
      folder,
    ]);
    return { exitCode, output: stdout.toString() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("every wrong wiring is refused by the compiler, every right one accepted", () => {
  expect(compile({ file: join(import.meta.dir, "wiring.types.ts") })).toEqual({ exitCode: 0, output: "" });
});

test("the example on the page for those who add a node compiles as it stands", () => {
  const [, example = ""] =
    readFileSync(join(root, "src/graph/README.md"), "utf8").match(/```ts\n(.*?)```/s) ?? [];
  const text = [
    "interface Port { readonly name: string; readonly mtu: number }",
    "declare const rows: readonly Port[];",
    example.replace("../graph/index.ts", join(root, "src/graph/index.ts")),
  ].join("\n");
  expect(example).toContain("node({");
  expect(compile({ text })).toEqual({ exitCode: 0, output: "" });
});
