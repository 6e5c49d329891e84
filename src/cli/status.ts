/** `vifplugd status`: the running daemon's state. */
import { namesOf } from "./answered-ports.ts";
import { ask, askAndPrint, format, printRefusal } from "./ask.ts";
import { CONFIG_OPTION, type Command, EXIT, JSON_OPTION, printLine } from "./command.ts";

export const status: Command = {
  name: "status",
  usage: "[--json | --names] [--config FILE]",
  summary: "the running daemon's state",
  exits: "0, 1 if no daemon answers",
  options: [
    JSON_OPTION,
    {
      name: "names",
      type: "boolean",
      meaning: "print the logical ports' names alone, one a line",
    },
    CONFIG_OPTION,
  ],
  positionals: 0,
  async run(args) {
    if (!args.flag("names")) return askAndPrint(args, "plug/status", format(args));
    const answer = await ask(args, "plug/status", ["json"]);
    if (!answer.ok || !answer.value.ok) return printRefusal(answer);
    for (const name of namesOf(answer.value.text)) printLine(name);
    return EXIT.ok;
  },
};
