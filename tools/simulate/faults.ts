/**
 * Shows that the simulation finds known faults. Each patch of test/simulation/faults takes a repair out of a copy of the sources,
 * or turns a decision round, and then a history has to fail within a minute.
 */
import { readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { copySources } from "../copy.ts";
import { parsePatch, patched, readSources, writeSources } from "./patch.ts";
import { type Report, startWorker } from "./worker.ts";

const ROOT = join(import.meta.dir, "../..");
const FAULTS = join(ROOT, "test/simulation/faults");
/** The time of a core for one fault. */
const MINUTES = 1;
const FIRST_SEED = 1;

/** Tries as many faults at once as there are cores, and prints the table. @returns whether every fault was found */
export async function findFaults(only: string | undefined): Promise<boolean> {
  const patches = (await readdir(FAULTS)).filter((name) => name.endsWith(".patch")).sort();
  const chosen = patches.filter((name) => only === undefined || name.includes(only)).values();
  let all = true;
  console.log("| fault | histories | seconds | found as |\n|---|---|---|---|");
  const searchOn = async () => {
    for (const patch of chosen) {
      const found = await find(join(FAULTS, patch));
      if (found.failure === null) all = false;
      const name = patch.replace(/\.patch$/, "").replaceAll("-", " ");
      const as =
        found.failure
          ?.split("\n")[0]
          ?.trim()
          .replace(/^[\d.]+ /, "") ?? "NOT FOUND";
      console.log(`| ${name} | ${found.histories} | ${found.seconds.toFixed(1)} | ${as} |`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, searchOn));
  return all;
}

interface Found {
  readonly histories: number;
  /** The time of a core. */
  readonly seconds: number;
  readonly failure: string | null;
}

async function find(patch: string): Promise<Found> {
  const copy = await copySources("simulated-fault-");
  try {
    const sources = await readSources(join(copy, "src"));
    await writeSources(join(copy, "src"), patched(sources, parsePatch(await readFile(patch, "utf8"))));
    let found: Found = { histories: 0, seconds: 0, failure: null };
    const told = ({ seconds, failure }: Report) => {
      found = { histories: found.histories + 1, seconds, failure };
    };
    const options = { seed: FIRST_SEED, stride: 1, minutes: MINUTES, cpu: true };
    const wrong = await startWorker({ root: copy, ...options, told }).ended;
    return wrong === null ? found : { ...found, histories: found.histories + 1, failure: wrong.failure };
  } finally {
    await rm(copy, { recursive: true });
  }
}
