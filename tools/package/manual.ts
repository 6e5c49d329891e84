/**
 * The manual pages vifplugd(8) and vifplugd.yaml(5), made from the same tables as `help`, docs/ and the JSON Schema. This file
 * writes the source for scdoc, and scdoc makes the pages for man(1).
 */
import { type Command, EXIT, exitsText } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { FILES } from "../../src/cli/files.ts";
import { configSchema } from "../../src/config/schema.ts";
import { configRows } from "../generate/config-table.ts";
import { readSchema } from "../generate/schema-keys.ts";
import { run } from "./inputs.ts";

export interface ManualPage {
  /** As in `man 8 vifplugd`. */
  readonly section: 5 | 8;
  readonly name: string;
  readonly source: string;
}

/** The meaning of each exit code, for all commands. */
const EXIT_CODES: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "Done. Of *plan*: there is nothing to do.",
  failed: "It failed; standard error says why. Of *explain*: the logical port is not known.",
  differs: "Of *plan*: there are changes to make.",
  usage: "The command line is wrong.",
  config: "The configuration is not valid; each error names its file, line and column.",
};

const ENVIRONMENT = [
  ["OVS_RUNDIR", "The folder of Open vSwitch's sockets, where the configuration names none."],
  ["NO_COLOR, TERM, COLUMNS", "How what people read is written to a terminal."],
  ["PATH, LANG", "Handed to the programs of providers that are commands."],
  ["NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, JOURNAL_STREAM", "Set by *systemd*(1)."],
] as const;

const SIGNALS = [
  ["SIGHUP", "Read the configuration anew; a file that is not valid changes nothing, and the log says why."],
  ["SIGTERM, SIGINT", "End, within seconds. Plugged ports stay plugged."],
  ["SIGUSR1, SIGUSR2", "Nothing but a line in the log."],
] as const;

export function manualPages(version: string): readonly ManualPage[] {
  return [
    { section: 8, name: "vifplugd", source: programPage(version) },
    { section: 5, name: "vifplugd.yaml", source: configurationPage(version) },
  ];
}

/** The page for man(1). @param date seconds since the epoch */
export async function render({ source }: ManualPage, date: number, scratch: string): Promise<string> {
  const file = `${scratch}/page.scd`;
  await Bun.write(file, source);
  return run(["sh", "-c", `scdoc <"$0"`, file], scratch, { SOURCE_DATE_EPOCH: String(date) });
}

function programPage(version: string): string {
  return [
    `vifplugd(8) "vifplugd ${version}" "System administration"`,
    section("NAME", "vifplugd - plugs VIFs on an OVN chassis, beside an unmodified ovn-controller"),
    section("SYNOPSIS", "*vifplugd* [_COMMAND_] [_OPTION_]..."),
    section(
      "DESCRIPTION",
      "In OVN a logical port becomes real when somebody creates a Port and an Interface with external\\_ids:iface-id on the integration bridge of its chassis. *vifplugd* does so for the logical ports that have *vif-plug-type* among their options and are requested on this chassis: a _provider_ of that type says which interface realises the port, and *vifplugd* writes it to the local Open\\_vSwitch database. It writes nothing to the Southbound.",
    ),
    section("COMMANDS", ...commands.map(commandText)),
    section(
      "EXIT STATUS",
      ...Object.entries(EXIT_CODES).map(([name, meaning]) => entry(String(codeOf(name)), meaning)),
    ),
    section("SIGNALS", ...SIGNALS.map(([name, meaning]) => entry(`*${name}*`, meaning))),
    section("ENVIRONMENT", ...ENVIRONMENT.map(([name, meaning]) => entry(bold(name), meaning))),
    section("FILES", ...FILES.map(({ path, is }) => entry(bold(path), sentence(plain(is))))),
    section(
      "CONTROL",
      "The daemon answers to *ovs-appctl -t vifplugd* _COMMAND_; *list-commands* lists what it can be asked, in the forms of Open vSwitch and OVN.",
    ),
    section("SEE ALSO", "*vifplugd.yaml*(5), *ovn-controller*(8), *ovs-vsctl*(8), *ovs-appctl*(8)"),
  ].join("\n");
}

function configurationPage(version: string): string {
  const rows = configRows(readSchema(configSchema));
  return [
    `vifplugd.yaml(5) "vifplugd ${version}" "File formats"`,
    section("NAME", "vifplugd.yaml - the configuration of vifplugd"),
    section(
      "DESCRIPTION",
      "A file in YAML, of which every key is optional. The list of providers is all that has to be written on a chassis that *ovn-controller*(8) runs on: the chassis' name, the integration bridge and the Southbound are read from the Open\\_vSwitch row, as *ovn-controller* reads them, and external\\_ids:_KEY_-_CHASSIS_ beats external\\_ids:_KEY_.",
      "*vifplugd check* validates the file. *vifplugd run* refuses one that is not valid with exit code 78; on SIGHUP the daemon reads the file anew.",
    ),
    section(
      "KEYS",
      ...rows.map(([key = "", value = "", otherwise = "", is = ""]) => keyText(key, value, otherwise, is)),
    ),
    section(
      "EXAMPLE",
      "Logical ports whose options have *vif-plug-type=representor* are plugged on this chassis:",
      "```\nproviders:\n  - type: representor\n```",
    ),
    section("SEE ALSO", "*vifplugd*(8)"),
  ].join("\n");
}

function section(title: string, ...paragraphs: readonly string[]): string {
  return `\n# ${title}\n\n${paragraphs.join("\n\n")}\n`;
}

/** A term with its meaning indented below. */
function entry(term: string, meaning: string): string {
  return `${term}\n\t${meaning}`;
}

function commandText({ name, usage, summary, options, exits, examples, notes }: Command): string {
  const lines = [sentence(plain(summary)), `Exit code: ${plain(exitsText(exits))}.`];
  const text = entry(bold(`${name} ${usage}`.trimEnd()), lines.join(" "));
  const own = options.map((option) => `\n\t${bold(`--${option.name}`)}: ${plain(option.meaning)}`);
  const more = (notes?.rows ?? []).map(([key, meaning]) => `\n\t${bold(key)}: ${plain(meaning)}`);
  const shown = examples.map(({ line, does }) => `\n\t${bold(`vifplugd ${line}`)}: ${plain(does)}`);
  return [text, ...own, ...more, ...shown].join("\n");
}

function keyText(key: string, value: string, otherwise: string, is: string): string {
  const facts = [marked(value), otherwise === "" ? "" : `default: ${marked(otherwise)}`];
  const known = facts.filter((fact) => fact !== "").join("; ");
  return entry(marked(key), `${marked(is)} (${known})`);
}

function codeOf(name: string): number | undefined {
  return Object.entries(EXIT).find(([known]) => known === name)?.[1];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** A cell of a Markdown table. Text between backticks becomes bold. */
function marked(markdown: string): string {
  const parts = markdown.replaceAll("\\|", "|").split("`");
  return parts.map((part, index) => (index % 2 === 1 ? bold(part) : literal(part))).join("");
}

/** A text of `help`, where backticks mark text to type. */
function plain(text: string): string {
  return marked(text);
}

function bold(text: string): string {
  return text === "" ? "" : `*${literal(text)}*`;
}

function literal(text: string): string {
  return text.replace(/[\\*_#<>~[\]]/g, "\\$&");
}
