/** An end that comes even where the event loop does not get to it any more (alarm(2)). */
import { FFIType } from "bun:ffi";
import { openLibc } from "./libc.ts";

const SIGNATURES = { alarm: { args: [FFIType.u32], returns: FFIType.u32 } } as const;

/** The kernel ends the process by SIGALRM after so many seconds, unless it has ended before. */
export function endWithin(seconds: number): void {
  openLibc(SIGNATURES).alarm(seconds);
}
