/** `vifplugd status`: the running daemon's state. */
import { askAndPrint, format } from "./ask.ts";
import { CONFIG_OPTION, type Command, JSON_OPTION } from "./command.ts";

export const status: Command = {
  name: "status",
  usage: "[--json] [--config FILE]",
  summary: "the running daemon's state",
  options: [JSON_OPTION, CONFIG_OPTION],
  positionals: 0,
  run: (args) => askAndPrint(args, "plug/status", format(args)),
};
