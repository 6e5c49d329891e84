/**
 * `vlog/*` and `log/tail`: the thresholds of the log for each module, in the words of ovs-appctl(8), and the last lines. vifplugd
 * logs to one destination: the console (standard error) or a file. OVS's other destinations are always off.
 */
import type { Format, Log, Threshold } from "../../log/log.ts";
import { fail, ok, type Result } from "../../result.ts";
import { type Command, refuse, say } from "../command.ts";

/** OVS's names of levels, and ours where they differ. vifplugd has no lines at `emer`. */
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

const DESTINATIONS: readonly string[] = ["console", "file", "syslog"];

/** The default number of lines of `log/tail`. */
const TAIL_LINES = 100;

function destinationOf(log: Log): "console" | "file" {
  return log.reopen === null ? "console" : "file";
}

/** A parsed argument of `vlog/set`; without a module: all modules. */
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
      name: "vlog/list-pattern",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => say(formatPatterns(log)),
    },
    {
      name: "vlog/set",
      usage: "[MODULE][:DESTINATION][:LEVEL]...",
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
    {
      name: "vlog/reopen",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      async run() {
        // The words of OVS, so that one logrotate script serves all daemons.
        if (log.reopen === null) return refuse("Logging to file not configured");
        const reopened = await log.reopen();
        return reopened.ok ? say("") : refuse(reopened.error);
      },
    },
    {
      name: "log/tail",
      usage: "[N]",
      minArgs: 0,
      maxArgs: 1,
      run: ([count = String(TAIL_LINES)]) => {
        if (!/^\d{1,6}$/.test(count))
          return refuse(`expected a number of lines, received ${JSON.stringify(count)}`);
        return say(log.tail(Number(count)).join(""));
      },
    },
  ];
}

/** A line of each format, in the notation of ovs-appctl(8). */
const PATTERNS: Readonly<Record<Format, string>> = {
  text: "%D{%Y-%m-%dT%H:%M:%S.###Z} %p %c: %m",
  json: '{"time":"%D{%Y-%m-%dT%H:%M:%S.###Z}","level":"%p","module":"%c","message":"%m"}',
};

function formatPatterns(log: Log): string {
  const used = destinationOf(log);
  const lines = ["console", "syslog", "file"].map((destination) => {
    return `${destination.padStart(7)}: ${destination === used ? PATTERNS[log.format] : "(off)"}`;
  });
  return ["         format", "         ------", ...lines, ""].join("\n");
}

function formatThresholds(log: Log): string {
  const rows = [...log.thresholds()].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "                 console    syslog    file",
    "                 -------    ------    ------",
    ...rows.map(([module, threshold]) => {
      const shown = OVS_NAMES[threshold].padStart(4);
      const [console, file] = destinationOf(log) === "console" ? [shown, " OFF"] : [" OFF", shown];
      return `${module.padEnd(16)}  ${console}        OFF       ${file}`;
    }),
    "",
  ].join("\n");
}

/** Parses words in any order, separated by `:`, `,` or blanks; without a level the level is `dbg`, as in OVS. */
function parseSpec(spec: string, log: Log): Result<Setting, string> {
  if (/^\s*pattern\b/i.test(spec)) {
    return fail("the pattern is fixed; log.format of the configuration chooses between text and json");
  }
  if (/^\s*facility\b/i.test(spec)) {
    return fail("vifplugd does not write to syslog; under systemd its lines go to the journal");
  }
  let module: string | null = null;
  let threshold: Threshold = "debug";
  const modules = log.thresholds();
  for (const word of spec.split(/[\s,:]+/).filter((each) => each !== "")) {
    const name = word.toLowerCase();
    const level = THRESHOLDS.get(name);
    if (level !== undefined) threshold = level;
    else if (DESTINATIONS.includes(name) && name !== destinationOf(log)) {
      return fail(`${word}: this vifplugd logs to the ${destinationOf(log)} only; leave the destination out`);
    } else if (modules.has(name)) module = name;
    else if (name !== "any" && name !== destinationOf(log)) {
      const known = [...modules.keys()].sort().join(", ");
      return fail(
        `no module or level ${JSON.stringify(word)}; modules: ${known}; levels: off, err, warn, info, dbg`,
      );
    }
  }
  return ok({ module, threshold });
}
