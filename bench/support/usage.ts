/** What a process has used, from /proc (proc(5)). */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface Memory {
  /** Bytes, now and at most so far. */
  readonly resident: number;
  /** What of it is no page of a file: those of the executable come and go as the kernel likes. */
  readonly anonymous: number;
  readonly peak: number;
}

/**
 * Seconds of CPU of a process's threads, to the nanosecond, where /proc/PID/stat knows hundredths only. A thread that
 * ends takes its part along.
 */
export function cpuSeconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  let seconds = 0;
  for (const task of readdirSync(tasks)) {
    try {
      seconds += onCpu(readFileSync(`${tasks}/${task}/schedstat`, "utf8"));
    } catch {
      // It ended after it was listed.
    }
  }
  return seconds;
}

/** The first field of schedstat is nanoseconds spent on a CPU. */
export function onCpu(schedstat: string): number {
  return Number(schedstat.split(" ", 1)[0]) / 1e9;
}

export function memory(pid: number): Memory {
  return parseMemory(readFileSync(`/proc/${pid}/status`, "utf8"));
}

export function parseMemory(status: string): Memory {
  const bytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
  return { resident: bytes("VmRSS"), anonymous: bytes("RssAnon"), peak: bytes("VmHWM") };
}

const LOOK_EVERY_MS = 25;
/** A process that uses less of a CPU than this is at rest. */
const REST_SHARE = 0.02;

/** Waits until each of the processes is at rest, at most `within` ms; answers whether it came to that. */
export async function atRest(pids: readonly number[], within: number): Promise<boolean> {
  const end = performance.now() + within;
  let before = pids.map(cpuSeconds);
  let at = performance.now();
  while (at < end) {
    await sleep(LOOK_EVERY_MS);
    const [now, then] = [pids.map(cpuSeconds), at];
    at = performance.now();
    const allowed = ((at - then) / 1e3) * REST_SHARE;
    if (now.every((used, index) => used - (before[index] ?? 0) <= allowed)) return true;
    before = now;
  }
  return false;
}
