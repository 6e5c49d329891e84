/** What is wrong with a configuration, and where. */

/** One thing that is wrong, at a place of the file; lines and columns count from 1. */
export interface ConfigError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The line as it stands in the file; null when there is none to show. */
  readonly source: string | null;
}

/** @returns `FILE:LINE:COL: MESSAGE` */
export function formatConfigError({ file, line, column, message }: ConfigError): string {
  return `${file}:${line}:${column}: ${message}`;
}
