/** Calls into the C library, for what Bun has no call for. */
import { dlopen, type FFIFunction } from "bun:ffi";

/** Its name depends on which C library it is and, for musl, on the machine. */
const NAMES = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

/** @throws AggregateError when no C library can be loaded, or it lacks one of the functions */
export function openLibc<const Functions extends Record<string, FFIFunction>>(functions: Functions) {
  const faults: unknown[] = [];
  for (const name of NAMES) {
    try {
      return dlopen(name, functions).symbols;
    } catch (fault) {
      faults.push(fault);
    }
  }
  throw new AggregateError(faults, `cannot load a C library (tried ${NAMES.join(", ")})`);
}
