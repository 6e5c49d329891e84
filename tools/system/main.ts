/**
 * `npm run test:system [-- ARGUMENT...]`: builds the executable, runs the system test in the virtual machine with the
 * arguments for `bun test`, and closes with the line `N passed, N failed`. A machine that does not get to the end of
 * the test is a failure.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { closingLine, parseReport, verdict } from "../junit.ts";
import { runMachine } from "./machine.ts";
import { REPORT, testScript } from "./script.ts";

const root = join(import.meta.dir, "../..");
const tests = ["representor", "service"].map((name) => `./test/system/${name}.machine.ts`);
/** The limits on the whole run and on one test, in milliseconds. */
const within = 1_800_000;
const testTimeout = 300_000;

const built = Bun.spawnSync([process.execPath, "run", "build.ts"], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
});
if (built.exitCode !== 0) process.exit(1);
const started = performance.now();
await using result = await runMachine({
  script: testScript([...tests, ...process.argv.slice(2)], testTimeout),
  within,
});
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
for (const name of ["columns.md", "strace", "nics.jsonl"])
  await Bun.write(join(results, name), await read(name));
console.log(`\n${await read("columns.md")}`);
console.log(
  `The machine ran for ${((performance.now() - started) / 1000).toFixed(0)} s; details are in ${results}.`,
);
const counts = verdict(parseReport(await read(REPORT)), result.exitCode);
console.log(closingLine(counts));
process.exitCode = counts.failed === 0 && result.exitCode === 0 ? 0 : 1;
