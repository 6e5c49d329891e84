/** `vifplugd check`: reads the configuration, prints each error with its place, connects to nothing. */
import { loadConfig } from "../config/load.ts";
import { CONFIG_OPTION, type Command, EXIT, printLine } from "./command.ts";
import { printConfigErrors } from "./config-errors.ts";

export const check: Command = {
  name: "check",
  usage: "[--config FILE]",
  summary: "validate the configuration and print each error with its place",
  exits: "0, 78 if it is not valid",
  options: [CONFIG_OPTION],
  positionals: 0,
  run(args) {
    const loaded = loadConfig(args.text("config"));
    if (loaded.ok) return EXIT.ok;
    printConfigErrors(loaded.error, printLine);
    return EXIT.config;
  },
};
