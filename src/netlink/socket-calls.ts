/** The C library's calls on netlink sockets, which Bun lacks: thin, typed, and with the error number as a value. */
import { FFIType, ptr, read } from "bun:ffi";
import { getSystemErrorName } from "node:util";
import { fail, ok, type Result } from "../result.ts";
import { libcFunctions } from "../system/libc.ts";
import { type NetlinkError, netlinkError } from "./error.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_NETLINK = 270;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCETHTOOL = 0x8946;
const ETHTOOL_GPERMADDR = 0x20;
const MAX_ADDRESS_BYTES = 32;
/** struct sockaddr_nl: family, padding, port, groups; all zeros but the family lets the kernel choose the port. */
const ADDRESS_BYTES = 12;

export const OPTION = { addMembership: 1, capAck: 10, extendedAck: 11 } as const;

const libc = libcFunctions({
  socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  bind: { args: [FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
  setsockopt: {
    args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr, FFIType.u32],
    returns: FFIType.i32,
  },
  ioctl: { args: [FFIType.i32, FFIType.u64, FFIType.ptr], returns: FFIType.i32 },
  close: { args: [FFIType.i32], returns: FFIType.i32 },
  __errno_location: { args: [], returns: FFIType.ptr },
});

/**
 * Opens a netlink socket with its own port.
 * @param blocks true: a read waits for a message
 */
export function openSocket(protocol: number, blocks: boolean): Result<number, NetlinkError> {
  const calls = libc();
  const type = SOCK_RAW | SOCK_CLOEXEC | (blocks ? 0 : SOCK_NONBLOCK);
  const fd = calls.socket(AF_NETLINK, type, protocol);
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
  const calls = libc();
  return calls.setsockopt(fd, SOL_NETLINK, option, ptr(bytes), 4) === 0
    ? ok(undefined)
    : failed("setsockopt");
}

/** struct ifreq: a name, and a pointer in what follows. */
const IFREQ_BYTES = 40;
const NAME_BYTES = 16;

/**
 * The permanent address of a network device (ETHTOOL_GPERMADDR of linux/ethtool.h); null: none. The call waits only for the
 * kernel's lock on network devices.
 */
export function permanentAddress(netdev: string): Uint8Array | null {
  const name = new TextEncoder().encode(netdev);
  if (name.length >= NAME_BYTES) return null;
  const calls = libc();
  const fd = calls.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return null;
  const answer = new Uint8Array(8 + MAX_ADDRESS_BYTES);
  const asked = new DataView(answer.buffer);
  asked.setUint32(0, ETHTOOL_GPERMADDR, true);
  asked.setUint32(4, MAX_ADDRESS_BYTES, true);
  const request = new Uint8Array(IFREQ_BYTES);
  request.set(name);
  new DataView(request.buffer).setBigUint64(NAME_BYTES, BigInt(ptr(answer)), true);
  const done = calls.ioctl(fd, SIOCETHTOOL, ptr(request));
  calls.close(fd);
  return done === 0 ? answer.slice(8, 8 + asked.getUint32(4, true)) : null;
}

export function close(fd: number): void {
  libc().close(fd);
}

/** The name of an errno, as "ENODEV" for 19. */
export function errnoName(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `error ${errno}`;
  }
}

/** The error of a failed call. Call this right after that call. */
function failed(call: string): Result<never, NetlinkError> {
  const location = libc().__errno_location();
  const errno = typeof location === "number" ? read.i32(location, 0) : 0;
  return fail(netlinkError("system", `netlink: ${call} failed: ${errnoName(errno)}`, errno));
}
