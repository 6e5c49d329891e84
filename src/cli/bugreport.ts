/**
 * `vifplugd bugreport [FILE]`: everything that a person needs to find a fault from afar, in one compressed text.
 *
 * Invariant: the report has no secrets. The command reads no file but the configuration. Of the options of a provider the report
 * has only the names, and a URL has no user part.
 */
import { closeSync, existsSync, writeSync } from "node:fs";
import { hostname, release } from "node:os";
import { gzipSync } from "node:zlib";
import { formatConfigError } from "../config/error.ts";
import { DEFAULT_CONFIG_FILE, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { type NoAnswer, questionDaemon } from "../control/client.ts";
import type { CommandAnswer } from "../control/command.ts";
import { type Result, systemMessageOf } from "../result.ts";
import { createNamed } from "../system/open-file.ts";
import { cutSentence } from "../text/cut.ts";
import { COMMIT, RUNTIME, TARGET, VERSION } from "../version.ts";
import { troubledOf } from "./answered-ports.ts";
import { placeToAsk } from "./ask.ts";
import { CONFIG_OPTION, type Command, DONE, EXIT, printError, printLine } from "./command.ts";
import { TO_ASK } from "./files.ts";

/** The most ports in trouble that the report explains. */
const EXPLAINED = 50;

/** The question whose answer names the ports in trouble. */
const STATUS: Question = ["plug/status", "json"];

/** The questions to the daemon, in the order of the report. */
const QUESTIONS: readonly Question[] = [
  STATUS,
  ["connection-status"],
  ["inc-engine/graph", "text"],
  ["inc-engine/show-stats"],
  ["stopwatch/show"],
  ["coverage/show"],
  ["memory/show"],
  ["vlog/list"],
  ["log/tail", "1000"],
];

/** The name that stands for standard output. */
const STANDARD_OUTPUT = "-";

interface Section {
  readonly title: string;
  readonly text: string;
}

export const bugreport: Command = {
  name: "bugreport",
  usage: "[FILE] [--config FILE]",
  summary: "make one compressed file to attach to a report, without secrets",
  exits: [DONE, { code: EXIT.failed, when: "if the file cannot be written" }],
  examples: [
    { line: "bugreport", does: "make a new file in this folder, named after the time" },
    { line: "bugreport /tmp/hv1.txt.gz", does: "make that file, which must not exist yet" },
    { line: "bugreport - | zless", does: "show the report, and make no file" },
  ],
  files: TO_ASK,
  options: [CONFIG_OPTION],
  positionals: 0,
  optionalPositionals: 1,
  async run(args) {
    const [file = defaultName()] = args.positionals;
    const sections = await gather(args.text("config"));
    const report = redacted(sections.map(({ title, text }) => `== ${title}\n${text.trimEnd()}\n`).join("\n"));
    if (file === STANDARD_OUTPUT) return printReport(gzipSync(report));
    try {
      write(file, gzipSync(report));
    } catch (thrown) {
      printError(`vifplugd: cannot write the report to ${file}: ${systemMessageOf(thrown)}`);
      return EXIT.failed;
    }
    printLine(`${file}: ${sections.length} sections; read it with zless before you send it`);
    return EXIT.ok;
  },
};

function printReport(bytes: Uint8Array): number {
  if (process.stdout.isTTY) {
    printError("vifplugd: bugreport: a terminal shows no compressed text; try vifplugd bugreport - | zless");
    return EXIT.usage;
  }
  process.stdout.write(bytes);
  return EXIT.ok;
}

async function gather(configFile: string | null): Promise<readonly Section[]> {
  const config = loadConfig(configFile);
  const head = [program(), configuration(config, configFile)];
  const asked = placeToAsk(config, configFile !== null);
  return asked.ok ? [...head, ...(await daemonSections(askerOf(asked.value.runDir)))] : head;
}

function program(): Section {
  const facts = [
    `vifplugd ${VERSION}, commit ${COMMIT}, target ${TARGET}, ${RUNTIME}`,
    `kernel ${release()}, ${process.arch}`,
    `made ${new Date().toISOString()} on ${hostname()}`,
  ];
  return { title: "program", text: facts.join("\n") };
}

/** Names the file: a daemon that was started with another file has another configuration. */
function configuration(config: ReturnType<typeof loadConfig>, configFile: string | null): Section {
  const title = "configuration, as it is on disk now";
  if (!config.ok) return { title, text: config.error.map(formatConfigError).join("\n") };
  const file = configFile ?? DEFAULT_CONFIG_FILE;
  const origin = existsSync(file) ? file : `${file} does not exist, so these are the defaults`;
  return { title, text: `${origin}\n${JSON.stringify(withoutSecrets(config.value), null, 2)}` };
}

/** Hides every option of a provider, because any option may be a password. */
function withoutSecrets(config: Config): object {
  const providers = config.providers.map(({ type, match, options }) => {
    const keys = typeof options === "object" && options !== null ? Object.keys(options) : [];
    return { type, match, options: Object.fromEntries(keys.map((key) => [key, "***"])) };
  });
  return { ...config, providers };
}

type Question = readonly [method: string, ...params: readonly string[]];
type Ask = (question: Question) => Promise<Result<CommandAnswer, NoAnswer>>;

function askerOf(runDir: string): Ask {
  return ([method, ...params]) => questionDaemon(runDir, method, params);
}

/** All that the daemon tells of itself. A daemon that hangs is waited for once, and then asked nothing more. */
export async function daemonSections(ask: Ask): Promise<readonly Section[]> {
  const sections: Section[] = [];
  const rest = [...QUESTIONS];
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    const title = cutSentence(next.join(" "));
    const answer = await ask(next);
    sections.push({ title, text: textOf(answer) });
    if (next === STATUS) {
      const troubled = troubledOf(textOf(answer)).slice(0, EXPLAINED);
      rest.push(...troubled.map((lport): Question => ["plug/explain", lport, "json"]));
    }
    if (!answer.ok && answer.error.isSilent && rest.length > 0) {
      const left = rest.map((question) => cutSentence(question.join(" "))).join("\n");
      sections.push({ title: "not asked, because the daemon does not answer", text: left });
      break;
    }
  }
  return sections;
}

function textOf(answer: Result<CommandAnswer, NoAnswer>): string {
  if (!answer.ok) return `no answer: ${answer.error.message}`;
  return answer.value.ok ? answer.value.text : `refused: ${answer.value.text}`;
}

/** Hides what stands between `://` and `@`. Exported for tests: a word without end, as a tenant may choose, costs no more time. */
export function redacted(report: string): string {
  return report.replaceAll(/:\/\/[^/@\s"']+@/g, "://***@");
}

/** The name of a file in the present folder. An existing file is never overwritten. */
function defaultName(): string {
  return `vifplugd-bugreport-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")}.txt.gz`;
}

function write(file: string, bytes: Uint8Array): void {
  const fd = createNamed(file);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
  } finally {
    closeSync(fd);
  }
}
