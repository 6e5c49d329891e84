/**
 * Where the daemon's log goes: to standard error, or to a file that can be opened anew (logrotate(8)).
 *
 * Invariant: a file that cannot be had is tried again, and meanwhile standard error has the log, or the file before.
 */
import { closeSync, constants } from "node:fs";
import type { Logger } from "../log/log.ts";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { LineWriter } from "../system/line-writer.ts";
import { openNamed } from "../system/open-file.ts";
import { RetriedResource } from "../system/retried-resource.ts";
import { isSameFile } from "../system/same-file.ts";
import { type FileStatus, fileStatus } from "../view/status-shape.ts";

const STDERR = 2;
const { O_APPEND, O_CREAT, O_WRONLY } = constants;

export class LogOutput {
  /** Null: standard error. */
  readonly file: string | null;
  readonly #writer = new LineWriter(STDERR);
  readonly #resource: RetriedResource;
  /** Of the file; null: it has not been had yet. */
  #fd: number | null = null;
  #log: Logger | null = null;

  /** @param file null: standard error */
  constructor(file: string | null) {
    this.file = file;
    this.#resource = new RetriedResource({
      take: () => this.#open(),
      onFault: (fault) => {
        const meanwhile = this.#fd === null ? "standard error" : "the file before";
        this.#log?.error(`${fault}; vifplugd tries again, and writes the log to ${meanwhile}`);
      },
      onTaken: (why) => {
        if (why === "after a fault") this.#log?.info(`the log is in ${file} now`);
      },
    });
  }

  write(line: string): void {
    this.#writer.write(line);
  }

  /** Opens the file, or begins to try; what comes of it is logged there. */
  async begin(log: Logger): Promise<void> {
    this.#log = log;
    if (this.file !== null) await this.#resource.take();
  }

  /** Lines that were lost since this was last asked, as soon as that can be told. */
  takeLost(): number {
    return this.#writer.isDrained ? this.#writer.takeDropped() : 0;
  }

  /** Goes on in a file of that name, the one before having been renamed; without one the one before stays in use. */
  async reopen(): Promise<Result<null, string>> {
    if (this.file === null) return fail("the log goes to standard error: there is no file (see --log-file)");
    await this.#resource.take();
    return this.#resource.fault === null ? ok(null) : fail(this.#resource.fault);
  }

  /** Null: there is no file. */
  get status(): FileStatus | null {
    if (this.file === null) return null;
    return fileStatus("log", this.file, this.#resource.fault ?? this.#writer.fault ?? this.#loss(this.file));
  }

  /** Settles when all is written, and after that many milliseconds at the latest. */
  drained(withinMs: number): Promise<void> {
    return this.#writer.drained(withinMs);
  }

  #open(): void {
    if (this.file === null) return;
    const fd = openLog(this.file);
    this.#writer.redirect(fd);
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = fd;
  }

  /** A file that was renamed is gone on with until it is opened anew, as log files are rotated so. */
  #loss(file: string): string | null {
    if (this.#fd !== null && isSameFile(file, this.#fd, "followed")) return null;
    return `${file} has been renamed or removed; vlog/reopen makes another one`;
  }
}

/** @throws Error that says which log cannot be written, and why */
function openLog(file: string): number {
  try {
    return openNamed(file, O_WRONLY | O_APPEND | O_CREAT, 0o640);
  } catch (thrown) {
    throw new Error(`cannot write the log to ${file}: ${messageOf(thrown)}`);
  }
}
