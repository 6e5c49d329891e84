/** Reads small files that others may have made, without waiting, and up to a limit. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/**
 * Reads a regular file that belongs to root or to us, not through a link.
 * @returns at most `limit` bytes
 * @throws Error: there is no such file
 */
export function readTrusted(path: string, limit: number): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error(`${path} is no regular file`);
    if (stat.uid !== 0 && stat.uid !== process.geteuid?.()) {
      throw new Error(`${path} belongs to user ${stat.uid}, who is not trusted`);
    }
    const bytes = Buffer.alloc(limit);
    return bytes.subarray(0, readSync(fd, bytes, 0, limit, 0));
  } finally {
    closeSync(fd);
  }
}
