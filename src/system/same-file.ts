/**
 * Which file a name leads to, and whether it is still the one that was opened by it. Neither ever throws: somebody may have
 * put a file in the place of a folder on the way.
 */
import { fstatSync, lstatSync, type Stats, statSync } from "node:fs";

/** A link at the end of a path is gone along, or is a file like others, as it was when the path was opened (O_NOFOLLOW). */
export type Links = "followed" | "not followed";

/** Device and inode. @returns null: the path leads to nothing */
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
