/**
 * A worker: a process of its own that plays one history after the other, until its time is over or a history fails. The worker
 * writes a line to its parent for each history. A history that does not end is a failure too, which only the parent can tell.
 */
import { join } from "node:path";
import type { Played } from "./totals.ts";

export interface WorkerOptions {
  /** The folder with the sources that are played. */
  readonly root: string;
  readonly seed: number;
  /** From one seed to the next. */
  readonly stride: number;
  readonly minutes: number;
  /** Counts the minutes of CPU that the worker has used, instead of the time. */
  readonly cpu: boolean;
  readonly told: (report: Report) => void;
}

/** A worker's report about a history. */
export interface Report extends Played {
  /** The CPU time that the process has used so far, in seconds. */
  readonly seconds: number;
  /** The memory of the process, in MB. */
  readonly memory: number;
}

export interface Worker {
  /** Null: the worker has told everything. Otherwise the failure that the worker could not tell, and its seed. */
  readonly ended: Promise<{ readonly seed: number; readonly failure: string } | null>;
  stop(): void;
}

/** The limit on the time of a history, which takes a second or two; large, because the machine may be busy. */
const LONGEST_HISTORY_MS = 180_000;

export function startWorker({ root, seed, stride, minutes, cpu, told }: WorkerOptions): Worker {
  const child = Bun.spawn(
    [
      ...[process.execPath, "run", join(root, "tools/simulate/main.ts"), "--worker"],
      ...["--seed", String(seed), "--stride", String(stride), "--minutes", String(minutes)],
      ...(cpu ? ["--cpu"] : []),
    ],
    { cwd: root, stdout: "pipe", stderr: "inherit" },
  );
  let present = seed;
  let isStuck = false;
  let isStopped = false;
  const follow = async () => {
    const stuck = setTimeout(() => {
      isStuck = true;
      child.kill("SIGKILL");
    }, LONGEST_HISTORY_MS);
    try {
      for await (const line of linesOf(child.stdout)) {
        stuck.refresh();
        const report: Report = JSON.parse(line);
        present = report.seed + stride;
        told(report);
      }
      const code = await child.exited;
      if (isStuck) return { seed: present, failure: `has not ended after ${LONGEST_HISTORY_MS / 1000} s` };
      if (code === 0 || isStopped) return null;
      return { seed: present, failure: `ended its process with ${child.signalCode ?? `code ${code}`}` };
    } finally {
      // The process must not stay behind when a line is no report, or `told` throws.
      clearTimeout(stuck);
      child.kill("SIGKILL");
    }
  };
  return {
    ended: follow(),
    stop: () => {
      isStopped = true;
      child.kill("SIGKILL");
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
