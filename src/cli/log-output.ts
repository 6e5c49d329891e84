/**
 * Writes the log of the daemon to standard error, or to a file that can be opened anew (logrotate(8)).
 *
 * Invariant: a file that cannot be opened is tried again; meanwhile the log goes to standard error, or to the former file.
 */
import { closeSync, constants } from "node:fs";
import type { Logger } from "../log/log.ts";
import { fail, ok, type Result, systemMessageOf } from "../result.ts";
import { LineWriter } from "../system/line-writer.ts";
import { openNamed } from "../system/open-file.ts";
import { RetriedResource } from "../system/retried-resource.ts";
import { isSameFile } from "../system/same-file.ts";
import { type FileStatus, fileStatus } from "../view/status-shape.ts";

const STDERR = 2;
const { O_APPEND, O_CREAT, O_WRONLY } = constants;

export class LogOutput {
  /** The file; null: standard error. */
  readonly file: string | null;
  readonly #writer = new LineWriter(STDERR);
  readonly #resource: RetriedResource;
  /** The descriptor of the file; null: the file is not open yet. */
  #fd: number | null = null;
  #log: Logger | null = null;

  /** @param file null: standard error */
  constructor(file: string | null) {
    this.file = file;
    this.#resource = new RetriedResource({
      take: () => this.#open(),
      onFault: (fault) => {
        const meanwhile = this.#fd === null ? "standard error" : "the former file";
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

  /** Opens the file, or begins to try. @param log logs the faults of the file */
  async begin(log: Logger): Promise<void> {
    this.#log = log;
    if (this.file !== null) await this.#resource.take();
  }

  /** The number of lines lost since the last call; 0 while lines wait to be written, or nobody would read of the loss. */
  takeLost(): number {
    return this.#writer.isDrained && this.#writer.fault === null ? this.#writer.takeDropped() : 0;
  }

  /** Opens the file anew after somebody renamed the former file. After a fault the former file stays in use. */
  async reopen(): Promise<Result<null, string>> {
    if (this.file === null) return fail("the log goes to standard error: there is no file (see --log-file)");
    await this.#resource.take();
    return this.#resource.fault === null ? ok(null) : fail(this.#resource.fault);
  }

  /** The state of the file; null: the log goes to standard error. */
  get status(): FileStatus | null {
    if (this.file === null) return null;
    return fileStatus("log", this.file, this.#resource.fault ?? this.#writer.fault ?? this.#loss(this.file));
  }

  /** Settles when all lines are written, and after `withinMs` milliseconds at the latest. */
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

  /** Says that the file was renamed or removed, or null. Logs are rotated so: the log goes to the renamed file until `reopen`. */
  #loss(file: string): string | null {
    if (this.#fd !== null && isSameFile(file, this.#fd, "followed")) return null;
    return `${file} has been renamed or removed; vlog/reopen makes a new file`;
  }
}

/** @throws Error with the file and the reason */
function openLog(file: string): number {
  try {
    return openNamed(file, O_WRONLY | O_APPEND | O_CREAT, 0o640);
  } catch (thrown) {
    throw new Error(`cannot write the log to ${file}: ${systemMessageOf(thrown)}`);
  }
}
