/** The command line to a command and its arguments, or one line that says what is wrong with it. */
import { parseArgs } from "node:util";
import { fail, messageOf, ok, type Result } from "../result.ts";
import type { Arguments, Command } from "./command.ts";

export interface Invocation {
  readonly command: Command;
  readonly args: Arguments;
}

/** @param argv what follows the program's name */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
): Result<Invocation, string> {
  const [first] = argv;
  const alias = first === "--version" ? "version" : first === "--help" || first === "-h" ? "help" : null;
  const given = alias ?? (first !== undefined && !first.startsWith("-") ? first : null);
  const command = commands.find(({ name }) => name === (given ?? "run"));
  if (command === undefined) return fail(`unknown command ${JSON.stringify(given)}; try vifplugd help`);
  const rest = argv.slice(given === null ? 0 : 1);
  try {
    const { values } = parseArgs({
      args: [...rest],
      options: command.takesConfig ? { config: { type: "string", short: "c" } } : {},
      strict: true,
      allowPositionals: false,
    });
    const config = typeof values.config === "string" ? values.config : null;
    return ok({ command, args: { config } });
  } catch (thrown) {
    const [sentence] = messageOf(thrown).split(". ");
    return fail(`${command.name}: ${sentence}; try vifplugd help`);
  }
}
