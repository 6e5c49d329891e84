/** What this process takes of its machine, as Prometheus's client libraries tell it of theirs. */
import { readdirSync, readFileSync } from "node:fs";
import { descriptorLimit } from "./descriptors.ts";

export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly virtualBytes: number;
  /** Null: /proc does not tell. */
  readonly openDescriptors: number | null;
  readonly maxDescriptors: number;
  /** Of its start, since the epoch. */
  readonly startSeconds: number;
}

const startSeconds = (Date.now() - performance.now()) / 1000;
/** proc_pid_statm(5) counts in pages, which are of 4 KiB on the machines that vifplugd is built for. */
const PAGE_BYTES = 4096;

export function processUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    virtualBytes: virtualBytes(),
    openDescriptors: openDescriptors(),
    maxDescriptors: descriptorLimit(),
    startSeconds,
  };
}

function virtualBytes(): number {
  try {
    const [pages = ""] = readFileSync("/proc/self/statm", "latin1").split(" ");
    return Number.parseInt(pages, 10) * PAGE_BYTES || 0;
  } catch {
    return 0;
  }
}

function openDescriptors(): number | null {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return null;
  }
}
