/** What standard output is: a terminal of some width, or a file or pipe that gets plain text of 80 columns. */
import { PLAIN, type Style } from "../terminal/style.ts";

/** https://no-color.org: a NO_COLOR that is not empty wins. */
export function terminalStyle(): Style {
  const { isTTY, columns } = process.stdout;
  if (!isTTY) return PLAIN;
  const { NO_COLOR = "", TERM } = process.env;
  return { width: columns || PLAIN.width, colour: NO_COLOR === "" && TERM !== "dumb" };
}
