/** A program on a pseudo-terminal, and what a person sees there: the last picture, as lines without colours. */
import { Changes } from "../../tools/chassis/changes.ts";

export interface PseudoTerminalOptions {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly columns: number;
}

export class PseudoTerminal {
  readonly exited: Promise<number>;
  readonly #terminal: Bun.Terminal;
  readonly #process: Bun.Subprocess;
  readonly #changes = new Changes();
  readonly #decoder = new TextDecoder();
  #written = "";

  constructor({ argv, env = {}, rows, columns }: PseudoTerminalOptions) {
    this.#terminal = new Bun.Terminal({
      rows,
      cols: columns,
      data: (_, bytes) => {
        this.#written += this.#decoder.decode(bytes, { stream: true });
        this.#changes.notify();
      },
    });
    // Of a session of its own, whose terminal this is: so it is told of another size.
    this.#process = Bun.spawn(["setsid", "--ctty", ...argv], {
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", TERM: "xterm", ...env },
      terminal: this.#terminal,
    });
    this.exited = this.#process.exited;
  }

  /** All that was written to the terminal. */
  get written(): string {
    return this.#written;
  }

  /** The last picture that is whole: what follows the way to the upper left corner, up to what clears the rest. */
  get picture(): readonly string[] {
    const end = this.#written.lastIndexOf("\x1b[J");
    const start = this.#written.lastIndexOf("\x1b[H", end);
    return end < 0 ? [] : Bun.stripANSI(this.#written.slice(start, end)).split(/\r*\n/);
  }

  type(keys: string): void {
    this.#terminal.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Waits for a picture in which a line matches, and returns that picture. */
  shows(pattern: RegExp, within = 30_000): Promise<readonly string[]> {
    return this.until((picture) => picture.some((line) => pattern.test(line)), String(pattern), within);
  }

  /** Waits until what was written is as expected; its end may come after the program's. */
  async untilWritten(isWritten: (text: string) => boolean, what: string, within = 30_000): Promise<void> {
    await this.#changes.until({
      look: () => (isWritten(this.#written) ? true : undefined),
      within,
      what: `the terminal to be written ${what}`,
      instead: () => `it was written:\n${JSON.stringify(this.#written.slice(-3000))}`,
    });
  }

  until(
    isSeen: (picture: readonly string[]) => boolean,
    what: string,
    within = 30_000,
  ): Promise<readonly string[]> {
    return this.#changes.until({
      look: () => (isSeen(this.picture) ? this.picture : undefined),
      within,
      what: `the terminal to show ${what}`,
      instead: () => `it shows:\n${this.picture.join("\n")}`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.exited;
    this.#terminal.close();
  }
}
