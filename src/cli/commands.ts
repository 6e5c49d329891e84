/** Every sub-command, in the order in which `help` lists them. */
import { bugreport } from "./bugreport.ts";
import { check } from "./check.ts";
import { type Command, EXIT, printError, printLine } from "./command.ts";
import { explain } from "./explain.ts";
import { graph } from "./graph.ts";
import { unknownCommand } from "./parse.ts";
import { plan } from "./plan.ts";
import { providers } from "./providers.ts";
import { replay } from "./replay.ts";
import { run } from "./run.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";
import { watch } from "./watch.ts";

const help: Command = {
  name: "help",
  usage: "[COMMAND]",
  summary: "print this, or what a command takes",
  exits: "0",
  options: [],
  positionals: 0,
  optionalPositionals: 1,
  run({ positionals: [name] }) {
    const asked = commands.find((command) => command.name === name);
    if (name !== undefined && asked === undefined) {
      printError(`vifplugd: ${unknownCommand(name, commands)}`);
      return EXIT.usage;
    }
    printLine(asked === undefined ? helpText() : commandHelp(asked));
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

function helpText(): string {
  const calls = commands.flatMap(({ name, usage, summary }) => [
    `  ${name} ${usage}`.trimEnd(),
    `      ${summary}`,
  ]);
  return [
    "vifplugd plugs VIFs on an OVN chassis, beside an unmodified ovn-controller.",
    "",
    "Usage: vifplugd [COMMAND] [OPTIONS]",
    "",
    ...calls,
    "",
    "Without --config, /etc/vifplugd/vifplugd.yaml is read if it is there.",
    "Every command has a help of its own: vifplugd help COMMAND.",
    "The daemon also answers to ovs-appctl -t vifplugd: try list-commands.",
  ].join("\n");
}

function commandHelp({ name, usage, summary, options }: Command): string {
  const widest = Math.max(0, ...options.map((option) => option.name.length));
  return [
    `Usage: vifplugd ${`${name} ${usage}`.trimEnd()}`,
    "",
    summary,
    ...(options.length === 0 ? [] : [""]),
    ...options.map((option) => `  --${option.name.padEnd(widest)}  ${option.meaning}`),
  ].join("\n");
}
