#!/usr/bin/env bun
/** The program's entry: the command line to a sub-command, and its answer to the exit code. */
import { EXIT, printError } from "./cli/command.ts";
import { commands } from "./cli/commands.ts";
import { parseCommandLine } from "./cli/parse.ts";

let isOutputLost = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever reads it may leave (`vifplugd status | head -1`): no reason to fail.
  if (error.code === "EPIPE" || isOutputLost) return;
  isOutputLost = true;
  process.exitCode = EXIT.failed;
  printError(`vifplugd: cannot write to standard output: ${error.message}`);
});
// So may a log collector; and of a log that cannot be written nobody can be told.
process.stderr.on("error", () => {});

const invocation = parseCommandLine(process.argv.slice(2), commands);
if (invocation.ok) {
  const { command, args } = invocation.value;
  const code = await command.run(args);
  process.exitCode = isOutputLost ? EXIT.failed : code;
} else {
  printError(`vifplugd: ${invocation.error}`);
  process.exitCode = EXIT.usage;
}
