/** Datagrams to unix sockets (unix(7)), for which Bun has no call. A datagram is sent without waiting, or dropped. */
import { FFIType, ptr } from "bun:ffi";
import { libcFunctions } from "./libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
/** The size of `sun_path`, in bytes. */
const PATH_BYTES = 108;

const libc = libcFunctions({
  socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  sendto: {
    args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32, FFIType.ptr, FFIType.u32],
    returns: FFIType.i64,
  },
});

/** The address of a socket, as `struct sockaddr_un`; null: the name is neither a path nor an abstract name (`@NAME`). */
export function unixAddress(name: string): Uint8Array | null {
  const isAbstract = name.startsWith("@");
  if (!isAbstract && !name.startsWith("/")) return null;
  // A path ends with a NUL; an abstract name begins with one, in place of the `@`.
  const path = Buffer.from(isAbstract ? `\0${name.slice(1)}` : `${name}\0`);
  if (path.length > PATH_BYTES) return null;
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, path]);
}

export class DatagramSender {
  readonly #calls = libc();
  readonly #fd: number;
  readonly #address: Uint8Array;

  /** @throws Error: no socket can be opened */
  constructor(address: Uint8Array) {
    this.#address = address;
    this.#fd = this.#calls.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (this.#fd < 0) throw new Error("cannot open a unix datagram socket");
  }

  /** Sends a datagram. @returns false: nobody listens, or the queue of the receiver is full */
  send(text: string): boolean {
    const bytes = Buffer.from(text);
    const { sendto } = this.#calls;
    const address = this.#address;
    const sent = sendto(
      this.#fd,
      ptr(bytes),
      bytes.length,
      MSG_DONTWAIT_NOSIGNAL,
      ptr(address),
      address.length,
    );
    return Number(sent) === bytes.length;
  }
}
