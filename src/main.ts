#!/usr/bin/env bun
/** The entry of the program: runs the sub-command of the command line, and ends with its exit code. */
import { EXIT, printError } from "./cli/command.ts";
import { commands } from "./cli/commands.ts";
import { parseCommandLine } from "./cli/parse.ts";

let isOutputLost = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader may leave (`vifplugd status | head -1`): no reason to fail.
  if (error.code === "EPIPE" || isOutputLost) return;
  isOutputLost = true;
  process.exitCode = EXIT.failed;
  printError(`vifplugd: cannot write to standard output: ${error.message}`);
});
// A log collector may leave too, and nobody can be told that standard error cannot be written.
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
