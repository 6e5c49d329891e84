/** Plays histories on every core for some minutes, or until a history fails, and tells the progress. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { add, NOTHING, type Played, sentenceOf, type Totals } from "./totals.ts";
import { type Report, startWorker, type Worker } from "./worker.ts";

const ROOT = join(import.meta.dir, "../..");

export interface Run {
  readonly totals: Totals;
  /** The first history that failed. */
  readonly failed: Pick<Played, "seed" | "failure"> | null;
}

/** @param say prints a line at once */
export async function playOnEveryCore(
  seed: number,
  minutes: number,
  say: (line: string) => void,
): Promise<Run> {
  const count = Math.max(1, availableParallelism());
  const workers: Worker[] = [];
  /** The last report of each worker. */
  const reports = new Map<number, Report>();
  const started = performance.now();
  const pause = Math.min(60_000, Math.max(10_000, minutes * 6000));
  let told = started;
  let totals = NOTHING;
  let failed: Run["failed"] = null;
  const fail = (found: Pick<Played, "seed" | "failure">) => {
    if (failed !== null) return;
    failed = found;
    say(`seed ${found.seed} fails: ${found.failure}`);
    for (const worker of workers) worker.stop();
  };
  const follow = (n: number, report: Report) => {
    totals = add(totals, report);
    reports.set(n, report);
    if (report.failure !== null) fail(report);
    const now = performance.now();
    if (failed !== null || now - told < pause) return;
    told = now;
    const most = Math.max(...Array.from(reports.values(), ({ memory }) => memory));
    say(`${((now - started) / 1000).toFixed(0)} s: ${sentenceOf(totals, seed)}; a process holds ${most} MB`);
  };
  for (let n = 0; n < count; n++) {
    const own = { seed: seed + n, stride: count, told: (report: Report) => follow(n, report) };
    workers.push(startWorker({ root: ROOT, minutes, cpu: false, ...own }));
  }
  for (const end of workers.map(({ ended }) => ended.then((wrong) => wrong === null || fail(wrong))))
    await end;
  const seconds = reports.values().reduce((sum, report) => sum + report.seconds, 0);
  const rate = ((totals.events * 60) / Math.max(seconds, 1)).toFixed(0);
  say(`${seconds.toFixed(0)} s of the cores' time, ${rate} events in a minute of one core`);
  return { totals, failed };
}
