/** A storm: a change every 100 ms, each of another port than the last, without a wait for the changes before. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Lport } from "./site.ts";
import { STEPS, type Trial } from "./trial.ts";

const EVERY_MS = 100;

export interface Storm {
  /** The time of each change that arrived, in milliseconds. */
  readonly times: readonly number[];
  /** The number of changes that did not arrive in time. */
  readonly missed: number;
  /** Seconds of CPU per second. */
  readonly cpu: number;
}

/** @param seconds a multiple of 0.3 for each of the ports leaves everything as it was */
export async function storm(trial: Trial, lports: readonly Lport[], seconds: number): Promise<Storm> {
  const cpuBefore = trial.cpuSeconds;
  const started = performance.now();
  const changes: Promise<number>[] = [];
  const count = (seconds * 1000) / EVERY_MS;
  for (let index = 0; index < count; index++) {
    const lport = lports[index % lports.length];
    const step = STEPS[Math.floor(index / lports.length) % STEPS.length];
    if (lport === undefined || step === undefined) throw new RangeError("a storm needs ports");
    changes.push(trial.time(step, lport));
    await sleep(Math.max(started + (index + 1) * EVERY_MS - performance.now(), 0));
  }
  const elapsed = (performance.now() - started) / 1000;
  const cpu = (trial.cpuSeconds - cpuBefore) / elapsed;
  const outcomes = await Promise.allSettled(changes);
  const times = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  return { times, missed: outcomes.length - times.length, cpu };
}
