/** An error of netlink, as a value. */
import { fail, ok, type Result } from "../result.ts";

export interface NetlinkError {
  /**
   * - `malformed`: bytes that do not fit their declared form; nothing of the message was used.
   * - `refused`: the kernel answered with the error `errno`.
   * - `interrupted`: the kernel's table changed during the dump, and during every further try.
   * - `system`: a system call on the socket failed.
   */
  readonly code: "malformed" | "refused" | "interrupted" | "system";
  readonly message: string;
  /** The positive number of errno(3); 0: none. */
  readonly errno: number;
}

export function netlinkError(code: NetlinkError["code"], message: string, errno = 0): NetlinkError {
  return { code, message, errno };
}

/** Thrown inside the codec only: {@link decoding} turns it into a value. */
export class MalformedMessage extends Error {}

/** Runs a decoder, and turns a malformed message into an error value. */
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
