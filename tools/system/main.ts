/**
 * `npm run test:system [-- ARGUMENT...]`: builds the executable, runs the system test in the virtual machine with the
 * arguments for `bun test`, and closes with the line `N passed, N failed`. A machine that does not get to the end of
 * the test is a failure.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { closingLine, parseReport, verdict } from "../junit.ts";
import { EXCHANGE, runMachine } from "./machine.ts";

const root = join(import.meta.dir, "../..");
const tests = ["representor", "service"].map((name) => `./test/system/${name}.machine.ts`);
/** Milliseconds, for all of it and for one test. */
const within = 420_000;
const testTimeout = 90_000;

function script(args: readonly string[]): string {
  const bun = [process.execPath, "test", ...tests, `--timeout=${testTimeout}`];
  const report = ["--reporter=junit", `--reporter-outfile=${EXCHANGE}/report.xml`];
  return [
    "export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp TMPDIR=/tmp",
    `cd ${quote(root)}`,
    [...bun, ...report, ...args].map(quote).join(" "),
  ].join("\n");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const built = Bun.spawnSync([process.execPath, "run", "build.ts"], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
});
if (built.exitCode !== 0) process.exit(1);
const started = performance.now();
await using result = await runMachine({ script: script(process.argv.slice(2)), within });
process.stdout.write(result.output);
if (result.exitCode === null) {
  console.error(
    `\nThe machine did not get to the end of the test in ${within / 1000} s. Its console:\n${result.console}`,
  );
}
const read = (name: string) =>
  Bun.file(join(result.exchange, name))
    .text()
    .catch(() => "");
const results = join(root, ".cache/system/results");
await mkdir(results, { recursive: true });
for (const name of ["columns.md", "strace"]) await Bun.write(join(results, name), await read(name));
console.log(`\n${await read("columns.md")}`);
console.log(
  `The machine ran for ${((performance.now() - started) / 1000).toFixed(0)} s; details are in ${results}.`,
);
const counts = verdict(parseReport(await read("report.xml")), result.exitCode);
console.log(closingLine(counts));
process.exitCode = counts.failed === 0 && result.exitCode === 0 ? 0 : 1;
