/** The table of the sub-commands in docs/operating.md. */
import { type Command, exitsText } from "../../src/cli/command.ts";
import { markdownTable } from "./markdown.ts";

const HEAD = ["command", "does", "exit"] as const;

export function commandTable(commands: readonly Command[]): string {
  const rows = commands.map(({ name, usage, summary, exits }) => [
    `\`${`vifplugd ${name} ${usage}`.trimEnd().replaceAll("|", "\\|")}\``,
    summary,
    exitsText(exits),
  ]);
  return markdownTable([HEAD, ...rows]);
}
