/** Parses a command line into a command and its arguments, or into one line that names the fault. */
import { parseArgs } from "node:util";
import { suggest } from "../config/suggest.ts";
import { fail, messageOf, ok, type Result } from "../result.ts";
import type { Arguments, Command } from "./command.ts";

export interface Invocation {
  readonly command: Command;
  readonly args: Arguments;
}

/** The usual options that stand for commands. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["--version", "version"],
  ["-V", "version"],
  ["--help", "help"],
  ["-h", "help"],
]);

/** @param argv the words after the program's name */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
): Result<Invocation, string> {
  const [first] = argv;
  const alias = ALIASES.get(first ?? "") ?? null;
  const given = alias ?? (first !== undefined && !first.startsWith("-") ? first : null);
  const command = commands.find(({ name }) => name === (given ?? "run"));
  if (command === undefined) return fail(unknownCommand(given ?? "", commands));
  const rest = argv.slice(given === null ? 0 : 1);
  const help = asksForHelp(rest) ? commands.find(({ name }) => name === "help") : undefined;
  if (help !== undefined && help !== command) return ok({ command: help, args: only(command.name) });
  const args = parseArguments(command, rest);
  if (!args.ok && given === null) {
    const late = rest.find((word) => commands.some(({ name }) => name === word));
    if (late !== undefined) return fail(`the command comes first: vifplugd ${late} [OPTION]...`);
  }
  if (args.ok) return ok({ command, args: args.value });
  const helpOf = given === null ? "help" : `help ${command.name}`;
  return fail(`${command.name}: ${args.error}; try vifplugd ${helpOf}`);
}

export function unknownCommand(given: string, commands: readonly Command[]): string {
  const meant = suggest(
    given,
    commands.map(({ name }) => name),
  );
  const hint = meant === null ? "" : ` (did you mean ${meant}?)`;
  return `unknown command ${JSON.stringify(given)}${hint}; try vifplugd help`;
}

/** Whether an option asks for help; options end at `--`. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? undefined : end).some((word) => word === "--help" || word === "-h");
}

/** Arguments with one positional and no option. */
function only(positional: string): Arguments {
  return { text: () => null, flag: () => false, positionals: [positional] };
}

function parseArguments(command: Command, args: readonly string[]): Result<Arguments, string> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: Object.fromEntries(command.options.map(({ name, type }) => [name, { type }])),
      strict: true,
      allowPositionals: true,
    });
    const [surplus] = positionals.slice(command.positionals + (command.optionalPositionals ?? 0));
    if (surplus !== undefined) return fail(`unexpected argument ${JSON.stringify(surplus)}`);
    if (positionals.length < command.positionals) return fail(`expected ${command.name} ${command.usage}`);
    const given: Readonly<Record<string, unknown>> = values;
    const [one, other] = (command.exclusive ?? []).filter((option) => given[option] !== undefined);
    if (other !== undefined) return fail(`expected --${one} or --${other}, and not both`);
    return ok({
      text: (option) => (typeof given[option] === "string" ? given[option] : null),
      flag: (option) => given[option] === true,
      positionals,
    });
  } catch (thrown) {
    return fail(wordsOf(messageOf(thrown), command));
  }
}

/** The fault in one line: the runtime says in further sentences what to do, and not in the words of this command line. */
function wordsOf(message: string, { positionals }: Command): string {
  const [sentence = ""] = message.split(/\. |\.?\n/);
  const dashed = /^Option '(--[^' ]+)[^']*' argument is ambiguous$/.exec(sentence)?.[1];
  if (dashed !== undefined) {
    return `${dashed} expects a value; write a value that begins with a dash as ${dashed}=-VALUE`;
  }
  const isName = positionals > 0 && sentence.startsWith("Unknown option ");
  return isName ? `${sentence} (a name that begins with a dash comes after --)` : sentence;
}
