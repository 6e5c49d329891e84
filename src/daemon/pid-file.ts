/**
 * The pid file `RUN_DIR/vifplugd.pid` names the daemon of a run directory, and keeps a second daemon out.
 *
 * Invariants: the named process holds a lock on the file as long as it lives. By the lock ovs-appctl(8) tells a running daemon
 * from a stale file, and vifplugd takes over a stale file. A process loses its lock when it closes any descriptor of the file,
 * so no other code in this process may open the file. Nothing is written through a symbolic link in the file's place.
 */
import { closeSync, constants, ftruncateSync, mkdirSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { controlSocketPath } from "../control/client.ts";
import type { Logger } from "../log/log.ts";
import { fail, messageOf, ok, type Result, systemMessageOf } from "../result.ts";
import { lockFile } from "../system/file-lock.ts";
import { openOwn } from "../system/open-file.ts";
import { RetriedResource } from "../system/retried-resource.ts";
import { isSameFile } from "../system/same-file.ts";
import { type FileStatus, fileStatus } from "../view/status-shape.ts";

/** More digits than any process id has. */
const PID_DIGITS = 20;

export function pidFilePath(runDir: string): string {
  return join(runDir, "vifplugd.pid");
}

/** The claimed file. */
export class PidFile {
  readonly path: string;
  readonly #runDir: string;
  #fd: number;
  #resource: RetriedResource | null = null;

  private constructor(runDir: string, fd: number) {
    this.#runDir = runDir;
    this.path = pidFilePath(runDir);
    this.#fd = fd;
  }

  static claim(runDir: string): Result<PidFile, string> {
    try {
      return ok(new PidFile(runDir, claim(runDir)));
    } catch (thrown) {
      return fail(messageOf(thrown));
    }
  }

  /** From now on claims the file anew when somebody has removed or changed the file. */
  keep(log: Logger, lookMs?: number): void {
    this.#resource = new RetriedResource({
      lookMs,
      isThere: () => this.#isLinked() && pidIn(this.#fd) === process.pid,
      take: () => this.#claimAgain(),
      onFault: (fault) => log.error(`${fault}; vifplugd tries again`),
      onTaken: () => log.warn(`the pid file ${this.path} was gone, and has been made anew`, "pid file made"),
    });
    this.#resource.keep();
  }

  get status(): FileStatus {
    return fileStatus("pid-file", this.path, this.#resource?.fault ?? null);
  }

  /** @throws Error with the reason why the file cannot be claimed */
  #claimAgain(): void {
    // A second descriptor of our own file would drop the lock when it is closed.
    if (this.#isLinked()) {
      writePid(this.#fd);
      return;
    }
    const fd = claim(this.#runDir);
    closeSync(this.#fd);
    this.#fd = fd;
  }

  remove(): void {
    this.#resource?.close();
    if (this.#isLinked()) rmSync(this.path, { force: true });
    closeSync(this.#fd);
  }

  #isLinked(): boolean {
    return isSameFile(this.path, this.#fd, "not followed");
  }
}

/** @returns the descriptor of the locked file @throws Error with the reason why the file cannot be claimed */
function claim(runDir: string): number {
  const path = pidFilePath(runDir);
  try {
    mkdirSync(runDir, { recursive: true });
    const claimed = openAndLock(path);
    if (typeof claimed !== "number") {
      takeOver(runDir, claimed.fd);
      return claimed.fd;
    }
    // Which process that is cannot be told where it runs in another namespace.
    const other = `another vifplugd runs${claimed > 0 ? ` with pid ${claimed}` : ""}`;
    throw new Refused(`${other} (${path} is locked); stop it, or give this one another run_dir`);
  } catch (thrown) {
    if (thrown instanceof Refused) throw thrown;
    throw new Error(`cannot write the pid file ${path}: ${systemMessageOf(thrown)}; check run_dir`);
  }
}

/** Writes our pid into the locked file. @throws the fault, after closing the descriptor */
function takeOver(runDir: string, fd: number): void {
  try {
    removeLeftover(runDir, fd);
    writePid(fd);
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  }
}

class Refused extends Error {}

function writePid(fd: number): void {
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`, 0);
}

function pidIn(fd: number): number {
  const text = Buffer.alloc(PID_DIGITS);
  return Number.parseInt(text.toString("latin1", 0, readSync(fd, text, 0, PID_DIGITS, 0)), 10);
}

/** Removes the control socket of the process that left the file behind. */
function removeLeftover(runDir: string, fd: number): void {
  const pid = pidIn(fd);
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
    // The owner may have removed the file between the two calls; then the lock is on a file without a name.
    if (isSameFile(path, fd, "not followed")) return { fd };
    closeSync(fd);
  }
}
