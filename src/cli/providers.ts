/** `vifplugd providers`: lists the built-in provider types, and the options of a logical port that each type reads. */

import { loadConfig } from "../config/load.ts";
import type { ProviderConfig } from "../config/provider-entries.ts";
import { providerModules } from "../providers/builtin.ts";
import { isHosted } from "../providers/hosted.ts";
import type { ReadOption } from "../providers/provider.ts";
import { hang, paint, type Style } from "../terminal/style.ts";
import { VERSION } from "../version.ts";
import type { ProviderListing } from "../view/program-shapes.ts";
import { checkOneProvider } from "./check-provider.ts";
import {
  type Arguments,
  CONFIG_OPTION,
  type Command,
  DONE,
  EXIT,
  type ExitCode,
  JSON_OPTION,
  printError,
  printLine,
} from "./command.ts";
import { isConfigValid } from "./config-errors.ts";
import { TO_ASK } from "./files.ts";
import { BroughtUp, isOwn } from "./own-providers.ts";
import { representorPorts } from "./representor-ports.ts";
import { representorRecord } from "./representor-record.ts";
import { terminalStyle } from "./terminal.ts";

/** Options that vifplugd itself reads, for every provider. */
const COMMON: readonly ReadOption[] = [
  { name: "vif-plug-type", meaning: "the plug type, which chooses the provider (also: plug-type)" },
  { name: "vif-plug-mtu-request", meaning: "the interface's mtu_request, in bytes (also: plug-mtu-request)" },
];

/** The list of the types is printed all the same. */
const OF_CHECK: ExitCode = { code: EXIT.config, when: "if check finds that the configuration is not valid" };

/** A further command `providers WORDS...`. */
interface Subject {
  readonly words: readonly string[];
  /** The name in the usage of the argument after the words; null: none. */
  readonly operand: string | null;
  run(args: Arguments): number | Promise<number>;
}

const subjects: readonly Subject[] = [
  { words: ["representor", "ports"], operand: null, run: representorPorts },
  { words: ["representor", "record"], operand: "FILE", run: representorRecord },
  { words: ["check"], operand: "TYPE", run: checkOneProvider },
];

export const providers: Command = {
  name: "providers",
  usage:
    "[representor ports | representor record FILE | check TYPE [--lport 'NAME KEY=VALUE...'] [--effects]] [--json] [--seconds N] [--plain] [--config FILE]",
  summary:
    "list the provider types with their options; list or record the NIC ports that a provider sees; check that a provider keeps to the contract",
  exits: [DONE, { code: EXIT.failed, when: "if the ports cannot be read, or a check fails" }, OF_CHECK],
  examples: [
    { line: "providers", does: "list the types, and the options of a logical port that each type reads" },
    {
      line: "providers representor ports",
      does: "list the functions of the NICs here, with the ports that use them",
    },
    {
      line: "providers representor record nic.jsonl --seconds 60",
      does: "record the kernel's messages about the NICs for a minute, in a file that must not exist yet",
    },
    {
      line: "providers check acme --lport 'web1 vif-plug-type=acme'",
      does: "check that the provider acme keeps to the contract",
    },
  ],
  files: TO_ASK,
  options: [
    JSON_OPTION,
    CONFIG_OPTION,
    { name: "seconds", type: "string", meaning: "for record: the duration; default 10" },
    {
      name: "plain",
      type: "boolean",
      meaning: "for record: keep addresses, instead of replacing them",
    },
    { name: "lport", type: "string", meaning: "for check: ask about this logical port with these options" },
    {
      name: "effects",
      type: "boolean",
      meaning: "for check: call finish too, which may act on plugged interfaces",
    },
  ],
  positionals: 0,
  optionalPositionals: 3,
  async run(args) {
    const given = args.positionals;
    if (given.length > 0) {
      const meant = subjects.find((subject) => isMeant(subject, given));
      if (meant !== undefined) return meant.run(args);
      printError(`vifplugd: ${misunderstood(given)}; try vifplugd help providers`);
      return EXIT.usage;
    }
    // Built-in types do not depend on the configuration: they are listed also when it is not valid.
    const entries = isConfigValid(args, "providers") ? ownEntries(args) : [];
    const own = await Promise.all(entries.map(describeOwn));
    const listing = list(own);
    printLine(args.flag("json") ? JSON.stringify(listing) : format(listing, terminalStyle()).trimEnd());
    return EXIT.ok;
  },
};

function isMeant({ words, operand }: Subject, given: readonly string[]): boolean {
  const length = words.length + (operand === null ? 0 : 1);
  return given.length === length && words.every((word, index) => given[index] === word);
}

/** Says why the words name no command. */
function misunderstood(given: readonly string[]): string {
  const [first = ""] = given;
  const near = subjects.filter(({ words }) => words[0] === first);
  if (near.length === 0) return `providers: unknown subject ${JSON.stringify(given.join(" "))}`;
  const forms = near.map(({ words, operand }) => [...words, operand ?? []].flat().join(" "));
  return `providers ${first}: expected ${forms.join(" or ")}`;
}

function ownEntries(args: Arguments): readonly ProviderConfig[] {
  const loaded = loadConfig(args.text("config"));
  return loaded.ok ? loaded.value.providers.filter(isOwn) : [];
}

/** Describes somebody else's provider: starts it and ends it. */
async function describeOwn(entry: ProviderConfig): Promise<ProviderListing["providers"][number]> {
  const up = await BroughtUp.start(entry);
  const description = isHosted(up.provider) ? up.provider.describe() : null;
  const error = up.fault();
  await up.end();
  const { summary = "", reads = [] } = description ?? {};
  return { type: entry.type, summary, options: reads, error };
}

function list(own: ProviderListing["providers"]): ProviderListing {
  return {
    version: VERSION,
    options: COMMON,
    providers: [
      ...providerModules.map(({ type, summary, reads }) => ({ type, summary, options: reads, error: null })),
      ...own,
    ],
  };
}

function format(listing: ProviderListing, style: Style): string {
  const blocks = listing.providers.map(({ type, summary, options, error }) => {
    const head = hang(`${type}: `, error ?? summary, style);
    return paint(style, "bold", type) + head.slice(type.length) + optionLines(options, style);
  });
  const common = `Every provider's logical ports:\n${optionLines(listing.options, style)}`;
  return [...blocks, common].join("\n");
}

function optionLines(options: readonly ReadOption[], style: Style): string {
  if (options.length === 0) return "  reads no option of its own\n";
  return options.map(({ name, meaning }) => `  ${name}\n${hang("      ", meaning, style)}`).join("");
}
