/** What is wrong with a configuration, and where. */
import { cutSentence } from "../text/cut.ts";

/** One thing that is wrong, at a place of the file; lines and columns count from 1. */
export interface ConfigError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The line as it stands in the file; null when there is none to show. */
  readonly source: string | null;
}

/** @returns `FILE:LINE:COL: MESSAGE`, the message cut to what a person reads: values of the file may stand in it */
export function formatConfigError({ file, line, column, message }: ConfigError): string {
  return `${file}:${line}:${column}: ${cutSentence(message)}`;
}
