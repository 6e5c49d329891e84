/**
 * Opens files to write to, as root, where others may have been before.
 *
 * Invariants: what we make ourselves, in a folder that may belong to others, is never opened through a link, and only
 * if it is a regular file of ours that no other name leads to. What an operator names may be a link, a device or a pipe,
 * as long as nobody else can have put it there. Opening never waits.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";

const { O_NOFOLLOW, O_NONBLOCK } = constants;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * @param flags of open(2)
 * @throws Error when it cannot be opened, or is not ours
 */
export function openOwn(path: string, flags: number, mode: number): number {
  const fd = open(path, flags | O_NOFOLLOW, mode);
  const fault = faultOf(fstatSync(fd));
  if (fault === null) return fd;
  closeSync(fd);
  throw new Error(`${path}: ${fault}: expected a file of our own, or none`);
}

/** The file that a path means which an operator named: what its link leads to, where nobody else can have made the link. */
export function resolveNamed(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const leadsToFile = isLink && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return leadsToFile && isOursAlone(dirname(resolve(path))) ? realpathSync(path) : path;
}

/**
 * @param flags of open(2), but not O_TRUNC: a file is cut when it is known to be the right one
 * @throws Error when it cannot be opened, or somebody else can have put it there
 */
export function openNamed(path: string, flags: number, mode: number): number {
  return isOursAlone(dirname(resolve(path))) ? open(path, flags, mode) : openOwn(path, flags, mode);
}

function open(path: string, flags: number, mode: number): number {
  try {
    return openSync(path, flags | O_NONBLOCK, mode);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
    if (code === "ELOOP")
      throw new Error(`${path}: it is a symbolic link: expected a file of our own, or none`);
    if (code === "ENXIO") throw new Error(`${path}: it is a pipe that nobody reads, or a socket`);
    throw thrown;
  }
}

function faultOf(stat: Stats): string | null {
  if (!stat.isFile()) return "it is no regular file";
  if (stat.uid !== process.geteuid?.()) return `it belongs to user ${stat.uid}`;
  return stat.nlink > 1 ? "it has another name elsewhere (a hard link)" : null;
}

/** Nobody but root and ourselves can put a file there, or put another folder in its place. */
function isOursAlone(folder: string): boolean {
  let path = realpathSync(folder);
  if (!isOurs(statSync(path)) || isWritable(statSync(path))) return false;
  while (path !== dirname(path)) {
    path = dirname(path);
    const stat = statSync(path);
    // In one with the sticky bit others can add names, but not take ours away.
    if (!isOurs(stat) || (isWritable(stat) && (stat.mode & STICKY) === 0)) return false;
  }
  return true;
}

function isOurs({ uid }: Stats): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

function isWritable({ mode }: Stats): boolean {
  return (mode & WRITABLE_BY_OTHERS) !== 0;
}
