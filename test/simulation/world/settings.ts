/** The configuration of the vifplugds in a history: text, as in a file, which the real code reads. */
import { parseConfig } from "../../../src/config/parse.ts";
import type { Config } from "../../../src/config/schema.ts";
import { LOCAL } from "./chassis.ts";

/** The keys of the configuration that change in a history; null: it says nothing of them. */
export interface Settings extends Pick<Config["plug"], "on_withdraw" | "on_rename"> {
  readonly additional_chassis: "true" | "false";
  readonly max_unplug: string;
  readonly chassis: string | null;
  readonly bridge: string | null;
  /** Of the Southbound. */
  readonly remote: string | null;
}

/** As in the file of the configuration. */
function fileOf(settings: Settings): string {
  const { on_withdraw, on_rename, additional_chassis, max_unplug, chassis, bridge, remote } = settings;
  const lines = [
    ...(chassis === null ? [] : [`chassis: ${chassis}`]),
    "ovs:",
    `  remote: ${LOCAL}`,
    ...(bridge === null ? [] : [`  bridge: ${bridge}`]),
    ...(remote === null ? [] : ["southbound:", `  remote: ${remote}`]),
    "plug:",
    `  on_withdraw: ${on_withdraw}`,
    `  on_rename: ${on_rename}`,
    `  additional_chassis: ${additional_chassis}`,
    "safety:",
    `  max_unplug: ${max_unplug}`,
  ];
  return `${lines.join("\n")}\n`;
}

const READ = new Map<string, Config>();

/** Throws for a file that is none. */
export function configOf(settings: Settings): Config {
  const text = fileOf(settings);
  const known = READ.get(text);
  if (known !== undefined) return known;
  const read = parseConfig(text, "vifplugd.yaml");
  if (!read.ok) throw new SyntaxError(read.error.map(({ message }) => message).join("; "));
  READ.set(text, read.value);
  return read.value;
}
