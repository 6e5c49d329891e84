/** The C library's calls on sockets that Bun has no netlink for: thin, typed, and with the error number as a value. */
import { FFIType, ptr, read } from "bun:ffi";
import { getSystemErrorName } from "node:util";
import { fail, ok, type Result } from "../result.ts";
import { openLibc } from "../system/libc.ts";
import { type NetlinkError, netlinkError } from "./error.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_NETLINK = 270;
const MSG_TRUNC = 0x20;
const EAGAIN = 11;
/** struct sockaddr_nl: family, padding, port, groups; all zeros but the family lets the kernel choose the port. */
const ADDRESS_BYTES = 12;

export const OPTION = { addMembership: 1, capAck: 10, extendedAck: 11 } as const;

const CALLS = {
  socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  bind: { args: [FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
  setsockopt: {
    args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr, FFIType.u32],
    returns: FFIType.i32,
  },
  send: { args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i64 },
  recv: { args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i64 },
  close: { args: [FFIType.i32], returns: FFIType.i32 },
  __errno_location: { args: [], returns: FFIType.ptr },
} as const;

/** A non-blocking netlink socket, bound to a port of its own. */
export function openSocket(protocol: number): Result<number, NetlinkError> {
  const { calls } = libc();
  const fd = calls.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) return failed("socket");
  const address = new Uint8Array(ADDRESS_BYTES);
  address[0] = AF_NETLINK;
  if (calls.bind(fd, ptr(address), ADDRESS_BYTES) === 0) return ok(fd);
  const error = failed("bind");
  calls.close(fd);
  return error;
}

export function setOption(fd: number, option: number, value: number): Result<void, NetlinkError> {
  const bytes = new Uint32Array([value]);
  const { calls } = libc();
  return calls.setsockopt(fd, SOL_NETLINK, option, ptr(bytes), 4) === 0
    ? ok(undefined)
    : failed("setsockopt");
}

export function send(fd: number, bytes: Uint8Array): Result<void, NetlinkError> {
  const { calls } = libc();
  return Number(calls.send(fd, ptr(bytes), bytes.length, 0)) < 0 ? failed("send") : ok(undefined);
}

/** One datagram into `buffer`; its length, which is more than the buffer's when it was cut off, or null: none there. */
export function receive(fd: number, buffer: Uint8Array): Result<number | null, NetlinkError> {
  const { calls, errno } = libc();
  const length = Number(calls.recv(fd, ptr(buffer), buffer.length, MSG_TRUNC));
  if (length >= 0) return ok(length);
  return errno() === EAGAIN ? ok(null) : failed("recv");
}

export function close(fd: number): void {
  libc().calls.close(fd);
}

/** "ENODEV" for 19. */
export function errnoName(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `error ${errno}`;
  }
}

/** To be called right after the call that failed. */
function failed(call: string): Result<never, NetlinkError> {
  const errno = libc().errno();
  return fail(netlinkError("system", `netlink: ${call} failed: ${errnoName(errno)}`, errno));
}

let loaded: ReturnType<typeof load> | null = null;

function libc(): ReturnType<typeof load> {
  loaded ??= load();
  return loaded;
}

function load() {
  const calls = openLibc(CALLS);
  const errno = () => {
    const location = calls.__errno_location();
    return typeof location === "number" ? read.i32(location, 0) : 0;
  };
  return { calls, errno };
}
