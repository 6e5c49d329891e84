/** Asks the running daemon and prints its answer, for the commands that need a daemon. */
import type { ConfigError } from "../config/error.ts";
import { defaultConfig, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { askDaemon } from "../control/client.ts";
import type { CommandAnswer } from "../control/command.ts";
import { fail, ok, type Result } from "../result.ts";
import { styleArguments } from "../terminal/style.ts";
import { type Arguments, EXIT, printError, printLine } from "./command.ts";
import { inOneLine } from "./config-errors.ts";
import { terminalStyle } from "./terminal.ts";

export interface PlaceToAsk {
  readonly runDir: string;
  /** What a person has to know about the place; null: nothing. */
  readonly warning: string | null;
}

/**
 * Where to find the daemon that a command asks. When the file is invalid, the daemon goes on with the configuration that it
 * read before, so the command asks in the default run directory, with a warning. When `--config` names the invalid file, the
 * run directory is unknown, and the command asks nobody.
 *
 * @param isNamed whether `--config` names the file
 */
export function placeToAsk(
  loaded: Result<Config, readonly ConfigError[]>,
  isNamed: boolean,
): Result<PlaceToAsk, string> {
  if (loaded.ok) return ok({ runDir: loaded.value.run_dir, warning: null });
  const fault = inOneLine(loaded.error);
  if (isNamed) return fail(fault);
  const runDir = defaultConfig().run_dir;
  return ok({ runDir, warning: `${fault}; the answer is of the daemon in ${runDir}` });
}

/** Warnings that were printed: `watch` asks again and again. */
const warned = new Set<string>();

/** Asks the daemon of the configured run directory. */
export async function ask(
  args: Arguments,
  method: string,
  params: readonly string[],
): Promise<Result<CommandAnswer, string>> {
  const file = args.text("config");
  const place = placeToAsk(loadConfig(file), file !== null);
  if (!place.ok) return place;
  const { runDir, warning } = place.value;
  const answer = await askDaemon(runDir, method, params);
  if (warning !== null && !warned.has(warning)) printError(`vifplugd: ${warning}`);
  if (warning !== null) warned.add(warning);
  return answer;
}

/** @returns the exit code; 1: no daemon answers, or the daemon refuses */
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
