/** `vifplugd status`: prints the state of the running daemon. */
import { selectionArguments } from "../control/selection.ts";
import { namesOf } from "./answered-ports.ts";
import { ask, askAndPrint, format, printRefusal } from "./ask.ts";
import { CONFIG_OPTION, type Command, DONE, EXIT, JSON_OPTION, NO_DAEMON, printLine } from "./command.ts";
import { TO_ASK } from "./files.ts";
import { PORT_OPTIONS, portQuestion } from "./port-options.ts";

export const status: Command = {
  name: "status",
  usage: "[--json | --names] [--state STATE] [--lport GLOB] [--config FILE]",
  summary: "print the state of the running daemon and the ports, those in trouble first",
  exits: [DONE, NO_DAEMON],
  examples: [
    { line: "status", does: "print the chassis, its connections and every port, trouble first" },
    { line: "status --state trouble", does: "print only the ports that need attention" },
    {
      line: "status --state held,waiting --lport 'web*'",
      does: "print only ports with a matching name in one of these states",
    },
    { line: "status --json --lport web1", does: "print the status of one port, for a program" },
  ],
  files: TO_ASK,
  options: [
    JSON_OPTION,
    {
      name: "names",
      type: "boolean",
      meaning: "print only the names of the logical ports, one on a line",
    },
    ...PORT_OPTIONS,
    CONFIG_OPTION,
  ],
  exclusive: ["json", "names"],
  positionals: 0,
  async run(args) {
    const question = portQuestion("status", args);
    if (question === null) return EXIT.usage;
    const selection = selectionArguments(question.state, question.lport);
    if (!args.flag("names")) return askAndPrint(args, "plug/status", [...format(args), ...selection]);
    const answer = await ask(args, "plug/status", ["json", ...selection]);
    if (!answer.ok || !answer.value.ok) return printRefusal(answer);
    for (const name of namesOf(answer.value.text)) printLine(name);
    return EXIT.ok;
  },
};
