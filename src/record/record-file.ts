/**
 * The file of a record. Lines that cannot be written yet (the folder is missing, the disk is full) are kept and tried again.
 *
 * Invariant: a record has no gaps. A lost line ends the record: a line beyond the bound, or for a reader that is gone. Lines that
 * were kept before are still written as soon as possible.
 */
import { closeSync, constants, existsSync, fstatSync, ftruncateSync, lstatSync, renameSync } from "node:fs";
import type { Logger } from "../log/log.ts";
import { systemMessageOf } from "../result.ts";
import { LineWriter } from "../system/line-writer.ts";
import { openNamed, resolveNamed } from "../system/open-file.ts";
import { RetriedResource } from "../system/retried-resource.ts";

/** The limit on kept bytes; a single longer line is kept too. */
const KEPT_BYTES = 16 << 20;

export class RecordFile {
  readonly path: string;
  readonly #log: Logger;
  readonly #writer = new LineWriter(null, { keptBytes: KEPT_BYTES });
  readonly #resource: RetriedResource;
  /** The descriptor; null: the file is not open yet, or is closed. */
  #fd: number | null = null;
  /** True: a line was lost. */
  #isTorn = false;
  /** Why the record has ended; null: it has not. */
  #end: string | null = null;
  /** The fault of the writer that was logged last. */
  #told: string | null = null;

  /** Opens the file at once, or begins to try. */
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

  /** True: the record takes no more lines. */
  get hasEnded(): boolean {
    return this.#end !== null;
  }

  /** Why the inputs of the graph are not in the file; null: they are. */
  get fault(): string | null {
    return this.#end ?? this.#resource.fault ?? this.#writeFault() ?? this.#loss();
  }

  /** Writes a line. @param line ends with a line feed */
  write(line: string): void {
    if (this.#end !== null) return;
    // The reader of kept lines may have left meanwhile.
    if (!this.#hasGap()) this.#writer.write(line);
    if (this.#hasGap()) this.#endFor(this.#resource.fault ?? this.#writeFault() ?? "its reader is stuck");
    else this.#tell();
  }

  /** Settles when all lines are written or cannot be written, and after `withinMs` milliseconds at the latest. */
  drained(withinMs: number): Promise<void> {
    return this.#writer.drained(withinMs);
  }

  /** Closes the file. Lines that are not written yet are lost. */
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
      if (kept !== null) this.#log.info(`${this.path} existed already; it is kept as ${kept}`);
      this.#fd = openEmpty(path);
    } catch (thrown) {
      throw new Error(`cannot write the record to ${this.path}: ${systemMessageOf(thrown)}`);
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

  /** Why the written lines are lost, or null: a removed file cannot be made anew, because a record never begins in the middle. */
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
 * Renames an existing record to the first free number, because it may be that of a crash, after which a service manager starts
 * the daemon anew. Devices, pipes and empty files have nothing to keep.
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
