/**
 * The simulation finds what is known: each patch of test/simulation/faults takes a repair out of a copy of the sources, or
 * turns a decision round, and a history has to fail within a minute.
 */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { copySources } from "../copy.ts";

const ROOT = join(import.meta.dir, "../..");
const FAULTS = join(ROOT, "test/simulation/faults");
/** Of one fault. */
const MINUTES = "1";
const FIRST_SEED = "1";

/** Prints the table; true when every fault was found. */
export async function findFaults(): Promise<boolean> {
  const patches = (await readdir(FAULTS)).filter((name) => name.endsWith(".patch")).sort();
  let all = true;
  console.log("| fault | histories | seconds | found as |\n|---|---|---|---|");
  for (const patch of patches) {
    const found = await find(join(FAULTS, patch));
    if (found.failure === null) all = false;
    const name = patch.replace(/\.patch$/, "").replaceAll("-", " ");
    console.log(
      `| ${name} | ${found.histories} | ${found.seconds.toFixed(1)} | ${found.failure ?? "NOT FOUND"} |`,
    );
  }
  return all;
}

interface Found {
  readonly histories: number;
  readonly seconds: number;
  readonly failure: string | null;
}

async function find(patch: string): Promise<Found> {
  const copy = await copySources("simulated-fault-");
  try {
    const applied = Bun.spawnSync(["patch", "--strip=1", "--fuzz=0", `--input=${patch}`], { cwd: copy });
    if (!applied.success) return { histories: 0, seconds: 0, failure: null };
    const started = performance.now();
    const worker = Bun.spawnSync(
      [
        process.execPath,
        "run",
        "tools/simulate/main.ts",
        "--worker",
        "--seed",
        FIRST_SEED,
        "--minutes",
        MINUTES,
      ],
      { cwd: copy, stderr: "pipe" },
    );
    const seconds = (performance.now() - started) / 1000;
    const totals: { readonly histories: number; readonly failure: string | null } = JSON.parse(
      worker.stdout.toString(),
    );
    return { histories: totals.histories, seconds, failure: totals.failure };
  } finally {
    await rm(copy, { recursive: true });
  }
}
