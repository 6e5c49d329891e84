/** How many file descriptors the process may have (getrlimit(2)), which Bun has no call for. */
import { FFIType, ptr } from "bun:ffi";
import { openLibc } from "./libc.ts";

/** On 64-bit Linux, whatever the machine. */
const RLIMIT_NOFILE = 7;
/** What is taken where the limit cannot be read: the usual one. */
const USUAL = 1024;

const SIGNATURES = {
  getrlimit: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
} as const;

/** The limit that is in force (rlim_cur). */
export function descriptorLimit(): number {
  // struct rlimit: rlim_cur, rlim_max.
  const limits = new BigUint64Array(2);
  if (openLibc(SIGNATURES).getrlimit(RLIMIT_NOFILE, ptr(limits)) !== 0) return USUAL;
  return Number(limits[0] ?? USUAL);
}
