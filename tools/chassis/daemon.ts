/** vifplugd on a throwaway chassis: its configuration, its process, its log. */
import { join } from "node:path";
import type { Chassis } from "./chassis.ts";
import type { Program } from "./program.ts";

export const executable = join(import.meta.dir, "../../dist/vifplugd");
const source = join(import.meta.dir, "../../src/main.ts");

export interface DaemonOptions {
  readonly chassis: Chassis;
  /** The built executable (the default), the TypeScript source, or the path of another executable. */
  readonly program?: "built" | "source" | (string & {});
  /** A YAML text, or a value to write as YAML. Default: the remote and the run directory of the chassis, and the dummy provider. */
  readonly config?: string | object;
  /** Further arguments after `run --config FILE`. */
  readonly args?: readonly string[];
  /** A program that runs the daemon, with its own arguments before the daemon's command line; none unless given. */
  readonly through?: readonly string[];
  /** The name of the daemon, which differs for each daemon on a chassis; "vifplugd" unless given. */
  readonly name?: string;
}

/** The keys that every configuration for this chassis needs; the rest is discovered from its local database. */
export function baseConfig(chassis: Chassis) {
  return { ovs: { remote: `unix:${chassis.ovsSock}` }, run_dir: chassis.runDir };
}

export function configPath(chassis: Chassis, name = "vifplugd"): string {
  return join(chassis.dir, `${name}.yaml`);
}

/** Starts the daemon, and returns perhaps before the daemon has read its configuration. The daemon ends with the chassis. */
export async function startDaemon({
  chassis,
  program = "built",
  config = { ...baseConfig(chassis), providers: [{ type: "dummy" }] },
  args = [],
  through = [],
  name = "vifplugd",
}: DaemonOptions): Promise<Program> {
  const file = configPath(chassis, name);
  // JSON is YAML.
  await Bun.write(file, typeof config === "string" ? config : JSON.stringify(config, null, 2));
  return chassis.spawn(name, [...through, ...commandFor(program), "run", "--config", file, ...args]);
}

function commandFor(program: string): readonly string[] {
  if (program === "built") return [executable];
  return program === "source" ? [process.execPath, source] : [program];
}
