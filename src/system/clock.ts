/** The kernel's monotonic clock (clock_gettime(2)): Bun's own counts from the start of the process. */
import { FFIType, ptr } from "bun:ffi";
import { libcFunctions } from "./libc.ts";

const CLOCK_MONOTONIC = 1;

const libc = libcFunctions({
  clock_gettime: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
});

export function monotonicMicroseconds(): bigint {
  // struct timespec on 64-bit Linux: seconds, nanoseconds.
  const time = new BigInt64Array(2);
  libc().clock_gettime(CLOCK_MONOTONIC, ptr(time));
  const [seconds = 0n, nanoseconds = 0n] = time;
  return seconds * 1_000_000n + nanoseconds / 1000n;
}
