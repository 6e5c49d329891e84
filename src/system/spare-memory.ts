/**
 * What the process holds and does not need is given back: garbage, and the pages of the executable that were touched once
 * (madvise(2), proc_pid_smaps(5)). Without it they are most of what a daemon at rest seems to hold. A page that is used
 * again is mapped again, out of the page cache, in microseconds.
 */
import { FFIType } from "bun:ffi";
import { heapSize } from "bun:jsc";
import { readFileSync } from "node:fs";
import { openLibc } from "./libc.ts";

const MADV_DONTNEED = 4;

const SIGNATURES = {
  madvise: { args: [FFIType.u64, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
} as const;

/** Part of the address space, in bytes. */
export interface Mapping {
  readonly start: bigint;
  readonly length: bigint;
}

/** Collects garbage, in one go: beside a flood of messages the runtime's own way comes too late. @returns bytes that are held */
export function collectGarbage(): number {
  Bun.gc(true);
  return heapSize();
}

/** Takes some milliseconds in which nothing else happens. Where there is no /proc the pages stay. */
export function releaseSpareMemory(): void {
  Bun.gc(true);
  let smaps: string;
  try {
    smaps = readFileSync("/proc/self/smaps", "utf8");
  } catch {
    return;
  }
  const { madvise } = openLibc(SIGNATURES);
  for (const { start, length } of cleanMappings(smaps, process.execPath)) {
    madvise(start, length, MADV_DONTNEED);
  }
}

/** The mappings of a file that cannot be written to and hold no page that ever was: the file has all of them. */
export function cleanMappings(smaps: string, file: string): readonly Mapping[] {
  const mappings: Mapping[] = [];
  for (const [, from = "", to = "", path, fields = ""] of smaps.matchAll(READ_ONLY)) {
    if (path !== file || !/^Anonymous:\s+0 kB$/m.test(fields)) continue;
    const start = BigInt(`0x${from}`);
    mappings.push({ start, length: BigInt(`0x${to}`) - start });
  }
  return mappings;
}

/** The line with a mapping's addresses, permissions and file, and the lines `Name: value` below it. */
const READ_ONLY = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p [0-9a-f]+ \S+ \d+ +(.*)\n((?:[A-Z].*\n)*)/gm;
