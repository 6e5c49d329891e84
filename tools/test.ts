/**
 * `npm test [-- ARGUMENT...]`: builds the executable, runs `bun test` with the arguments (all of test/ without any),
 * and closes with the line `N passed, N failed` from the runner's own report. bunfig.toml has the limits on a test, so a plain
 * `bun test FILE` has the same limits.
 *
 * The tests' temporary files go into one folder that is removed afterwards; a run that leaves something there fails.
 */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { undoAtExit } from "./cleanup.ts";
import { type Counts, closingLine, parseReport, verdict } from "./junit.ts";

const root = join(import.meta.dir, "..");

async function runTests(args: readonly string[], scratch: string): Promise<Counts> {
  const report = join(scratch, "report.xml");
  const temporary = join(scratch, "t");
  await mkdir(temporary);
  const runner = Bun.spawn(
    [
      ...[process.execPath, "test", "--reporter=junit", `--reporter-outfile=${report}`],
      ...(args.length > 0 ? args : ["./test"]),
    ],
    { cwd: root, env: { ...process.env, TMPDIR: temporary }, stdio: ["inherit", "inherit", "inherit"] },
  );
  undoAtExit(() => runner.kill("SIGKILL"));
  const exitCode = await runner.exited;
  const file = Bun.file(report);
  const counts = verdict((await file.exists()) ? parseReport(await file.text()) : undefined, exitCode);
  const leftBehind = await readdir(temporary);
  if (leftBehind.length === 0) return counts;
  console.error(`\nThe tests left files behind in their TMPDIR: ${leftBehind.join(", ")}`);
  return { ...counts, failed: counts.failed + 1 };
}

const built = Bun.spawnSync([process.execPath, "run", "build.ts"], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
});
if (built.exitCode !== 0) {
  console.log(closingLine({ passed: 0, failed: 1, skipped: 0 }));
  process.exit(1);
}
const scratch = await mkdtemp(join(tmpdir(), "vt-"));
const counts = await runTests(process.argv.slice(2), scratch);
await rm(scratch, { recursive: true });
console.log(closingLine(counts));
process.exit(counts.failed === 0 ? 0 : 1);
