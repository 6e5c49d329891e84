/**
 * `npm run simulate`: histories of a simulated cloud around the real code (test/simulation), until one fails.
 *
 *   --seed N      the first history; the following ones have the following numbers. A new one unless given.
 *   --events M    ends after so many events; the output is the same bytes for the same seed.
 *   --minutes M   ends after so long, on every core. 1 unless --events is given.
 *   --story       tells the one history of --seed as a sequence diagram (Mermaid), and nothing else.
 *   --lines       tells it as lines.
 *   --faults      puts each fault of test/simulation/faults into a copy, and succeeds only when every one is found;
 *                 with --fault WORD those that have it in their names.
 *
 * A seed that fails is told at once. Then its history is made small, for as many events as a minute or two has.
 */
import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { planOf, play } from "../../test/simulation/world/history.ts";
import { shrink } from "../../test/simulation/world/shrink.ts";
import { diagramOf, storyOf } from "../../test/simulation/world/story.ts";
import { countOf, numberOf, readArguments } from "../arguments.ts";
import { playOnEveryCore, type Run } from "./cores.ts";
import { findFaults } from "./faults.ts";
import { add, NOTHING, type Played, sentenceOf } from "./totals.ts";
import type { Report } from "./worker.ts";

const values = readArguments("simulate", () => {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: String(1 + Math.floor(Math.random() * 1e9)) },
      events: { type: "string" },
      minutes: { type: "string", default: "1" },
      story: { type: "boolean", default: false },
      lines: { type: "boolean", default: false },
      faults: { type: "boolean", default: false },
      /** A part of the names of the chosen faults. */
      fault: { type: "string" },
      /** From one seed to the next: each worker has a part of the seeds. */
      stride: { type: "string", default: "1" },
      /** Counts the minutes of CPU that the process has used, instead of the time. */
      cpu: { type: "boolean", default: false },
      /** Reports each history to the parent process as JSON. */
      worker: { type: "boolean", default: false },
    },
  });
  return {
    ...values,
    seed: countOf("--seed", values.seed, 0),
    events: values.events === undefined ? null : countOf("--events", values.events, 1),
    minutes: numberOf("--minutes", values.minutes, 0),
    stride: countOf("--stride", values.stride, 1),
  };
});
const { seed, minutes } = values;

if (values.faults) process.exit((await findFaults(values.fault)) ? 0 : 1);
else if (values.story || values.lines) say(await (values.story ? diagramOf : storyOf)(planOf(seed)));
else if (values.worker) await work();
else if (values.events !== null) await conclude(await playEvents(values.events));
else {
  say(`seed ${seed}`);
  await conclude(await playOnEveryCore(seed, minutes, say));
}

/** Writes the line at once, also to a pipe. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function playEvents(events: number): Promise<Run> {
  let totals = NOTHING;
  let failed: Played | null = null;
  await playOn(1, (played) => {
    totals = add(totals, played);
    if (played.failure === null) return totals.events < events;
    failed = played;
    say(`seed ${played.seed} fails: ${played.failure}`);
    return false;
  });
  return { totals, failed };
}

/** Plays histories for the parent's minutes, or until a history fails. */
async function work(): Promise<void> {
  const clock = values.cpu ? cpuTime : () => performance.now();
  const end = clock() + minutes * 60_000;
  await playOn(values.stride, (played) => {
    const memory = Math.round(process.memoryUsage.rss() / 1e6);
    const report: Report = { ...played, seconds: cpuTime() / 1000, memory };
    say(JSON.stringify(report));
    return played.failure === null && clock() < end;
  });
}

/** The CPU time that this process has used, in milliseconds. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Plays the history of every seed at a distance of `stride`, while `goesOn` answers true about the last history. */
async function playOn(stride: number, goesOn: (played: Played) => boolean): Promise<void> {
  for (let next = seed; ; next += stride) {
    const { events, writes, unplugs, failure } = await play(planOf(next));
    if (!goesOn({ seed: next, events, writes, unplugs, failure })) return;
  }
}

async function conclude({ totals, failed }: Run): Promise<void> {
  say(sentenceOf(totals, seed));
  if (failed === null) return;
  process.exitCode = 1;
  say(`\nseed ${failed.seed} made small:`);
  const smaller = await shrink(planOf(failed.seed));
  say(`as JSON, for test/simulation/kept: ${JSON.stringify(smaller)}\n\n${await storyOf(smaller)}`);
}
