/** What a sub-command is: its line in `help`, its options, and what it does. A file per sub-command implements it. */

export const EXIT = { ok: 0, failed: 1, usage: 64, config: 78 } as const;

/** The options that were given; only those a command declares are let through. */
export interface Arguments {
  readonly config: string | null;
}

export interface Command {
  readonly name: string;
  /** After the name, in `help`. */
  readonly usage: string;
  readonly summary: string;
  readonly takesConfig: boolean;
  /** @returns the exit code */
  run(args: Arguments): number | Promise<number>;
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}
