/** `vifplugd check`: reads the configuration and prints each error with its place, without any connection. */
import { DEFAULT_CONFIG_FILE, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { printable } from "../text/printable.ts";
import { CONFIG_OPTION, type Command, DONE, EXIT, NOT_VALID, printLine } from "./command.ts";
import { printConfigErrors } from "./config-errors.ts";
import { CONFIG_FILE } from "./files.ts";
import { BroughtUp, isOwn } from "./own-providers.ts";

export const check: Command = {
  name: "check",
  usage: "[--providers] [--config FILE]",
  summary: "validate the configuration and print each error with its place; a valid file prints nothing",
  exits: [DONE, NOT_VALID],
  examples: [
    { line: "check", does: "print the errors in the configuration of this machine" },
    {
      line: "check --providers --config new.yaml",
      does: "check another configuration, and start its commands and load its modules",
    },
  ],
  files: [CONFIG_FILE],
  options: [
    CONFIG_OPTION,
    {
      name: "providers",
      type: "boolean",
      meaning: "also start the providers' commands and load their modules",
    },
  ],
  positionals: 0,
  async run(args) {
    const loaded = loadConfig(args.text("config"));
    if (!loaded.ok) {
      printConfigErrors(loaded.error, printLine);
      return EXIT.config;
    }
    if (!args.flag("providers")) return EXIT.ok;
    const faults = await providerFaults(loaded.value, args.text("config") ?? DEFAULT_CONFIG_FILE);
    for (const fault of faults) printLine(printable(fault));
    return faults.length === 0 ? EXIT.ok : EXIT.config;
  },
};

/** The faults of providers, each with the place of the refused option or of the provider. */
async function providerFaults({ providers }: Config, file: string): Promise<readonly string[]> {
  const faults = await Promise.all(
    providers.filter(isOwn).map(async (entry) => {
      const up = await BroughtUp.start(entry);
      const fault = up.fault();
      await up.end();
      if (fault === null) return [];
      return [fault.startsWith(`${file}:`) ? fault : `${entry.place}: provider ${entry.type}: ${fault}`];
    }),
  );
  return faults.flat();
}
