/**
 * Checks who could change a file that runs in this process. Only root and the user who runs vifplugd may own the file and the
 * folders above, and only the owner may write to them.
 */
import { fstatSync, lstatSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { fail, ok, type Result, systemMessageOf } from "../../result.ts";

const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** @param fd the open file, so that the checked file is the file that is read */
export function checkOwnership(fd: number, path: string): Result<void, string> {
  try {
    const fault = faultOf(fstatSync(fd), path) ?? foldersFault(path);
    return fault === null ? ok(undefined) : fail(fault);
  } catch (thrown) {
    return fail(`${path}: ${systemMessageOf(thrown)}`);
  }
}

/** Checks the folders above a file. @param path has no symbolic links */
function foldersFault(path: string): string | null {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const fault = faultOf(lstatSync(folder), folder);
    if (fault !== null) return fault;
    if (folder === dirname(folder)) return null;
  }
}

function faultOf(stats: Stats, path: string): string | null {
  const { uid, mode } = stats;
  const us = process.geteuid?.() ?? 0;
  if (uid !== 0 && uid !== us) {
    return `${path} belongs to user ${uid}: expected root${us === 0 ? "" : ` or user ${us}`}, so that nobody else can change what runs here (chown)`;
  }
  // In a folder with the sticky bit nobody can replace a file of another user.
  if (stats.isDirectory() && (mode & STICKY) !== 0) return null;
  if ((mode & GROUP_OR_OTHERS_WRITE) === 0) return null;
  return `${path} can be written to by its group or by everybody: expected its owner alone (chmod go-w)`;
}
