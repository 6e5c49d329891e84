/**
 * The .deb under a real systemd: makes the package in two versions, and runs test/package/systemd.machine.ts in the
 * virtual machine of the system test. `npm run test:package:systemd`; closes with the line `N passed, N failed`.
 */
import { join } from "node:path";
import { closingLine, parseReport, verdict } from "../junit.ts";
import { runMachine } from "../system/machine.ts";
import { REPORT, testScript } from "../system/script.ts";
import { packagesForTests } from "./packages-for-tests.ts";

/** The limits on the whole run and on one test, in milliseconds: for a busy machine. An idle machine needs a tenth. */
const within = 1_500_000;
const testTimeout = 480_000;

for (const version of ["0.1.0", "0.2.0"]) await packagesForTests(version);
await using result = await runMachine({
  script: testScript(["./test/package/systemd.machine.ts", ...process.argv.slice(2)], testTimeout),
  within,
});
process.stdout.write(result.output);
if (result.exitCode === null) {
  console.error(`\nThe machine did not get to the end of the test in ${within / 1000} s:\n${result.console}`);
}
const report = Bun.file(join(result.exchange, REPORT));
const counts = verdict(
  (await report.exists()) ? parseReport(await report.text()) : undefined,
  result.exitCode ?? 1,
);
console.log(closingLine(counts));
process.exitCode = counts.failed === 0 ? 0 : 1;
