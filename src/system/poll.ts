/** What poll(2) says about a descriptor at this moment; the call never waits. */
import { FFIType, ptr } from "bun:ffi";
import { libcFunctions } from "./libc.ts";

/** The descriptor takes bytes without waiting. */
export const POLLOUT = 0x4;
/** The system reports these two unasked. On a pipe, a socket or a terminal, both mean that nobody can read any more. */
const POLLERR = 0x8;
const POLLHUP = 0x10;

const libc = libcFunctions({
  poll: { args: [FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
});

/** Asks about one descriptor for some events. @returns the events that are so, and the faults of the descriptor; 0: none */
export type Poll = (fd: number, events: number) => number;

/** @throws AggregateError: no C library can be loaded */
export function openPoll(): Poll {
  const calls = libc();
  return (fd, events) => {
    // struct pollfd: int fd, short events, short revents.
    const pollfd = Buffer.alloc(8);
    pollfd.writeInt32LE(fd, 0);
    pollfd.writeInt16LE(events, 4);
    calls.poll(ptr(pollfd), 1, 0);
    return pollfd.readInt16LE(6);
  };
}

/** Whether the reader of a pipe or a socket, or the terminal, has gone; a file or a device always has a reader. */
export function isReaderGone(poll: Poll, fd: number): boolean {
  return (poll(fd, 0) & (POLLERR | POLLHUP)) !== 0;
}
