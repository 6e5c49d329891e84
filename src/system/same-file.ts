/**
 * Compares the file behind a path with an open file. No function throws, also when somebody has replaced a folder of the path by
 * a file.
 */
import { fstatSync, lstatSync, type Stats, statSync } from "node:fs";

/** Whether a link at the end of a path is followed, or counts as a file (as with O_NOFOLLOW). */
export type Links = "followed" | "not followed";

/** The device and the inode of a path; null: the path leads to nothing. */
export function identityOf(path: string, links: Links): string | null {
  return identity(() => (links === "followed" ? statSync(path) : lstatSync(path)));
}

export function identityOfDescriptor(fd: number): string | null {
  return identity(() => fstatSync(fd));
}

export function isSameFile(path: string, fd: number, links: Links): boolean {
  const opened = identityOfDescriptor(fd);
  return opened !== null && identityOf(path, links) === opened;
}

function identity(look: () => Stats): string | null {
  try {
    const { dev, ino } = look();
    return `${dev} ${ino}`;
  } catch {
    return null;
  }
}
