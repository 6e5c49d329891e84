/** The limit on file descriptors of the process (getrlimit(2)), for which Bun has no call. */
import { FFIType, ptr } from "bun:ffi";
import { libcFunctions } from "./libc.ts";

/** The constant of 64-bit Linux on every machine. */
const RLIMIT_NOFILE = 7;
/** The usual limit, for a host where the limit cannot be read. */
const USUAL = 1024;

const libc = libcFunctions({
  getrlimit: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
});

/** The present limit (rlim_cur). */
export function descriptorLimit(): number {
  // struct rlimit: rlim_cur, rlim_max.
  const limits = new BigUint64Array(2);
  if (libc().getrlimit(RLIMIT_NOFILE, ptr(limits)) !== 0) return USUAL;
  return Number(limits[0] ?? USUAL);
}
