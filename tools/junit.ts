/** The counts of a test run, from the JUnit report that the runner wrote. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reads the totals on the report's root element; undefined: the text is no whole report. */
export function parseReport(xml: string): Counts | undefined {
  const root = /<testsuites\b([^>]*)>/.exec(xml)?.[1];
  if (root === undefined || !xml.trimEnd().endsWith("</testsuites>")) return undefined;
  const [tests, failed, skipped] = ["tests", "failures", "skipped"].map((name) => count(root, name));
  if (tests === undefined || failed === undefined || skipped === undefined) return undefined;
  return { passed: tests - failed - skipped, failed, skipped };
}

function count(attributes: string, name: string): number | undefined {
  const digits = new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The verdict about a run, from the runner's report and its exit. A runner that failed without a reported failure (it crashed,
 * a file did not load, an error came between tests) counts as one failure, and so does a run without tests: neither may look
 * like a success.
 */
export function verdict(report: Counts | undefined, exitCode: number | null): Counts {
  const counts = report ?? { passed: 0, failed: 0, skipped: 0 };
  const unreported = counts.failed === 0 && (exitCode !== 0 || counts.passed === 0);
  return unreported ? { ...counts, failed: 1 } : counts;
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
