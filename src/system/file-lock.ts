/**
 * Advisory record locks on whole files (fcntl(2), F_SETLK and F_GETLK), for which Bun has no call.
 *
 * The tools of Open vSwitch accept a pid file only while the named process holds such a lock on the file. A process loses its
 * locks on a file when it closes any descriptor of the file.
 */
import { FFIType, type Pointer, ptr } from "bun:ffi";
import { libcFunctions } from "./libc.ts";

const F_GETLK = 5;
const F_SETLK = 6;
const F_WRLCK = 1;
const F_UNLCK = 2;

/** `struct flock` on 64-bit Linux: l_type 0, l_whence 2, l_start 8, l_len 16, l_pid 24. */
const FLOCK_BYTES = 32;
const L_TYPE = 0;
const L_PID = 24;

/**
 * Locks the whole file for writing, without waiting.
 * @returns null: the lock is ours; else the pid of the process that holds the lock (0: unknown)
 */
export function lockFile(fd: number): number | null {
  if (fcntl(fd, F_SETLK, ptr(wholeFile(F_WRLCK))) === 0) return null;
  const lock = wholeFile(F_WRLCK);
  if (fcntl(fd, F_GETLK, ptr(lock)) !== 0) return 0;
  return lock.readInt16LE(L_TYPE) === F_UNLCK ? 0 : lock.readInt32LE(L_PID);
}

function wholeFile(type: number): Buffer {
  const lock = Buffer.alloc(FLOCK_BYTES);
  lock.writeInt16LE(type, L_TYPE);
  return lock;
}

const libc = libcFunctions({
  fcntl: { args: [FFIType.i32, FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
});

function fcntl(fd: number, command: number, argument: Pointer): number {
  return libc().fcntl(fd, command, argument);
}
