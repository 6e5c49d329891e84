/** Where the daemon's log goes: to standard error, or to a file that can be opened anew (logrotate(8)). */
import { closeSync, constants } from "node:fs";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { LineWriter } from "../system/line-writer.ts";
import { openNamed } from "../system/open-file.ts";

const STDERR = 2;
const { O_APPEND, O_CREAT, O_WRONLY } = constants;

export class LogOutput {
  /** Null: standard error. */
  readonly file: string | null;
  readonly #writer: LineWriter;
  #fd: number;

  private constructor(file: string | null, fd: number) {
    this.file = file;
    this.#fd = fd;
    this.#writer = new LineWriter(fd);
  }

  /** @param file null: standard error; the error says why it cannot be written */
  static open(file: string | null): Result<LogOutput, string> {
    if (file === null) return ok(new LogOutput(null, STDERR));
    const fd = openLog(file);
    return fd.ok ? ok(new LogOutput(file, fd.value)) : fd;
  }

  write(line: string): void {
    this.#writer.write(line);
  }

  /** Lines that were lost since this was last asked, as soon as that can be told. */
  takeLost(): number {
    return this.#writer.isDrained ? this.#writer.takeDropped() : 0;
  }

  /** Goes on in a file of that name, the one before having been renamed; without one the one before stays in use. */
  reopen(): Result<null, string> {
    if (this.file === null) return fail("the log goes to standard error: there is no file (see --log-file)");
    const fd = openLog(this.file);
    if (!fd.ok) return fd;
    this.#writer.redirect(fd.value);
    closeSync(this.#fd);
    this.#fd = fd.value;
    return ok(null);
  }

  /** Settles when all is written, and after that many milliseconds at the latest. */
  drained(withinMs: number): Promise<void> {
    return this.#writer.drained(withinMs);
  }
}

function openLog(file: string): Result<number, string> {
  try {
    return ok(openNamed(file, O_WRONLY | O_APPEND | O_CREAT, 0o640));
  } catch (thrown) {
    return fail(`cannot write the log to ${file}: ${messageOf(thrown)}`);
  }
}
