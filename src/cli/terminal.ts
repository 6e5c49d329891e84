/** The style of standard output: the width and colours of a terminal, or plain text of 80 columns for a file or pipe. */
import { boundedWidth, PLAIN, type Style } from "../terminal/style.ts";

/** The style of the terminal. A NO_COLOR that is not empty wins (https://no-color.org). */
export function terminalStyle(): Style {
  const { isTTY, columns } = process.stdout;
  if (!isTTY) return PLAIN;
  const { NO_COLOR = "", TERM } = process.env;
  return { width: boundedWidth(columns || PLAIN.width), colour: NO_COLOR === "" && TERM !== "dumb" };
}
