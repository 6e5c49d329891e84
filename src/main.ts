#!/usr/bin/env bun
/** The program's entry: the command line to a sub-command, and its answer to the exit code. */
import { EXIT, printError } from "./cli/command.ts";
import { commands } from "./cli/commands.ts";
import { parseCommandLine } from "./cli/parse.ts";

// Whoever read our output may leave (`vifplugd status | head -1`, a log collector that ends): no reason to fail.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const invocation = parseCommandLine(process.argv.slice(2), commands);
if (invocation.ok) {
  const { command, args } = invocation.value;
  process.exitCode = await command.run(args);
} else {
  printError(`vifplugd: ${invocation.error}`);
  process.exitCode = EXIT.usage;
}
