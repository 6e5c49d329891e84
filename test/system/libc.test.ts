/** The C library: its functions are opened at their first use, and never again. */
import { FFIType } from "bun:ffi";
import { expect, test } from "bun:test";
import { libcFunctions } from "../../src/system/libc.ts";

test("the functions are opened once", () => {
  const libc = libcFunctions({ getpid: { args: [], returns: FFIType.i32 } });
  expect(libc().getpid()).toBe(process.pid);
  expect(libc()).toBe(libc());
});

test("a function that the library lacks is an error at its first use, not before", () => {
  const libc = libcFunctions({ no_such_function: { args: [], returns: FFIType.i32 } });
  expect(libc).toThrow("cannot load a C library");
  expect(libc).toThrow("cannot load a C library");
});
