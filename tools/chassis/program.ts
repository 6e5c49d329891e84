/**
 * A program that runs beside this process: its process, its lines of output, its end.
 *
 * The kernel kills the program when this process dies, even by SIGKILL. Standard output and standard error are one log.
 */
import { Changes } from "./changes.ts";

export interface ProgramOptions {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface ExitStatus {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

const killedWithUs = Bun.which("setpriv") === null ? [] : ["setpriv", "--pdeathsig", "KILL", "--"];

export class Program {
  readonly name: string;
  /** Resolves when the process has ended and its whole output has been read. */
  readonly exited: Promise<ExitStatus>;
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #lines: string[] = [];
  readonly #changes = new Changes();
  #status: ExitStatus | undefined;

  constructor({ name, argv, env, cwd }: ProgramOptions) {
    this.name = name;
    this.#process = Bun.spawn([...killedWithUs, ...argv], {
      env: { ...env },
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.exited = this.#run();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The output so far, an element for each line. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** How the program ended; undefined while it runs. */
  get status(): ExitStatus | undefined {
    return this.#status;
  }

  /** Sends a signal; does nothing when the process has ended. */
  kill(signal: NodeJS.Signals): void {
    if (this.#status === undefined) this.#process.kill(signal);
  }

  /** Asks the program to end by `signal`, and ends it by SIGKILL after `within` ms. */
  async stop(signal: NodeJS.Signals = "SIGTERM", within = 5_000): Promise<ExitStatus> {
    this.kill(signal);
    const timer = setTimeout(() => this.kill("SIGKILL"), within);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The first matching line, from line number `from` on. Waits for such a line. */
  waitLog(pattern: RegExp, within = 30_000, from = 0): Promise<string> {
    let next = from;
    return this.#changes.until({
      look: () => {
        for (; next < this.#lines.length; next++) {
          const line = this.#lines[next];
          if (line !== undefined && line.search(pattern) >= 0) return line;
        }
        return undefined;
      },
      within,
      what: `${this.name} to log ${pattern}`,
      instead: () => this.tail(),
    });
  }

  /** The end of the log, for an error message. */
  tail(count = 15): string {
    const lines = this.#lines.slice(-count).map((line) => `  ${line}\n`);
    return `the end of ${this.name}'s log:\n${lines.join("") || "  (empty)\n"}`;
  }

  async #run(): Promise<ExitStatus> {
    const { stdout, stderr, exited } = this.#process;
    await Promise.all([this.#collect(stdout), this.#collect(stderr), exited]);
    const { exitCode: code, signalCode } = this.#process;
    const signal = signalCode === null ? null : String(signalCode);
    const status = { code: signal === null ? code : null, signal };
    this.#status = status;
    this.#changes.end(`${this.name} ended with ${signal ?? `exit code ${code}`}`);
    return status;
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let partial = "";
    for await (const chunk of stream) {
      const pieces = (partial + decoder.decode(chunk, { stream: true })).split("\n");
      partial = pieces.pop() ?? "";
      this.#lines.push(...pieces);
      this.#changes.notify();
    }
    if (partial !== "") this.#lines.push(partial);
  }
}

/** Runs a command to its end and returns its standard output; throws with its standard error when it fails. */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  within = 60_000,
): Promise<string> {
  const child = Bun.spawn([...argv], {
    env: { ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: within,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code === 0) return stdout.trimEnd();
  const how = child.signalCode === "SIGKILL" ? `no answer within ${within} ms` : `exit code ${code}`;
  throw new Error(`${argv.join(" ")}: ${how}\n${stderr.trimEnd()}`);
}
