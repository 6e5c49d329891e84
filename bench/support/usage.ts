/** The use of CPU and memory by a process, from /proc (proc(5)). */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface Memory {
  /** Bytes, now and at most so far. */
  readonly resident: number;
  /** The resident bytes without pages of files: the kernel drops and loads pages of the executable as it likes. */
  readonly anonymous: number;
  readonly peak: number;
}

/**
 * The CPU seconds of a process's threads, to the nanosecond; /proc/PID/stat has hundredths only. The part of a thread that has
 * ended is not in the sum.
 */
export function cpuSeconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  let seconds = 0;
  for (const task of readdirSync(tasks)) {
    try {
      seconds += onCpu(readFileSync(`${tasks}/${task}/schedstat`, "utf8"));
    } catch {
      // The thread ended after it was listed.
    }
  }
  return seconds;
}

/** The seconds on a CPU, by the first field of schedstat, which has nanoseconds. */
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

/** Waits at most `within` ms until all processes are at rest. @returns whether they are */
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
