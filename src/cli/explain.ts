/** `vifplugd explain LPORT`: explains why a logical port is plugged or not. */
import { askAndPrint, format } from "./ask.ts";
import { CONFIG_OPTION, type Command, DONE, EXIT, JSON_OPTION } from "./command.ts";
import { TO_ASK } from "./files.ts";

export const explain: Command = {
  name: "explain",
  usage: "LPORT [--json] [--config FILE]",
  summary: "explain why the logical port is plugged or not",
  exits: [DONE, { code: EXIT.failed, when: "if the logical port is unknown, or no daemon answers" }],
  examples: [
    { line: "explain web1", does: "print every condition of the port, and which condition does not hold" },
    { line: "explain web1 --json", does: "the same, for a program" },
  ],
  files: TO_ASK,
  options: [JSON_OPTION, CONFIG_OPTION],
  positionals: 1,
  run: (args) => askAndPrint(args, "plug/explain", [...args.positionals, ...format(args)]),
};
