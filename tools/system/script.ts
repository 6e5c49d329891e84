/** The script for the virtual machine: `bun test`, with its report in the exchange folder. */
import { join } from "node:path";
import { EXCHANGE } from "./machine.ts";

const root = join(import.meta.dir, "../..");

/** The name of the report in the exchange folder. */
export const REPORT = "report.xml";

/** @param args files and options of `bun test` @param testTimeout the limit on one test, in milliseconds */
export function testScript(args: readonly string[], testTimeout: number): string {
  const report = ["--reporter=junit", `--reporter-outfile=${EXCHANGE}/${REPORT}`];
  const command = [process.execPath, "test", `--timeout=${testTimeout}`, ...report, ...args];
  return [
    "export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp TMPDIR=/tmp",
    ...(process.env.LONG === undefined ? [] : ["export LONG=1"]),
    `cd ${quote(root)}`,
    command.map(quote).join(" "),
  ].join("\n");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
