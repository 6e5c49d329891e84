/** `vifplugd replay FILE`: repeats the decisions of a record, and prints each decision as a line of JSON. */
import { createReadStream } from "node:fs";
import { formatDecision } from "../record/decision.ts";
import { recordLines } from "../record/record-lines.ts";
import { Replayer } from "../record/replayer.ts";
import { systemMessageOf } from "../result.ts";
import { type Command, DONE, EXIT, printError, printLine } from "./command.ts";

export const replay: Command = {
  name: "replay",
  usage: "FILE [--until RUN]",
  summary: "repeat the decisions of a record that `run --record FILE` wrote",
  exits: [DONE, { code: EXIT.failed, when: "if FILE is no record" }],
  examples: [
    { line: "replay record", does: "print each decision of the recorded daemon, as a line of JSON" },
    {
      line: "replay record --until 7",
      does: "print only the decisions of the first seven runs of the graph",
    },
  ],
  files: [],
  options: [{ name: "until", type: "string", meaning: "end after the run of this number" }],
  positionals: 1,
  async run(args) {
    const [file = ""] = args.positionals;
    const until = args.text("until");
    if (until !== null && !/^\d+$/.test(until)) {
      printError(`vifplugd: replay: --until expects the number of a run, received ${JSON.stringify(until)}`);
      return EXIT.usage;
    }
    const fault = await replayFile(file, until === null ? Number.POSITIVE_INFINITY : Number(until));
    if (fault === null) return EXIT.ok;
    printError(`vifplugd: ${file}:${fault}`);
    return EXIT.failed;
  },
};

/** @returns the fault of the file, after the number of the line; null: none */
async function replayFile(file: string, until: number): Promise<string | null> {
  let running: Replayer | null = null;
  let number = 0;
  try {
    for await (const line of recordLines(createReadStream(file))) {
      number++;
      if (!line.ok) return `${number}: ${line.error}`;
      if (running === null) {
        const started = Replayer.start(line.value);
        if (!started.ok) return `${number}: ${started.error}`;
        running = started.value;
        continue;
      }
      if (number - 1 > until) return null;
      const decided = running.step(line.value);
      if (!decided.ok) return `${number}: ${decided.error}`;
      for (const decision of decided.value) printLine(formatDecision(decision));
    }
  } catch (thrown) {
    return ` ${systemMessageOf(thrown)}`;
  }
  return running === null ? "1: the file is empty" : null;
}
