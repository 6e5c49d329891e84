/**
 * Opens files for writing, as root, in folders where other users may have made files.
 *
 * Invariants: a file that vifplugd makes by itself, in a folder that may belong to others, is never opened through a link, and
 * only if it is our own regular file without a second name. A file that an operator names may be a link, a device or a pipe, if
 * nobody else can have made it. Opening never waits.
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

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * @param flags of open(2)
 * @throws Error: the file cannot be opened, or is not ours
 */
export function openOwn(path: string, flags: number, mode: number): number {
  const fd = open(path, flags | O_NOFOLLOW, mode);
  const fault = faultOf(fstatSync(fd));
  if (fault === null) return fd;
  closeSync(fd);
  throw new Error(`${path}: ${fault}: expected a file of our own, or none`);
}

/** Resolves a path of an operator: follows a link if nobody else can have made the link. */
export function resolveNamed(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const leadsToFile = isLink && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return leadsToFile && isOursAlone(dirname(resolve(path))) ? realpathSync(path) : path;
}

/**
 * @param flags of open(2), without O_TRUNC: the file is cut after the checks
 * @throws Error: the file cannot be opened, or somebody else can have made it
 */
export function openNamed(path: string, flags: number, mode: number): number {
  return isOursAlone(dirname(resolve(path))) ? open(path, flags, mode) : openOwn(path, flags, mode);
}

/**
 * Makes a file that an operator names, with the rights of its owner alone. What is there already stays as it is.
 * @throws Error: there is a file of that name, or the file cannot be made
 */
export function createNamed(path: string): number {
  return openNamed(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
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

/** Whether only root and ourselves can make files in the folder, or replace the folder. */
function isOursAlone(folder: string): boolean {
  let path = realpathSync(folder);
  if (!isOurs(statSync(path)) || isWritable(statSync(path))) return false;
  while (path !== dirname(path)) {
    path = dirname(path);
    const stat = statSync(path);
    // In a folder with the sticky bit others can add names, but cannot remove ours.
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
