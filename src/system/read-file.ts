/** Reads small files that others may have made, without waiting, and up to a limit. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/**
 * Reads a regular file that belongs to root, to us, or to another user who is trusted; not through a link.
 * @param trusted the user id of the other one
 * @returns at most `limit` bytes
 * @throws Error: there is no such file; the sentence does not name the file
 */
export function readTrusted(path: string, limit: number, trusted: number | null = null): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error("it is no regular file");
    const users = [...new Set([0, process.geteuid?.() ?? 0, trusted ?? 0])];
    if (!users.includes(stat.uid)) {
      throw new Error(`it belongs to user ${stat.uid}: expected user ${users.join(" or ")}`);
    }
    const bytes = Buffer.alloc(limit);
    return bytes.subarray(0, readSync(fd, bytes, 0, limit, 0));
  } finally {
    closeSync(fd);
  }
}
