// Wrong wiring does not compile.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

/** What the compiler says of a file, under the project's own settings. */
function compile(file: string): { readonly exitCode: number; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), "vifplugd-wiring-"));
  try {
    const config = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: { typeRoots: [join(root, "node_modules/@types")] },
      include: [],
      files: [file],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(root, "node_modules/.bin/tsc");
    const { exitCode, stdout } = Bun.spawnSync([tsc, "--noEmit", "--project", folder]);
    return { exitCode, output: stdout.toString() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("every wrong wiring is refused by the compiler, every right one accepted", () => {
  expect(compile(join(import.meta.dir, "wiring.types.ts"))).toEqual({ exitCode: 0, output: "" });
}, 30_000);
