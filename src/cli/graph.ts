/** `vifplugd graph`: prints the dataflow graph, with states and counters if a daemon answers. */

import { plugSettings } from "../config/effective.ts";
import { defaultConfig } from "../config/load.ts";
import { isPictureFormat, type PictureFormat, pictures } from "../control/commands/engine.ts";
import { describeNodes } from "../graph/index.ts";
import { plugGraph } from "../plug/graph.ts";
import { paint, wrap } from "../terminal/style.ts";
import { ask } from "./ask.ts";
import { CONFIG_OPTION, type Command, DONE, EXIT, printError, printLine } from "./command.ts";
import { TO_ASK } from "./files.ts";
import { terminalStyle } from "./terminal.ts";

export const graph: Command = {
  name: "graph",
  usage: `[--format ${Object.keys(pictures).join("|")}] [--config FILE]`,
  summary: "print the dataflow graph, live if a daemon answers",
  exits: [DONE],
  examples: [
    { line: "graph", does: "print the nodes, their inputs, and how often each node ran" },
    { line: "graph --format svg >graph.svg", does: "make a picture of the graph" },
  ],
  files: TO_ASK,
  options: [
    { name: "format", type: "string", values: Object.keys(pictures), meaning: "the language of the picture" },
    CONFIG_OPTION,
  ],
  positionals: 0,
  async run(args) {
    const format = args.text("format") ?? "text";
    if (!isPictureFormat(format)) {
      printError(`vifplugd: graph: unknown format ${format}: expected ${Object.keys(pictures).join(", ")}`);
      return EXIT.usage;
    }
    const answer = await ask(args, "inc-engine/graph", [format]);
    if (answer.ok && answer.value.ok) {
      printLine(layOut(answer.value.text.trimEnd(), format));
      return EXIT.ok;
    }
    printError(`vifplugd: graph: ${answer.ok ? answer.value.text.trimEnd() : answer.error}`);
    const noProviders = {
      forPlugType: () => undefined,
      refused: () => [],
      lookups: () => new Map<string, number>(),
    };
    const { plug, monitorScope } = plugGraph(noProviders, plugSettings(defaultConfig(), null));
    printLine(layOut(pictures[format](describeNodes([plug, monitorScope])).trimEnd(), format));
    return EXIT.ok;
  },
};

/** The text for the terminal: names of nodes in bold, and long lines broken. */
function layOut(picture: string, format: PictureFormat): string {
  if (format !== "text") return picture;
  const style = terminalStyle();
  return picture
    .split("\n")
    .map((line) => {
      const fitting = fold(line, style.width);
      const [name = ""] = line.split(" ", 1);
      return paint(style, "bold", name) + fitting.slice(name.length);
    })
    .join("\n");
}

function fold(line: string, width: number): string {
  if (line.length <= width) return line;
  const text = line.trimStart();
  const indent = line.slice(0, line.length - text.length);
  const [first = ""] = wrap(text, width - indent.length);
  const below = `${indent}    `;
  const rest = wrap(text.slice(first.length + 1), width - below.length);
  return [indent + first, ...rest.map((more) => below + more)].join("\n");
}
