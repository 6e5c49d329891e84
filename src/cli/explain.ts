/** `vifplugd explain LPORT`: why that logical port is plugged, or is not. */
import { askAndPrint, format } from "./ask.ts";
import { CONFIG_OPTION, type Command, JSON_OPTION } from "./command.ts";

export const explain: Command = {
  name: "explain",
  usage: "LPORT [--json] [--config FILE]",
  summary: "why that logical port is plugged, or is not",
  exits: "0, 1 unknown",
  options: [JSON_OPTION, CONFIG_OPTION],
  positionals: 1,
  run: (args) => askAndPrint(args, "plug/explain", [...args.positionals, ...format(args)]),
};
