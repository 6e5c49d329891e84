/** `vifplugd graph`: the dataflow graph, with the running daemon's states and counters when one answers. */

import { plugSettings } from "../config/effective.ts";
import { defaultConfig } from "../config/load.ts";
import { isPictureFormat, pictures } from "../control/commands/engine.ts";
import { describeNodes } from "../graph/index.ts";
import { plugGraph } from "../plug/graph.ts";
import { ask } from "./ask.ts";
import { CONFIG_OPTION, type Command, EXIT, printError, printLine } from "./command.ts";

export const graph: Command = {
  name: "graph",
  usage: `[--format ${Object.keys(pictures).join("|")}] [--config FILE]`,
  summary: "the dataflow graph, live if a daemon answers",
  options: [{ name: "format", type: "string" }, CONFIG_OPTION],
  positionals: 0,
  async run(args) {
    const format = args.text("format") ?? "text";
    if (!isPictureFormat(format)) {
      printError(`vifplugd: graph: unknown format ${format}: expected ${Object.keys(pictures).join(", ")}`);
      return EXIT.usage;
    }
    const answer = await ask(args, "inc-engine/graph", [format]);
    if (answer.ok && answer.value.ok) {
      printLine(answer.value.text.trimEnd());
      return EXIT.ok;
    }
    const noProviders = { forPlugType: () => undefined, lookups: () => new Map<string, number>() };
    const { plug, condition } = plugGraph(noProviders, plugSettings(defaultConfig(), null));
    printLine(pictures[format](describeNodes([plug, condition])).trimEnd());
    return EXIT.ok;
  },
};
