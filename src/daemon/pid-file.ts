/**
 * The pid file `RUN_DIR/vifplugd.pid`: says which process is the daemon of a run directory, and keeps a second one out.
 *
 * Invariant: the file is locked by the process it names for as long as that lives, which is how ovs-appctl(8) tells a
 * daemon from a leftover, and how a leftover is taken over here. So nothing else in this process may open the file.
 * Nothing is written through a link that somebody put in its place.
 */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { controlSocketPath } from "../control/client.ts";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { lockFile } from "../system/file-lock.ts";
import { openOwn } from "../system/open-file.ts";

/** More than any process id has. */
const PID_DIGITS = 20;

export interface PidFile {
  readonly path: string;
  remove(): void;
}

export function pidFilePath(runDir: string): string {
  return join(runDir, "vifplugd.pid");
}

export function claimPidFile(runDir: string): Result<PidFile, string> {
  const path = pidFilePath(runDir);
  try {
    mkdirSync(runDir, { recursive: true });
    const claimed = openAndLock(path);
    if (typeof claimed === "number") {
      const process = claimed === 0 ? "another vifplugd runs" : `another vifplugd runs with pid ${claimed}`;
      return fail(`${process} (${path} is locked); stop it, or give this one another run_dir`);
    }
    removeLeftover(runDir, claimed.fd);
    ftruncateSync(claimed.fd);
    writeSync(claimed.fd, `${process.pid}\n`);
    return ok({
      path,
      remove: () => {
        rmSync(path, { force: true });
        closeSync(claimed.fd);
      },
    });
  } catch (thrown) {
    return fail(`cannot write the pid file ${path}: ${messageOf(thrown)}; check run_dir`);
  }
}

/** The control socket of the process that the file was left behind by. */
function removeLeftover(runDir: string, fd: number): void {
  const text = Buffer.alloc(PID_DIGITS);
  const pid = Number.parseInt(text.toString("latin1", 0, readSync(fd, text, 0, PID_DIGITS, 0)), 10);
  if (pid > 0 && pid !== process.pid) rmSync(controlSocketPath(runDir, pid), { force: true });
}

/** The descriptor of the locked file, or the pid of the process that holds the lock. */
function openAndLock(path: string): { readonly fd: number } | number {
  for (;;) {
    const fd = openOwn(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    const holder = lockFile(fd);
    if (holder !== null) {
      closeSync(fd);
      return holder;
    }
    // Its owner may have removed it between the two calls; then the lock is on a file that nobody will find.
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino) return { fd };
    closeSync(fd);
  }
}
