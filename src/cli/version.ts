/** `vifplugd version`: prints the name and the version on the first line, and below the facts that a bug report needs. */

import { builtinProviders, providerModules } from "../providers/builtin.ts";
import { facts } from "../terminal/table.ts";
import { COMMIT, RUNTIME, TARGET, VERSION } from "../version.ts";
import type { Identity } from "../view/program-shapes.ts";
import { type Command, DONE, EXIT, JSON_OPTION, printLine } from "./command.ts";
import { terminalStyle } from "./terminal.ts";

export const version: Command = {
  name: "version",
  usage: "[--json]",
  summary: "print the version, commit, target and runtime of the executable",
  exits: [DONE],
  examples: [{ line: "version --json", does: "print the version, commit, target, runtime and providers" }],
  files: [],
  options: [JSON_OPTION],
  positionals: 0,
  run(args) {
    const identity: Identity = {
      version: VERSION,
      commit: COMMIT,
      target: TARGET,
      runtime: RUNTIME,
      providers: builtinProviders.map(({ type }) => type),
      linked: providerModules.slice(builtinProviders.length).map(({ type }) => type),
    };
    if (args.flag("json")) {
      printLine(JSON.stringify(identity));
      return EXIT.ok;
    }
    const { commit, target, runtime } = identity;
    const rows = Object.entries({
      ...{ commit, target, runtime },
      providers: identity.providers.join(", "),
      linked: identity.linked.join(", ") || "none",
    });
    printLine(`vifplugd ${VERSION}`);
    printLine(facts(rows, terminalStyle()).trimEnd());
    return EXIT.ok;
  },
};
