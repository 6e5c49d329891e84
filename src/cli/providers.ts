/** `vifplugd providers`: the built-in provider types, and the logical port's options that each reads. */

import { providerModules } from "../providers/builtin.ts";
import type { ReadOption } from "../providers/provider.ts";
import { hang, paint, type Style } from "../terminal/style.ts";
import { VERSION } from "../version.ts";
import {
  type Arguments,
  CONFIG_OPTION,
  type Command,
  EXIT,
  JSON_OPTION,
  printError,
  printLine,
} from "./command.ts";
import { isConfigValid } from "./config-errors.ts";
import { representorPorts } from "./representor-ports.ts";
import { terminalStyle } from "./terminal.ts";

/** Options that vifplugd itself reads, whatever the provider. */
const COMMON: readonly ReadOption[] = [
  { name: "vif-plug-type", meaning: "the plug type, which chooses the provider (also: plug-type)" },
  { name: "vif-plug-mtu-request", meaning: "the interface's mtu_request, in bytes (also: plug-mtu-request)" },
];

/** What `providers SUBJECT...` shows besides, by its words. */
const subjects: ReadonlyMap<string, (args: Arguments) => number | Promise<number>> = new Map([
  ["representor ports", representorPorts],
]);

/** As `vifplugd providers --json` prints it. */
interface Listing {
  readonly version: string;
  readonly options: readonly ReadOption[];
  readonly providers: readonly {
    readonly type: string;
    readonly summary: string;
    readonly options: readonly ReadOption[];
  }[];
}

export const providers: Command = {
  name: "providers",
  usage: "[representor ports] [--json] [--config FILE]",
  summary: "the provider types and the options that each reads; the ports that one sees",
  exits: "0, 1 if they cannot be read, 78 if the configuration is not valid",
  options: [JSON_OPTION, CONFIG_OPTION],
  positionals: 0,
  optionalPositionals: 2,
  run(args) {
    const words = args.positionals.join(" ");
    if (words !== "") {
      const show = subjects.get(words);
      if (show !== undefined) return show(args);
      printError(`vifplugd: providers: unknown subject ${JSON.stringify(words)}; try vifplugd providers`);
      return EXIT.usage;
    }
    // The listing is the same with any configuration; it is told all the same.
    isConfigValid(args, "providers");
    const listing = list();
    printLine(args.flag("json") ? JSON.stringify(listing) : format(listing, terminalStyle()).trimEnd());
    return EXIT.ok;
  },
};

function list(): Listing {
  return {
    version: VERSION,
    options: COMMON,
    providers: providerModules.map(({ type, summary, reads }) => ({ type, summary, options: reads })),
  };
}

function format(listing: Listing, style: Style): string {
  const blocks = listing.providers.map(({ type, summary, options }) => {
    const head = hang(`${type}: `, summary, style);
    return paint(style, "bold", type) + head.slice(type.length) + optionLines(options, style);
  });
  const common = `Every provider's logical ports:\n${optionLines(listing.options, style)}`;
  return [...blocks, common].join("\n");
}

function optionLines(options: readonly ReadOption[], style: Style): string {
  if (options.length === 0) return "  reads no option of its own\n";
  return options.map(({ name, meaning }) => `  ${name}\n${hang("      ", meaning, style)}`).join("");
}
