/** `stopwatch/*`, `coverage/show` and `memory/show`: durations, counts and memory, in OVS's formats. */
import { describeGraph, formatTimes, showTimes } from "../../graph/index.ts";
import type { DaemonView } from "../../view/daemon-view.ts";
import { type Command, refuse, say } from "../command.ts";

/** The round trip of a transaction, beside the graph's nodes. */
const TRANSACTION = "transaction";

export function statsCommands(daemon: DaemonView): readonly Command[] {
  const { engine, statistics, transactionTimes } = daemon;
  return [
    {
      name: "stopwatch/show",
      usage: "[NAME]",
      minArgs: 0,
      maxArgs: 1,
      run: ([name]) => {
        const transaction = formatTimes(TRANSACTION, transactionTimes);
        if (name === TRANSACTION) return say(transaction);
        const shown = showTimes(describeGraph(engine, statistics), name);
        if (!shown.ok) return refuse(noSuchStopwatch(daemon));
        return say(name === undefined ? shown.text + transaction : shown.text);
      },
    },
    {
      name: "stopwatch/reset",
      usage: "[NAME]",
      minArgs: 0,
      maxArgs: 1,
      run: ([name]) => {
        if (name === undefined || name === TRANSACTION) transactionTimes.clear();
        else if (!stopwatches(daemon).includes(name)) return refuse(noSuchStopwatch(daemon));
        statistics.clearTimes(name);
        return say("");
      },
    },
    {
      name: "coverage/show",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => say(daemon.coverage.show()),
    },
    {
      name: "coverage/read-counter",
      usage: "COUNTER",
      minArgs: 1,
      maxArgs: 1,
      run: ([counter = ""]) => {
        const total = daemon.coverage.totals().get(counter);
        return total === undefined ? refuse("No such counter") : say(`${total}\n`);
      },
    },
    {
      name: "memory/show",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => {
        const usage = [...daemon.usage()].sort(([a], [b]) => (a < b ? -1 : 1));
        return say(usage.map(([name, count]) => `${name}:${count}`).join(" "));
      },
    },
  ];
}

function stopwatches({ engine, statistics }: DaemonView): readonly string[] {
  return [...describeGraph(engine, statistics).nodes.map(({ name }) => name), TRANSACTION];
}

function noSuchStopwatch(daemon: DaemonView): string {
  return `no such stopwatch; there are ${stopwatches(daemon).join(", ")}`;
}
