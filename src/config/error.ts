/** Errors of a configuration, with their places. */
import { cutSentence } from "../text/cut.ts";

/** One error at a place of the file; lines and columns count from 1. */
export interface ConfigError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The line of the file; null: there is no line to show. */
  readonly source: string | null;
}

/** @returns `FILE:LINE:COL: MESSAGE`; a long message is cut, because it may quote values of the file */
export function formatConfigError({ file, line, column, message }: ConfigError): string {
  return `${file}:${line}:${column}: ${cutSentence(message)}`;
}
