/**
 * Calls into the C library, for functions that Bun lacks.
 *
 * Invariant: each set of functions is opened once, at its first use. Bun makes machine code for each function that it opens, and
 * never gives the memory back.
 */
import { dlopen, type FFIFunction } from "bun:ffi";

/** The file names of the C library: of glibc, and of musl for this machine. */
const NAMES = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

/**
 * Functions of the C library, for a constant at the top of a module: `const libc = libcFunctions({…})`, then `libc().poll(…)`.
 * @returns the opened functions, always the same. Throws an AggregateError when no C library can be loaded, or the library lacks
 *   a function
 */
export function libcFunctions<const Functions extends Record<string, FFIFunction>>(functions: Functions) {
  let opened: ReturnType<typeof open<Functions>> | null = null;
  return () => {
    opened ??= open(functions);
    return opened;
  };
}

function open<const Functions extends Record<string, FFIFunction>>(functions: Functions) {
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
