// The package as npm would publish it: it runs under the oldest Node.js that its manifest names.
import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCE = join(import.meta.dir, "../../src");

/** The language that a version of Node.js has in full, as the compiler calls it. */
const LANGUAGE: Readonly<Record<string, string>> = { ">=18": "ES2022" };

/** What Node.js 18 lacks of the language that came after it. */
const WITHOUT_NEWER = `
  for (const name of ["toReversed", "toSorted", "toSpliced", "with"]) delete Array.prototype[name];
  for (const name of ["isWellFormed", "toWellFormed"]) delete String.prototype[name];
  for (const name of ["withResolvers", "try"]) delete Promise[name];
  delete Object.groupBy; delete Map.groupBy; delete Array.fromAsync; delete globalThis.Iterator;`;

function run(...command: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command]);
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.toString();
}

test("the built package checks a provider with what the oldest Node.js has", () => {
  const folder = mkdtempSync(join(tmpdir(), "provider-package-"));
  try {
    run(process.execPath, "run", join(SOURCE, "vifplugd-provider/build.ts"), folder);
    const said = run(
      ...["node", "--input-type=module", "--eval"],
      `${WITHOUT_NEWER}
      const { checkProvider, subjectOf } = await import(${JSON.stringify(join(folder, "index.js"))});
      const prepare = ({ lport }) => ({ ready: true, interface: { name: lport.name } });
      const findings = await checkProvider(subjectOf({ type: "good", prepare }));
      console.log(findings.filter(({ passed }) => passed !== true).length, findings.length);`,
    );
    expect(said).toBe("0 9\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

test.each(["vifplugd-provider", "ovsdb-jsonrpc"])(
  "%s is compiled for the oldest Node.js that its manifest names",
  (name) => {
    const text = (file: string) => readFileSync(join(SOURCE, name, file), "utf8");
    const { engines } = JSON.parse(text("package.json"));
    const { compilerOptions } = JSON.parse(text("tsconfig.build.json"));
    const language = LANGUAGE[engines.node];
    expect(compilerOptions.target).toBe(language);
    expect(compilerOptions.lib.filter((each: string) => each !== "DOM")).toEqual([language]);
  },
);
