/** An end of the process that comes even when the event loop is blocked (alarm(2)). */
import { FFIType } from "bun:ffi";
import { libcFunctions } from "./libc.ts";

const libc = libcFunctions({ alarm: { args: [FFIType.u32], returns: FFIType.u32 } });

/** Makes the kernel end the process by SIGALRM after `seconds`, unless the process has ended before. */
export function endWithin(seconds: number): void {
  libc().alarm(seconds);
}
