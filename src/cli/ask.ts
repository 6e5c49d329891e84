/** How the commands that ask the running daemon find it and print its answer. */
import { formatConfigError } from "../config/error.ts";
import { loadConfig } from "../config/load.ts";
import { askDaemon } from "../control/client.ts";
import type { CommandAnswer } from "../control/command.ts";
import { fail, type Result } from "../result.ts";
import { styleArguments } from "../terminal/style.ts";
import { type Arguments, EXIT, printError, printLine } from "./command.ts";
import { terminalStyle } from "./terminal.ts";

/** Asks the daemon of the configured run directory. */
export async function ask(
  args: Arguments,
  method: string,
  params: readonly string[],
): Promise<Result<CommandAnswer, string>> {
  const config = loadConfig(args.text("config"));
  if (!config.ok) return fail(config.error.map(formatConfigError).join("\n"));
  return askDaemon(config.value.run_dir, method, params);
}

/** @returns the exit code: 1 when no daemon answers, or the daemon refuses */
export async function askAndPrint(
  args: Arguments,
  method: string,
  params: readonly string[],
): Promise<number> {
  const answer = await ask(args, method, params);
  if (answer.ok && answer.value.ok) {
    printLine(answer.value.text.trimEnd());
    return EXIT.ok;
  }
  return printRefusal(answer);
}

/** @returns the exit code */
export function printRefusal(answer: Result<CommandAnswer, string>): number {
  printError(`vifplugd: ${answer.ok ? answer.value.text.trimEnd() : answer.error}`);
  return EXIT.failed;
}

/** The arguments that ask for JSON, or for a text as wide and as coloured as the terminal is. */
export function format(args: Arguments): readonly string[] {
  return args.flag("json") ? ["json"] : ["text", ...styleArguments(terminalStyle())];
}
