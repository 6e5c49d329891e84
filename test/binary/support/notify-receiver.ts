/**
 * Plays systemd: binds a unix datagram socket, says `bound`, and prints each datagram as a line of JSON. A process of
 * its own, because it waits in recv(2). Usage: notify-receiver.ts ADDRESS
 */
import { FFIType, ptr } from "bun:ffi";
import { unixAddress } from "../../../src/system/datagram.ts";
import { libcFunctions } from "../../../src/system/libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;

const libc = libcFunctions({
  socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  bind: { args: [FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
  recv: { args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i64 },
});
const { socket, bind, recv } = libc();

const address = unixAddress(process.argv[2] ?? "");
if (address === null) throw new Error(`no address of a unix socket: ${process.argv[2]}`);
const fd = socket(AF_UNIX, SOCK_DGRAM, 0);
if (bind(fd, ptr(address), address.length) !== 0) throw new Error(`cannot bind ${process.argv[2]}`);
await Bun.write(Bun.stdout, "bound\n");
const buffer = Buffer.alloc(4096);
for (;;) {
  const length = Number(recv(fd, ptr(buffer), buffer.length, 0));
  if (length < 0) throw new Error("recv failed");
  await Bun.write(Bun.stdout, `${JSON.stringify(buffer.toString("utf8", 0, length))}\n`);
}
