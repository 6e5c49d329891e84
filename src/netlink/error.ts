/** What can go wrong between this program and the kernel's netlink, as a value. */
import { fail, ok, type Result } from "../result.ts";

export interface NetlinkError {
  /**
   * - `malformed`: bytes that are not what they claim to be; nothing of the message was used.
   * - `refused`: the kernel answered with an error; `errno` says which.
   * - `interrupted`: the kernel's table changed while it was dumped, and again when it was tried again.
   * - `system`: a system call on the socket failed.
   */
  readonly code: "malformed" | "refused" | "interrupted" | "system";
  readonly message: string;
  /** Positive, as in errno(3); 0 when there is none. */
  readonly errno: number;
}

export function netlinkError(code: NetlinkError["code"], message: string, errno = 0): NetlinkError {
  return { code, message, errno };
}

/** Thrown inside the codec only: {@link decoding} makes a value of it. */
export class MalformedMessage extends Error {}

/** Runs a decoder; what it finds malformed becomes an error value. */
export function decoding<T>(what: string, decode: () => T): Result<T, NetlinkError> {
  try {
    return ok(decode());
  } catch (thrown) {
    if (thrown instanceof MalformedMessage) {
      return fail(netlinkError("malformed", `${what}: ${thrown.message}`));
    }
    throw thrown;
  }
}
