/** `vifplugd plan`: prints the changes that `run` would write now, without writing and without a lock. */
import { readSystemIdOverride } from "../config/effective.ts";
import { loadConfig } from "../config/load.ts";
import { makePlan } from "../daemon/planner.ts";
import { onStrayErrors } from "../system/stray-errors.ts";
import { showPlan, summarizePlan } from "../terminal/show-plan.ts";
import { CONFIG_OPTION, type Command, EXIT, JSON_OPTION, printError, printLine } from "./command.ts";
import { printConfigErrors } from "./config-errors.ts";
import { TO_CONNECT } from "./files.ts";
import { terminalStyle } from "./terminal.ts";

export const plan: Command = {
  name: "plan",
  usage: "[--json | --summary] [--config FILE]",
  summary: "print the changes that run would write, and write nothing",
  exits: [
    { code: EXIT.ok, when: "if nothing would change" },
    { code: EXIT.differs, when: "if something would change" },
    { code: EXIT.failed, when: "if the plan cannot be made" },
  ],
  examples: [
    { line: "plan", does: "print the changes for this chassis; write nothing, take no lock" },
    { line: "plan --config new.yaml", does: "print the changes of another configuration" },
    { line: "plan --summary", does: "print one line, to collect from many chassis" },
  ],
  files: TO_CONNECT,
  options: [
    JSON_OPTION,
    { name: "summary", type: "boolean", meaning: "print one line, for the plans of many chassis" },
    CONFIG_OPTION,
  ],
  exclusive: ["json", "summary"],
  positionals: 0,
  async run(args) {
    const loaded = loadConfig(args.text("config"));
    if (!loaded.ok) {
      printConfigErrors(loaded.error, printError);
      return EXIT.failed;
    }
    const planned = await makePlan({
      config: loaded.value,
      systemIdOverride: readSystemIdOverride(),
      warn: (message) => printError(`vifplugd: plan: ${message}`),
      onStrayErrors,
    });
    if (!planned.ok) {
      printError(`vifplugd: plan: ${planned.error}`);
      return EXIT.failed;
    }
    const text = args.flag("json")
      ? JSON.stringify(planned.value)
      : args.flag("summary")
        ? summarizePlan(planned.value)
        : showPlan(planned.value, terminalStyle()).trimEnd();
    printLine(text);
    return planned.value.changes.length === 0 ? EXIT.ok : EXIT.differs;
  },
};
