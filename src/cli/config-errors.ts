/** Errors of a configuration for people: each with its place, the offending line, and a caret below it. */
import { type ConfigError, formatConfigError } from "../config/error.ts";
import { printable } from "../control/style.ts";

/** A longer line is shown around the place of the error only. */
const EXCERPT_COLUMNS = 72;

export function printConfigErrors(errors: readonly ConfigError[], print: (line: string) => void): void {
  for (const error of errors) {
    print(printable(formatConfigError(error)));
    for (const line of excerptOf(error)) print(line);
  }
}

function excerptOf({ source, line, column }: ConfigError): readonly string[] {
  if (source === null || source.trim() === "") return [];
  const start = column - 1 < EXCERPT_COLUMNS ? 0 : column - 1 - EXCERPT_COLUMNS / 2;
  const shown = printable(source.slice(start, start + EXCERPT_COLUMNS).trimEnd());
  const gutter = String(line).padStart(6);
  // What stands before the caret is as wide as what stands above it, tabs included.
  const before = source.slice(start, column - 1).replaceAll(/[^\t]/g, " ");
  return [`${gutter} | ${shown}`, `${" ".repeat(gutter.length)} | ${before}^`];
}
