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
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Plan, planOf, play } from "../../test/simulation/world/history.ts";
import { shrink } from "../../test/simulation/world/shrink.ts";
import { diagramOf, storyOf } from "../../test/simulation/world/story.ts";
import { findFaults } from "./faults.ts";

export interface Totals {
  readonly histories: number;
  readonly events: number;
  readonly writes: number;
  readonly unplugs: number;
  /** Of a core, in which they were played. */
  readonly seconds: number;
  /** The seed that failed, and why. */
  readonly failed: number | null;
  readonly failure: string | null;
}

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    events: { type: "string" },
    minutes: { type: "string" },
    story: { type: "boolean", default: false },
    lines: { type: "boolean", default: false },
    faults: { type: "boolean", default: false },
    /** Of the faults, those whose names have this in them. */
    fault: { type: "string" },
    /** Of the seeds, every so manieth: one worker's part. */
    stride: { type: "string", default: "1" },
    /** The minutes are those of a core that has nothing else to do. */
    cpu: { type: "boolean", default: false },
    /** Ends with the totals as JSON. */
    worker: { type: "boolean", default: false },
  },
});

const seed = values.seed === undefined ? 1 + Math.floor(Math.random() * 1e9) : Number(values.seed);
const minutes = Number(values.minutes ?? "1");

if (values.faults) process.exit((await findFaults(values.fault)) ? 0 : 1);
else if (values.story || values.lines) console.log((values.story ? diagramOf : storyOf)(planOf(seed)));
else if (values.worker) console.log(JSON.stringify(playFor(minutes * 60_000, Number(values.stride))));
else if (values.events !== undefined) conclude(playEvents(Number(values.events)));
else conclude(await playOnEveryCore());

function playEvents(events: number): Totals {
  return playWhile((totals) => totals.events < events, 1);
}

function playFor(milliseconds: number, stride: number): Totals {
  const clock = values.cpu ? cpuTime : () => performance.now();
  const end = clock() + milliseconds;
  return playWhile(() => clock() < end, stride);
}

/** Milliseconds in which this process has worked. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function playWhile(goesOn: (totals: Totals) => boolean, stride: number): Totals {
  const nothing = { histories: 0, events: 0, writes: 0, unplugs: 0, seconds: 0 };
  let totals: Totals = { ...nothing, failed: null, failure: null };
  for (let next = seed; totals.failed === null && goesOn(totals); next += stride) {
    const { events, writes, unplugs, failure } = play(planOf(next));
    totals = {
      histories: totals.histories + 1,
      events: totals.events + events,
      writes: totals.writes + writes,
      unplugs: totals.unplugs + unplugs,
      seconds: cpuTime() / 1000,
      failed: failure === null ? null : next,
      failure: failure?.split("\n")[0]?.trim() ?? null,
    };
  }
  return totals;
}

async function playOnEveryCore(): Promise<Totals> {
  console.log(`seed ${seed}`);
  const workers = Math.max(1, availableParallelism());
  const parts = await Promise.all(
    Array.from({ length: workers }, async (_, n): Promise<Totals> => {
      const worker = Bun.spawn(
        [
          ...[process.execPath, "run", import.meta.path, "--worker", "--seed", String(seed + n)],
          ...["--stride", String(workers), "--minutes", String(minutes)],
        ],
        { stdout: "pipe", stderr: "inherit" },
      );
      const text = await new Response(worker.stdout).text();
      return JSON.parse(text);
    }),
  );
  return parts.reduce((sum, part) => ({
    histories: sum.histories + part.histories,
    events: sum.events + part.events,
    writes: sum.writes + part.writes,
    unplugs: sum.unplugs + part.unplugs,
    seconds: sum.seconds + part.seconds,
    failed: sum.failed ?? part.failed,
    failure: sum.failure ?? part.failure,
  }));
}

function conclude({ histories, events, writes, unplugs, failed }: Totals): void {
  console.log(
    `${histories} histories from seed ${seed}: ${events} events, ${writes} commits of vifplugd, ${unplugs} interfaces that went`,
  );
  if (failed === null) return;
  console.log(`\nseed ${failed} fails; made small:\n\n${storyOf(smallest(planOf(failed)))}`);
  process.exitCode = 1;
}

function smallest(plan: Plan): Plan {
  const smaller = shrink(plan);
  console.log(`as JSON, for test/simulation/kept: ${JSON.stringify(smaller)}\n`);
  return smaller;
}
