/** The closing line of a test run: only a run that passed may look like one. */
import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closingLine, parseReport, verdict } from "../../tools/junit.ts";

const report = (attributes: string) => `<?xml version="1.0"?>\n<testsuites ${attributes}>\n</testsuites>\n`;

describe("a report", () => {
  test("gives its totals, without skipped tests among the passed", () => {
    expect(
      parseReport(report('name="bun test" tests="7" assertions="9" failures="1" skipped="2" time="0.1"')),
    ).toEqual({ passed: 4, failed: 1, skipped: 2 });
  });

  test.each([
    ["nothing", ""],
    ["cut off", '<testsuites tests="7" failures="0" skipped="0">'],
    ["without a total", report('tests="7" skipped="0"')],
    ["not a report", "<html></html>"],
  ])("that is %s gives none", (_, xml) => {
    expect(parseReport(xml)).toBeUndefined();
  });

  test("is what the runner writes, whatever the tests are called", async () => {
    const dir = await mkdtemp(join(tmpdir(), "vifplugd-junit-"));
    const file = join(dir, "report.xml");
    await Bun.write(
      join(dir, "some.test.ts"),
      `import { expect, test } from "bun:test";
       test("one", () => {});
       test('tests="99" failures="0">', () => { expect(1).toBe(2); });
       test.skip("three", () => {});`,
    );
    const runner = [
      process.execPath,
      "test",
      "./some.test.ts",
      "--reporter=junit",
      `--reporter-outfile=${file}`,
    ];
    expect(Bun.spawnSync(runner, { cwd: dir }).exitCode).toBe(1);
    expect(parseReport(await Bun.file(file).text())).toEqual({ passed: 1, failed: 1, skipped: 1 });
    await rm(dir, { recursive: true });
  });
});

describe("the verdict", () => {
  test("is the report when the runner ended as it says", () => {
    const passing = { passed: 3, failed: 0, skipped: 1 };
    expect(verdict(passing, 0)).toEqual(passing);
    const failing = { passed: 3, failed: 2, skipped: 0 };
    expect(verdict(failing, 1)).toEqual(failing);
  });

  test.each([
    ["a runner that crashed without a report", undefined, null],
    ["a missing report in spite of exit 0", undefined, 0],
    ["an error outside of any test", { passed: 3, failed: 0, skipped: 0 }, 1],
    ["a run of no tests", { passed: 0, failed: 0, skipped: 0 }, 0],
    ["a run of skipped tests only", { passed: 0, failed: 0, skipped: 4 }, 0],
  ] as const)("counts %s as a failure", (_, counts, exitCode) => {
    expect(verdict(counts, exitCode).failed).toBe(1);
  });
});

test("the closing line counts, and names skipped tests when there are any", () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  expect(closingLine({ passed: 12, failed: 1, skipped: 3 })).toBe("12 passed, 1 failed, 3 skipped");
});
