/**
 * `vlog/*`: the log's thresholds, per module, in the words of ovs-appctl(8). vifplugd logs to the console alone, that
 * is, to standard error; OVS's other destinations are always off.
 */
import type { Log, Threshold } from "../../log/log.ts";
import { fail, ok, type Result } from "../../result.ts";
import { type Command, refuse, say } from "../command.ts";

/** OVS's names, and ours where they differ. vifplugd has nothing to say at `emer`. */
const THRESHOLDS: ReadonlyMap<string, Threshold> = new Map([
  ["off", "off"],
  ["emer", "off"],
  ["err", "error"],
  ["error", "error"],
  ["warn", "warn"],
  ["info", "info"],
  ["dbg", "debug"],
  ["debug", "debug"],
]);

const OVS_NAMES: Readonly<Record<Threshold, string>> = {
  off: "OFF",
  error: "ERR",
  warn: "WARN",
  info: "INFO",
  debug: "DBG",
};

const OTHER_DESTINATIONS: ReadonlySet<string> = new Set(["syslog", "file", "pattern", "facility"]);

/** One argument of `vlog/set`, understood; no module: all of them. */
interface Setting {
  readonly module: string | null;
  readonly threshold: Threshold;
}

export function vlogCommands(log: Log): readonly Command[] {
  return [
    {
      name: "vlog/list",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => say(formatThresholds(log)),
    },
    {
      name: "vlog/set",
      usage: "[MODULE][:console][:LEVEL]...",
      minArgs: 1,
      maxArgs: Number.POSITIVE_INFINITY,
      run: (specs) => {
        const settings: Setting[] = [];
        for (const spec of specs) {
          const setting = parseSpec(spec, log);
          if (!setting.ok) return refuse(setting.error);
          settings.push(setting.value);
        }
        for (const { module, threshold } of settings) {
          if (module === null) log.level = threshold;
          else log.setThreshold(module, threshold);
        }
        return say("");
      },
    },
  ];
}

function formatThresholds(log: Log): string {
  const rows = [...log.thresholds()].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "                 console    syslog    file",
    "                 -------    ------    ------",
    ...rows.map(([module, threshold]) => {
      return `${module.padEnd(16)}  ${OVS_NAMES[threshold].padStart(4)}        OFF        OFF`;
    }),
    "",
  ].join("\n");
}

/** Words in any order, with `:`, `,` or blanks between them; without a level it is `dbg`, as in OVS. */
function parseSpec(spec: string, log: Log): Result<Setting, string> {
  let module: string | null = null;
  let threshold: Threshold = "debug";
  const modules = log.thresholds();
  for (const word of spec.split(/[\s,:]+/).filter((each) => each !== "")) {
    const name = word.toLowerCase();
    const level = THRESHOLDS.get(name);
    if (level !== undefined) threshold = level;
    else if (OTHER_DESTINATIONS.has(name)) {
      return fail(`${word}: vifplugd logs to the console only; leave the destination out`);
    } else if (modules.has(name)) module = name;
    else if (name !== "any" && name !== "console") {
      const known = [...modules.keys()].sort().join(", ");
      return fail(
        `no module or level ${JSON.stringify(word)}; modules: ${known}; levels: off, err, warn, info, dbg`,
      );
    }
  }
  return ok({ module, threshold });
}
