/** The resources that this process uses, in the terms of Prometheus's client libraries. */
import { readdirSync, readFileSync } from "node:fs";
import { descriptorLimit } from "./descriptors.ts";

export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly virtualBytes: number;
  /** Null: /proc has no value. */
  readonly openDescriptors: number | null;
  readonly maxDescriptors: number;
  /** The start of the process, in seconds since the epoch. */
  readonly startSeconds: number;
}

const startSeconds = (Date.now() - performance.now()) / 1000;
/** The size of a page, in which proc_pid_statm(5) counts: 4 KiB on the machines that vifplugd is built for. */
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
