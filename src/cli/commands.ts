/** Every sub-command, in the order in which `help` lists them. */
import { check } from "./check.ts";
import { type Command, EXIT, printLine } from "./command.ts";
import { explain } from "./explain.ts";
import { graph } from "./graph.ts";
import { plan } from "./plan.ts";
import { providers } from "./providers.ts";
import { replay } from "./replay.ts";
import { run } from "./run.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";
import { watch } from "./watch.ts";

const help: Command = {
  name: "help",
  usage: "",
  summary: "print this",
  options: [],
  positionals: 0,
  run() {
    printLine(helpText());
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
    "The daemon also answers to ovs-appctl -t vifplugd: try list-commands.",
  ].join("\n");
}
