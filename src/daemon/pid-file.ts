/**
 * The pid file `RUN_DIR/vifplugd.pid`: says which process is the daemon of a run directory and keeps a second one out.
 * The file of a process that is gone is taken over.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, messageOf, ok, type Result } from "../result.ts";

export interface PidFile {
  readonly path: string;
  /** Removes the file, if it is still ours. */
  remove(): void;
}

export function claimPidFile(runDir: string, pid: number = process.pid): Result<PidFile, string> {
  const path = join(runDir, "vifplugd.pid");
  try {
    mkdirSync(runDir, { recursive: true });
    const holder = readPid(path);
    if (holder !== null && holder !== pid && isAlive(holder)) {
      return fail(
        `another vifplugd runs with pid ${holder} (${path}); stop it, or give this one another run_dir`,
      );
    }
    writeFileSync(path, `${pid}\n`);
  } catch (thrown) {
    return fail(`cannot write the pid file ${path}: ${messageOf(thrown)}; check run_dir`);
  }
  return ok({
    path,
    remove: () => {
      if (readPid(path) === pid) rmSync(path, { force: true });
    },
  });
}

function readPid(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, "utf8").trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: it is there, and somebody else's.
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}
