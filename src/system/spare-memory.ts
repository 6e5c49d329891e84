/**
 * Gives unneeded memory back to the system: garbage, and pages of the executable that were used once (madvise(2),
 * proc_pid_smaps(5)). These pages are most of the resident memory of a daemon at rest. A page that is used again is mapped again
 * from the page cache, in microseconds.
 */
import { FFIType } from "bun:ffi";
import { heapSize } from "bun:jsc";
import { readFileSync } from "node:fs";
import { libcFunctions } from "./libc.ts";

const MADV_DONTNEED = 4;

const libc = libcFunctions({
  madvise: { args: [FFIType.u64, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
});

/** A part of the address space, in bytes. */
export interface Mapping {
  readonly start: bigint;
  readonly length: bigint;
}

/** Collects all garbage at once: in a flood of messages the runtime collects too late. @returns the number of live bytes */
export function collectGarbage(): number {
  Bun.gc(true);
  return heapSize();
}

/** Gives memory back: garbage and pages. Blocks the process for some milliseconds. */
export function releaseSpareMemory(): void {
  Bun.gc(true);
  releasePages();
}

/** Gives back the pages of the executable. Without /proc the pages stay. */
export function releasePages(): void {
  let smaps: string;
  try {
    smaps = readFileSync("/proc/self/smaps", "utf8");
  } catch {
    return;
  }
  const { madvise } = libc();
  for (const { start, length } of cleanMappings(smaps, process.execPath)) {
    madvise(start, length, MADV_DONTNEED);
  }
}

/** The mappings of a file that are read-only and have no page that was ever written: the file has the same content. */
export function cleanMappings(smaps: string, file: string): readonly Mapping[] {
  const mappings: Mapping[] = [];
  for (const [, from = "", to = "", path, fields = ""] of smaps.matchAll(READ_ONLY)) {
    if (path !== file || !/^Anonymous:\s+0 kB$/m.test(fields)) continue;
    const start = BigInt(`0x${from}`);
    mappings.push({ start, length: BigInt(`0x${to}`) - start });
  }
  return mappings;
}

/** The line with the addresses, permissions and file of a mapping, and the lines `Name: value` below. */
const READ_ONLY = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p [0-9a-f]+ \S+ \d+ +(.*)\n((?:[A-Z].*\n)*)/gm;
