/** Errors of a configuration for people: each with its place, the offending line, and a caret below it. */
import { type ConfigError, formatConfigError } from "../config/error.ts";
import { loadConfig } from "../config/load.ts";
import { printable } from "../text/printable.ts";
import { type Arguments, printError } from "./command.ts";

/** The longest excerpt of a line, in columns; a longer line is cut around the place of the error. */
const EXCERPT_COLUMNS = 72;

export function printConfigErrors(errors: readonly ConfigError[], print: (line: string) => void): void {
  for (const error of errors) {
    print(printable(formatConfigError(error)));
    for (const line of excerptOf(error)) print(line);
  }
}

/** For a command that goes on without a valid configuration: prints the fault in one line. */
export function isConfigValid(args: Arguments, command: string): boolean {
  const loaded = loadConfig(args.text("config"));
  if (loaded.ok) return true;
  printError(`vifplugd: ${command}: ${inOneLine(loaded.error)}`);
  return false;
}

/** The first error, and how many more there are. */
export function inOneLine([first, ...more]: readonly ConfigError[]): string {
  const rest =
    more.length === 0
      ? ""
      : ` (and ${more.length} more: vifplugd check --config ${printable(first?.file ?? "")})`;
  return first === undefined ? "" : `${printable(formatConfigError(first))}${rest}`;
}

function excerptOf({ source, line, column }: ConfigError): readonly string[] {
  if (source === null || source.trim() === "") return [];
  const start = column - 1 < EXCERPT_COLUMNS ? 0 : column - 1 - EXCERPT_COLUMNS / 2;
  const shown = printable(source.slice(start, start + EXCERPT_COLUMNS).trimEnd());
  const gutter = String(line).padStart(6);
  // The text before the caret has the same tabs as the line above.
  const before = source.slice(start, column - 1).replaceAll(/[^\t]/g, " ");
  return [`${gutter} | ${shown}`, `${" ".repeat(gutter.length)} | ${before}^`];
}
