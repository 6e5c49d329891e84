/** Every sub-command, in the order in which `help` lists them. */
import { check } from "./check.ts";
import { type Command, EXIT, printLine } from "./command.ts";
import { explain } from "./explain.ts";
import { graph } from "./graph.ts";
import { plan } from "./plan.ts";
import { replay } from "./replay.ts";
import { run } from "./run.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";

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

export const commands: readonly Command[] = [run, check, plan, status, explain, graph, replay, version, help];

function helpText(): string {
  const rows = commands.map(({ name, usage, summary }) => [`${name} ${usage}`.trim(), summary] as const);
  const width = Math.max(...rows.map(([call]) => call.length));
  return [
    "vifplugd plugs VIFs on an OVN chassis, beside an unmodified ovn-controller.",
    "",
    "Usage: vifplugd [COMMAND] [OPTIONS]",
    "",
    ...rows.map(([call, summary]) => `  ${call.padEnd(width)}  ${summary}`),
    "",
    "Without --config, /etc/vifplugd/vifplugd.yaml is read if it is there.",
  ].join("\n");
}
