/** Reads the command line of a tool. A fault there is printed as one line, and ends the tool with exit code 2. */

/** @returns the result of `read`; an error that `read` throws is printed with the name of the tool, and ends the tool */
export function readArguments<T>(tool: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    console.error(`${tool}: ${line}`);
    process.exit(2);
  }
}

/** The number of an option. Throws for a text that is no number, and for a number below `least`. */
export function numberOf(option: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number) && number >= least) return number;
  throw new Error(`${option} ${text}: expected a number of at least ${least}`);
}

/** The whole number of an option. Throws as `numberOf` does, and for a fraction. */
export function countOf(option: string, text: string, least: number): number {
  const count = numberOf(option, text, least);
  if (Number.isSafeInteger(count)) return count;
  throw new Error(`${option} ${text}: expected a whole number`);
}
