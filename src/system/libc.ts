/** Calls into the C library, for functions that Bun lacks. */
import { dlopen, type FFIFunction } from "bun:ffi";

/** The file names of the C library: of glibc, and of musl for this machine. */
const NAMES = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

/** @throws AggregateError: no C library can be loaded, or the library lacks a function */
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
