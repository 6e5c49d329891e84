// What a person reads who asks how to use a command.
import { describe, expect, test } from "bun:test";
import { CONFIG_OPTION, EXIT, exitsText } from "../../src/cli/command.ts";
import { commandHelp, commands, helpText } from "../../src/cli/commands.ts";
import { CONFIG_FILE, FILES } from "../../src/cli/files.ts";
import { parseCommandLine } from "../../src/cli/parse.ts";
import { PLAIN } from "../../src/terminal/style.ts";
import { columnsOf } from "../../src/terminal/width.ts";
import { commandTable } from "../../tools/generate/command-table.ts";
import { manualPages } from "../../tools/package/manual.ts";

/** As a shell splits it; what it does with pipes and files comes after the words. */
function words(line: string): readonly string[] {
  const [command = ""] = line.split(/ [|>]/);
  return Array.from(command.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? "");
}

describe.each(commands.map((command) => [command.name, command] as const))("help %s", (name, command) => {
  const help = commandHelp(command, PLAIN);

  test("fits 80 columns", () => {
    expect(help.split("\n").filter((line) => columnsOf(line) > PLAIN.width)).toEqual([]);
  });

  test("has examples, each a command line of that command that is understood", () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { line, does } of command.examples) {
      expect(help).toContain(`vifplugd ${line}`);
      const parsed = parseCommandLine(words(line), commands);
      expect({ line, command: parsed.ok ? parsed.value.command.name : parsed.error }).toEqual({
        line,
        command: name,
      });
      expect(does).not.toBe("");
    }
  });

  test("has every exit code, 64 among them", () => {
    for (const code of [...command.exits.map((exit) => exit.code), EXIT.usage]) {
      expect(help).toMatch(new RegExp(`^  ${code} `, "m"));
    }
    expect(command.exits.map(({ code }) => code)).toContain(EXIT.ok);
  });

  test("has every option, and the files that it reads", () => {
    for (const option of command.options) expect(help).toContain(`--${option.name}`);
    for (const { path } of command.files) expect(help).toContain(path);
    // Whoever takes --config reads the configuration.
    expect(command.files.includes(CONFIG_FILE)).toBe(command.options.includes(CONFIG_OPTION));
  });
});

test("the list of commands has each of them, and fits 80 columns", () => {
  const text = helpText(PLAIN);
  expect(text.split("\n").filter((line) => columnsOf(line) > PLAIN.width)).toEqual([]);
  for (const { name } of commands) expect(text).toMatch(new RegExp(`^  ${name}\\b`, "m"));
});

test("the manual page and the table of commands are of the same words", () => {
  const manual = manualPages("1.2.3")[0]?.source.replaceAll("\\", "") ?? "";
  const table = commandTable(commands);
  for (const { examples, exits } of commands) {
    for (const { line } of examples) expect(manual).toContain(`vifplugd ${line}`.replaceAll("\\", ""));
    expect(manual).toContain(exitsText(exits));
    expect(table).toContain(exitsText(exits));
  }
  for (const { path } of FILES) expect(manual).toContain(path);
});
