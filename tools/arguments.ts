/** What a tool is told on its command line: what is wrong there is one line, and ends the tool with exit code 2. */

/** Answers what `read` makes of the command line; what it throws is told in the name of the tool, which ends. */
export function readArguments<T>(tool: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    console.error(`${tool}: ${line}`);
    process.exit(2);
  }
}

/** The number of an option. Throws for a text that is none, and for a number below `least`. */
export function numberOf(option: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number) && number >= least) return number;
  throw new Error(`${option} ${text}: expected a number of at least ${least}`);
}

/** As `numberOf`, for what can be counted. Throws for a fraction, too. */
export function countOf(option: string, text: string, least: number): number {
  const count = numberOf(option, text, least);
  if (Number.isSafeInteger(count)) return count;
  throw new Error(`${option} ${text}: expected a whole number`);
}
