/**
 * Measures the daemon's graph in a process of its own, because the daemon has one graph: code compiled for several graphs, in a
 * heap that earlier graphs have filled, is slower. Prints the result as JSON.
 *
 *     process.ts figures PORTS CHANGES
 *     process.ts ratios FEW MANY TURNS
 */
import type { Figure } from "../support/figures.ts";
import { measureDaemonGraph, ratiosOfChanges } from "./daemon-graph.ts";

export function figuresOf(ports: number, changes: number): readonly Figure[] {
  return JSON.parse(run("figures", ports, changes));
}

export function ratiosOf(few: number, many: number, turns: number): readonly number[] {
  return JSON.parse(run("ratios", few, many, turns));
}

function run(what: string, ...numbers: readonly number[]): string {
  const command = [process.execPath, "run", import.meta.path, what, ...numbers.map(String)];
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`cannot measure the daemon's graph: ${stderr}`);
  return stdout.toString();
}

if (import.meta.main) {
  const [what, ...numbers] = process.argv.slice(2);
  const [a = 0, b = 0, c = 0] = numbers.map(Number);
  console.log(JSON.stringify(what === "figures" ? measureDaemonGraph(a, b) : ratiosOfChanges(a, b, c)));
}
