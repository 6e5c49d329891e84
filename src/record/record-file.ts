/**
 * The file of a record. What cannot be written yet (there is no such folder yet, the disk is full) is kept, and tried again.
 *
 * Invariant: a record has no gaps: what is beyond the bound, or was for a reader that is gone, ends the record. What was
 * kept before is written all the same, as soon as it can be.
 */
import { closeSync, constants, existsSync, fstatSync, ftruncateSync, lstatSync, renameSync } from "node:fs";
import type { Logger } from "../log/log.ts";
import { messageOf } from "../result.ts";
import { LineWriter } from "../system/line-writer.ts";
import { openNamed, resolveNamed } from "../system/open-file.ts";
import { RetriedResource } from "../system/retried-resource.ts";

/** Bytes that are kept of what cannot be written yet, unless they are one line. */
const KEPT_BYTES = 16 << 20;

export class RecordFile {
  readonly path: string;
  readonly #log: Logger;
  readonly #writer = new LineWriter(null, { keptBytes: KEPT_BYTES });
  readonly #resource: RetriedResource;
  /** Null: it has not been had yet, or is closed. */
  #fd: number | null = null;
  /** A line has been lost. */
  #isTorn = false;
  /** Why there will be no more lines; null: there will. */
  #end: string | null = null;
  /** The fault of the writer that was told last. */
  #told: string | null = null;

  /** Opens it at once, or begins to try. */
  constructor(file: string, log: Logger) {
    this.path = file;
    this.#log = log;
    this.#resource = new RetriedResource({
      take: () => this.#open(),
      onFault: (fault) => log.error(`${fault}; vifplugd tries again`),
      onTaken: (why) => {
        if (why === "after a fault") log.info(`the record is in ${file} now`);
      },
    });
    void this.#resource.take();
  }

  /** Nothing that is written any more is in the record. */
  get hasEnded(): boolean {
    return this.#end !== null;
  }

  /** Why what enters the graph is not in the file; null: it is. */
  get fault(): string | null {
    return this.#end ?? this.#resource.fault ?? this.#writeFault() ?? this.#loss();
  }

  /** @param line with its end */
  write(line: string): void {
    if (this.#end !== null) return;
    // Those that were kept may have lost their reader meanwhile.
    if (!this.#hasGap()) this.#writer.write(line);
    if (this.#hasGap()) this.#endFor(this.#resource.fault ?? this.#writeFault() ?? "its reader is stuck");
    else this.#tell();
  }

  /** Settles when everything has been written or cannot be, and after that many milliseconds at the latest. */
  drained(withinMs: number): Promise<void> {
    return this.#writer.drained(withinMs);
  }

  /** What has not been written is lost. */
  close(): void {
    this.#end ??= "it is closed";
    this.#resource.close();
    this.#writer.close();
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #open(): void {
    try {
      const path = resolveNamed(this.path);
      const kept = keepEarlier(path);
      if (kept !== null) this.#log.info(`${this.path} was there already; it is kept as ${kept}`);
      this.#fd = openEmpty(path);
    } catch (thrown) {
      // Node's words end with the system call and the path, which are said already.
      const why = messageOf(thrown).replace(/, \w+( '.*')*$/, "");
      throw new Error(`cannot write the record to ${this.path}: ${why}`);
    }
    this.#writer.redirect(this.#fd);
  }

  #writeFault(): string | null {
    const { fault } = this.#writer;
    return fault === null ? null : `cannot write the record to ${this.path}: ${fault}`;
  }

  #tell(): void {
    const fault = this.#writeFault();
    if (fault === this.#told) return;
    this.#told = fault;
    if (fault === null) this.#log.info(`the record goes on in ${this.path}`);
    else this.#log.error(`${fault}; vifplugd tries again`);
  }

  #endFor(fault: string): void {
    this.#end = `the record takes no more lines: ${fault}`;
    this.#log.error(`${this.#end}; start vifplugd anew for another one`);
  }

  #hasGap(): boolean {
    if (this.#writer.takeDropped() > 0) this.#isTorn = true;
    return this.#isTorn;
  }

  /** A record cannot be begun anew in the middle. */
  #loss(): string | null {
    if (this.#fd === null) return null;
    const { nlink } = fstatSync(this.#fd);
    return nlink > 0 ? null : `${this.path} has been removed, and the record with it`;
  }
}

function openEmpty(path: string): number {
  const fd = openNamed(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    if (fstatSync(fd).isFile()) ftruncateSync(fd);
    return fd;
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  }
}

/**
 * A record that is there may be that of a crash, after which a service manager starts the daemon anew: it gets the
 * first number that is free. Devices, pipes and empty files have nothing to keep.
 */
function keepEarlier(file: string): string | null {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size === 0) return null;
  let number = 1;
  while (existsSync(`${file}.${number}`)) number++;
  const path = `${file}.${number}`;
  renameSync(file, path);
  return path;
}
