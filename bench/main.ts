/**
 * `npm run bench -- [PART…] [--quick] [--json FILE] [--compare OLD.json]`: measures the named parts (default: all), one after the
 * other, and prints a table for each part. The benchmark asserts nothing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cloud } from "./cloud/main.ts";
import { engine } from "./engine/main.ts";
import { hostile } from "./hostile/main.ts";
import { ovsdb } from "./ovsdb/main.ts";
import { plug } from "./plug/main.ts";
import { providers } from "./providers/main.ts";
import { size } from "./size/main.ts";
import {
  formatComparison,
  formatPart,
  machine,
  type Part,
  type PartReport,
  parseReport,
  REPORT_FORMAT,
  type Report,
} from "./support/report.ts";

const parts: readonly Part[] = [plug, engine, ovsdb, providers, size, cloud, hostile];

const usage = [
  "Usage: npm run bench -- [PART...] [--quick] [--json FILE] [--compare OLD.json]",
  "",
  "Parts:",
  ...parts.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`),
  "",
].join("\n");

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      compare: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const before = values.compare === undefined ? null : parseReport(readFileSync(values.compare, "utf8"));
  const [load = 0] = loadavg();
  build();
  const reports: PartReport[] = [];
  for (const { name, measure } of chosen(positionals)) {
    const report = { name, ...(await measure(values.quick)) };
    process.stdout.write(`${formatPart(report)}\n`);
    reports.push(report);
  }
  const { quick } = values;
  const time = new Date().toISOString();
  const report: Report = { bench: REPORT_FORMAT, time, quick, machine: machine(load), parts: reports };
  const { cpu, cores, system, bun } = report.machine;
  process.stdout.write(`${cpu}, ${cores} cores, ${system}, Bun ${bun}; load before: ${load.toFixed(2)}\n`);
  if (before !== null) process.stdout.write(`\n${formatComparison(before, report)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
}

/** Builds the executable, so that the benchmark measures these very sources. */
function build(): void {
  const cwd = join(import.meta.dir, "..");
  const command = [process.execPath, "run", "build.ts"];
  const { exitCode } = Bun.spawnSync(command, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  if (exitCode !== 0) throw new Error("the executable cannot be built; what is wrong is said above");
}

/** @throws Error when no part has such a name */
function chosen(names: readonly string[]): readonly Part[] {
  const unknown = names.find((name) => parts.every((part) => part.name !== name));
  if (unknown !== undefined) throw new Error(`no part is named ${unknown}\n\n${usage}`);
  return names.length === 0 ? parts : parts.filter(({ name }) => names.includes(name));
}

try {
  await main();
} catch (thrown) {
  process.stderr.write(`bench: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
