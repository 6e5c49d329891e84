/**
 * Netlink messages (struct nlmsghdr of linux/netlink.h): the frames of all netlink families. A read of a socket gives one or
 * several messages, each padded to four bytes.
 */
import type { Result } from "../result.ts";
import { Attributes, aligned, viewOf } from "./attributes.ts";
import { decoding, MalformedMessage, type NetlinkError } from "./error.ts";

const HEADER_BYTES = 16;

export const MESSAGE_TYPE = { error: 2, done: 3 } as const;
export const FLAG = {
  request: 0x1,
  ack: 0x4,
  dumpInterrupted: 0x10,
  dump: 0x300,
  capped: 0x100,
  ackAttributes: 0x200,
} as const;

export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** The messages of a read; a message that is cut off makes the whole read malformed. */
export function parseMessages(bytes: Uint8Array): Result<readonly Message[], NetlinkError> {
  return decoding("netlink", () => {
    const view = viewOf(bytes);
    const messages: Message[] = [];
    for (let at = 0; at < bytes.length; ) {
      if (bytes.length - at < HEADER_BYTES) throw new MalformedMessage("a message's header is cut off");
      const length = view.getUint32(at, true);
      if (length < HEADER_BYTES || length > bytes.length - at) {
        throw new MalformedMessage(`a message claims ${length} bytes where ${bytes.length - at} are left`);
      }
      messages.push({
        type: view.getUint16(at + 4, true),
        flags: view.getUint16(at + 6, true),
        sequence: view.getUint32(at + 8, true),
        payload: bytes.subarray(at + HEADER_BYTES, at + length),
      });
      at += aligned(length);
    }
    return messages;
  });
}

export function encodeMessage({ type, flags, sequence, payload }: Message): Uint8Array {
  const length = HEADER_BYTES + payload.length;
  const bytes = new Uint8Array(aligned(length));
  const view = viewOf(bytes);
  view.setUint32(0, length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** The kernel's acknowledgement of a request: done (errno 0), or an error. */
export interface Acknowledgement {
  readonly errno: number;
  /** The kernel's own words; null: none. */
  readonly words: string | null;
}

/** The attribute NLMSGERR_ATTR_MSG of an extended acknowledgement. */
const ERROR_TEXT = 1;

/** Reads a message of type `error` or `done`; both begin with an error number (struct nlmsgerr). */
export function parseAcknowledgement(message: Message): Result<Acknowledgement, NetlinkError> {
  return decoding("netlink acknowledgement", () => {
    const { payload, flags, type } = message;
    if (payload.length < 4) throw new MalformedMessage("the error number is cut off");
    const errno = 0 - viewOf(payload).getInt32(0, true);
    if ((flags & FLAG.ackAttributes) === 0) return { errno, words: null };
    const attributes = new Attributes(payload.subarray(attributesAt(payload, type, flags)));
    return { errno, words: attributes.text(ERROR_TEXT) ?? null };
  });
}

/** After the error number, `error` repeats the request: its header alone when capped, else all of it. */
function attributesAt(payload: Uint8Array, type: number, flags: number): number {
  if (type === MESSAGE_TYPE.done) return 4;
  if (payload.length < 4 + HEADER_BYTES) throw new MalformedMessage("the request's header is cut off");
  const requested = (flags & FLAG.capped) === 0 ? viewOf(payload).getUint32(4, true) : HEADER_BYTES;
  return Math.min(payload.length, 4 + aligned(requested));
}
