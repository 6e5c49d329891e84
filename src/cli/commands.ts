/** Every sub-command, in the order of `help`. */
import { hang, paint, type Style } from "../terminal/style.ts";
import { columnsOf, padded } from "../terminal/width.ts";
import { bugreport } from "./bugreport.ts";
import { check } from "./check.ts";
import { type Command, DONE, EXIT, printError, printLine } from "./command.ts";
import { explain } from "./explain.ts";
import { graph } from "./graph.ts";
import { unknownCommand } from "./parse.ts";
import { plan } from "./plan.ts";
import { providers } from "./providers.ts";
import { replay } from "./replay.ts";
import { run } from "./run.ts";
import { status } from "./status.ts";
import { terminalStyle } from "./terminal.ts";
import { version } from "./version.ts";
import { watch } from "./watch.ts";

/** The widest names, in columns, that leave room for their meanings on the same line. */
const MAX_BESIDE = 30;

const help: Command = {
  name: "help",
  usage: "[COMMAND]",
  summary: "print all commands, or the options of one command",
  exits: [DONE],
  examples: [{ line: "help status", does: "the options of the command status, with examples" }],
  files: [],
  options: [],
  positionals: 0,
  optionalPositionals: 1,
  run({ positionals: [name] }) {
    const asked = commands.find((command) => command.name === name);
    if (name !== undefined && asked === undefined) {
      printError(`vifplugd: ${unknownCommand(name, commands)}`);
      return EXIT.usage;
    }
    printLine(asked === undefined ? helpText(terminalStyle()) : commandHelp(asked, terminalStyle()));
    return EXIT.ok;
  },
};

export const commands: readonly Command[] = [
  run,
  check,
  plan,
  status,
  watch,
  explain,
  graph,
  providers,
  replay,
  bugreport,
  version,
  help,
];

/** All commands, each with what it does. */
export function helpText(style: Style): string {
  const calls = commands.flatMap(({ name, usage, summary }) => [
    hang(`  ${name} `, usage, style).trimEnd(),
    hang("      ", summary, style).trimEnd(),
  ]);
  const about = (text: string) => hang("", text, style).trimEnd();
  return [
    about("vifplugd plugs VIFs on an OVN chassis, beside an unmodified ovn-controller."),
    "",
    "Usage: vifplugd [COMMAND] [OPTIONS]",
    "",
    ...calls,
    "",
    about("Without --config, vifplugd reads /etc/vifplugd/vifplugd.yaml if that file exists."),
    about("Every command has a help of its own: vifplugd help COMMAND."),
    about("The daemon also answers to ovs-appctl -t vifplugd: try list-commands."),
  ].join("\n");
}

/** The complete help of one command. */
export function commandHelp(command: Command, style: Style): string {
  const { name, usage, summary, options, exits, examples, files, notes } = command;
  const usual: readonly (readonly [string, string])[] = [
    ...exits.map(
      ({ code, when }) => [String(code), when === "" ? "done" : when.replace(/^if /, "")] as const,
    ),
    [String(EXIT.usage), "if the command line is wrong"],
  ];
  return [
    hang("Usage: ", `vifplugd ${name} ${usage}`, style),
    hang("", `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`, style),
    block(
      "Options",
      options.map((option) => [`--${option.name}`, option.meaning]),
      style,
    ),
    ...(notes === undefined ? [] : [block(notes.title, notes.rows, style)]),
    block(
      "Examples",
      examples.map(({ line, does }) => [`vifplugd ${line}`, does]),
      style,
    ),
    block("Exit codes", usual, style),
    block(
      "Files",
      files.map(({ path, is }) => [path, is]),
      style,
    ),
  ]
    .filter((part) => part !== "")
    .join("\n")
    .trimEnd();
}

/** Rows of names and meanings; a name that is too long has its meaning on the next line. */
function block(title: string, rows: readonly (readonly [string, string])[], style: Style): string {
  if (rows.length === 0) return "";
  const widest = Math.max(...rows.map(([name]) => columnsOf(name)));
  const isBeside = widest <= MAX_BESIDE;
  const lines = rows.map(([name, meaning]) => {
    const head = `  ${padded(name, isBeside ? widest + 2 : 0)}`;
    return isBeside ? hang(head, meaning, style) : `${head}\n${hang("      ", meaning, style)}`;
  });
  return `${paint(style, "bold", `${title}:`)}\n${lines.join("")}`;
}
