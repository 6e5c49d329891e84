/** The definition of a sub-command: its line in `help`, its options, and its function. Each sub-command has a file. */

import { cutWords } from "../text/cut.ts";
import { printable } from "../text/printable.ts";
import type { UsedFile } from "./files.ts";

export const EXIT = { ok: 0, failed: 1, differs: 2, usage: 64, config: 78 } as const;

/** An option; one of type "string" takes a value. */
export interface Option {
  readonly name: string;
  readonly type: "string" | "boolean";
  /** The allowed values, or "file"; for completion. */
  readonly values?: readonly string[] | "file";
  /** The meaning, for the help of the command. */
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
  /** The text after the code, as `if no daemon answers`; empty: the command succeeded. */
  readonly when: string;
}

export const DONE: ExitCode = { code: EXIT.ok, when: "" };
export const NO_DAEMON: ExitCode = { code: EXIT.failed, when: "if no daemon answers" };
export const NOT_VALID: ExitCode = { code: EXIT.config, when: "if the configuration is not valid" };

/** The exit codes as text: `0, 1 if no daemon answers`. */
export function exitsText(exits: readonly ExitCode[]): string {
  return exits.map(({ code, when }) => `${code} ${when}`.trimEnd()).join(", ");
}

export interface Example {
  /** The command line after `vifplugd`. */
  readonly line: string;
  readonly does: string;
}

/** The parsed arguments: only options that the command declares. */
export interface Arguments {
  /** The value of a string option; null: the option was not given. */
  text(option: string): string | null;
  flag(option: string): boolean;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly name: string;
  /** The text after the name, in `help`. */
  readonly usage: string;
  readonly summary: string;
  /** Every exit code but 64, which every command has for a wrong command line. */
  readonly exits: readonly ExitCode[];
  /** Command lines that people need, each with its purpose. */
  readonly examples: readonly Example[];
  /** The files that the command reads and the daemon writes, other than files in the arguments. */
  readonly files: readonly UsedFile[];
  /** A further part of the help: a title, and rows of names with their meanings. */
  readonly notes?: { readonly title: string; readonly rows: readonly (readonly [string, string])[] };
  readonly options: readonly Option[];
  /** Options of which at most one may be given. */
  readonly exclusive?: readonly string[];
  /** The number of arguments that are no options. */
  readonly positionals: number;
  /** The number of further arguments that may be given. */
  readonly optionalPositionals?: number;
  /** @returns the exit code */
  run(args: Arguments): number | Promise<number>;
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints one or several lines to standard error; texts of others are made harmless. */
export function printError(text: string): void {
  const lines = text.split("\n").map((line) => printable(cutWords(line)));
  process.stderr.write(`${lines.join("\n")}\n`);
}
