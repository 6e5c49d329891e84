/** What a sub-command is: its line in `help`, its options, and what it does. A file per sub-command implements it. */

import { cutWords } from "../text/cut.ts";
import { printable } from "../text/printable.ts";
import type { UsedFile } from "./files.ts";

export const EXIT = { ok: 0, failed: 1, differs: 2, usage: 64, config: 78 } as const;

/** An option; one of type "string" takes a value. */
export interface Option {
  readonly name: string;
  readonly type: "string" | "boolean";
  /** The words that its value may be, or "file"; for completion. */
  readonly values?: readonly string[] | "file";
  /** For the command's own help. */
  readonly meaning: string;
}

export const CONFIG_OPTION: Option = {
  name: "config",
  type: "string",
  values: "file",
  meaning: "the configuration; else /etc/vifplugd/vifplugd.yaml",
};
export const JSON_OPTION: Option = { name: "json", type: "boolean", meaning: "print one JSON object" };

export interface ExitCode {
  readonly code: number;
  /** Goes on after the code: `if no daemon answers`; empty: the command did what it is for. */
  readonly when: string;
}

export const DONE: ExitCode = { code: EXIT.ok, when: "" };
export const NO_DAEMON: ExitCode = { code: EXIT.failed, when: "if no daemon answers" };
export const NOT_VALID: ExitCode = { code: EXIT.config, when: "if the configuration is not valid" };

/** `0, 1 if no daemon answers`. */
export function exitsText(exits: readonly ExitCode[]): string {
  return exits.map(({ code, when }) => `${code} ${when}`.trimEnd()).join(", ");
}

export interface Example {
  /** After `vifplugd`, as a shell reads it. */
  readonly line: string;
  readonly does: string;
}

/** What was given; only what the command declares is let through. */
export interface Arguments {
  /** The value of a string option, or null when it was not given. */
  text(option: string): string | null;
  flag(option: string): boolean;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly name: string;
  /** After the name, in `help`. */
  readonly usage: string;
  readonly summary: string;
  /** Every exit code but 64, which every command has for a command line that is not understood. */
  readonly exits: readonly ExitCode[];
  /** Command lines that people need, and what each is for. */
  readonly examples: readonly Example[];
  /** What it reads, and, of the daemon, what it writes; other than what its arguments name. */
  readonly files: readonly UsedFile[];
  /** What else its own help tells: a title, and rows of names and what they mean. */
  readonly notes?: { readonly title: string; readonly rows: readonly (readonly [string, string])[] };
  readonly options: readonly Option[];
  /** Options of which at most one can be given. */
  readonly exclusive?: readonly string[];
  /** How many arguments that are no options it takes. */
  readonly positionals: number;
  /** How many more of them it takes when they are given. */
  readonly optionalPositionals?: number;
  /** @returns the exit code */
  run(args: Arguments): number | Promise<number>;
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line, or several; what others chose in them is shown, and does nothing. */
export function printError(text: string): void {
  const lines = text.split("\n").map((line) => printable(cutWords(line)));
  process.stderr.write(`${lines.join("\n")}\n`);
}
