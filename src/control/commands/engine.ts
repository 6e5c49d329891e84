/** `inc-engine/*`: the dataflow graph's counters, its recomputes and their reasons, its picture, and its shadow check. */
import {
  describeGraph,
  formatRecompute,
  graphToDot,
  graphToMermaid,
  graphToSvg,
  graphToText,
  showStats,
  type Verification,
} from "../../graph/index.ts";
import type { DaemonView } from "../../view/daemon-view.ts";
import { type Command, refuse, say } from "../command.ts";

/** Recomputes shown after the counters. */
const RECENT = 20;

export const pictures = {
  text: graphToText,
  dot: graphToDot,
  mermaid: graphToMermaid,
  svg: graphToSvg,
} as const;

export type PictureFormat = keyof typeof pictures;

export function isPictureFormat(text: string): text is PictureFormat {
  return Object.hasOwn(pictures, text);
}

export function engineCommands(daemon: DaemonView): readonly Command[] {
  const recompute = (name: string): Command => ({
    name,
    usage: "",
    minArgs: 0,
    maxArgs: 0,
    run: () => {
      daemon.recompute(name);
      return say("");
    },
  });
  const { engine, statistics } = daemon;
  return [
    {
      name: "inc-engine/show-stats",
      usage: "[NODE [COUNTER]]",
      minArgs: 0,
      maxArgs: 2,
      run: ([node, counter]) => {
        const shown = showStats(describeGraph(engine, statistics), node, counter);
        if (!shown.ok) return refuse(shown.error);
        return say(counter === undefined ? shown.text + recentRecomputes(daemon, node) : shown.text);
      },
    },
    {
      name: "inc-engine/clear-stats",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => {
        statistics.clear();
        return say("");
      },
    },
    recompute("inc-engine/recompute"),
    // The former name in ovn-controller.
    { ...recompute("recompute"), isListed: false },
    {
      name: "inc-engine/verify",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => {
        const verification = daemon.verify();
        const text = formatVerification(verification);
        return verification.differences.length === 0 ? say(text) : refuse(text);
      },
    },
    {
      name: "inc-engine/graph",
      usage: "[text|dot|mermaid|svg]",
      minArgs: 0,
      maxArgs: 1,
      run: ([format = "text"]) => {
        if (!isPictureFormat(format)) {
          return refuse(`unknown format ${format}; expected one of ${Object.keys(pictures).join(", ")}`);
        }
        const picture = pictures[format](describeGraph(engine, statistics));
        return say(format === "text" ? picture + recentRecomputes(daemon, undefined) : picture);
      },
    },
  ];
}

function recentRecomputes({ statistics }: DaemonView, node: string | undefined): string {
  const records = statistics.history.filter(({ reason }) => node === undefined || reason.node === node);
  if (records.length === 0) return "";
  const lines = records.slice(-RECENT).map((record) => `  ${formatRecompute(record)}\n`);
  return `\nLast recomputes and their reasons:\n${lines.join("")}`;
}

/** @returns a line for each difference, or one line that says that there is none */
export function formatVerification({ differences, skipped, errors }: Verification): string {
  const lines = [
    ...differences.map(
      ({ node, key }) => `${node}: differs from a recompute${key === undefined ? "" : ` in ${key}`}`,
    ),
    ...skipped.map((node) => `${node}: not compared, it is not up to date`),
    ...errors.map(({ node, error }) => `${node}: the recompute threw: ${String(error)}`),
  ];
  if (lines.length === 0) lines.push("every node equals a recompute from the replicas");
  return lines.map((line) => `${line}\n`).join("");
}
