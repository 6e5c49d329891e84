/**
 * `vifplugd providers representor record FILE`: records the kernel's messages about NICs, for people who do not have them. In the
 * folder test/providers/representor/recorded the file is a test.
 */
import { closeSync, readFileSync, readlinkSync, unlinkSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { formatConfigError } from "../config/error.ts";
import { loadConfig } from "../config/load.ts";
import { thisMachine } from "../providers/representor/machine.ts";
import { recordNics } from "../providers/representor/record-nics.ts";
import { type Result, systemMessageOf } from "../result.ts";
import { createNamed } from "../system/open-file.ts";
import { VERSION } from "../version.ts";
import { type Arguments, EXIT, printError, printLine } from "./command.ts";

const DEFAULT_SECONDS = 10;

/** @returns the exit code */
export async function representorRecord(args: Arguments): Promise<number> {
  const [, , file] = args.positionals;
  const seconds = Number(args.text("seconds") ?? DEFAULT_SECONDS);
  if (file === undefined || !Number.isInteger(seconds) || seconds < 0 || seconds > 86_400) {
    printError("vifplugd: providers representor record: expected FILE, and --seconds from 0 to 86400");
    return EXIT.usage;
  }
  const config = loadConfig(args.text("config"));
  if (!config.ok) {
    for (const error of config.error) printError(formatConfigError(error));
    return EXIT.config;
  }
  const entry = config.value.providers.find(
    (each) => each.source === "built in" && each.type === "representor",
  );
  try {
    const recorded = await inNewFile(file, (fd) =>
      recordNics({
        machine: thisMachine(),
        options: entry?.options ?? {},
        isPlain: args.flag("plain"),
        about: { version: VERSION, kernel: readFileSync("/proc/version", "utf8").trim() },
        driverOf,
        write: (line) => writeSync(fd, `${line}\n`),
        warn: (message) => printError(`vifplugd: ${message}`),
        end: interrupted(seconds * 1000),
      }),
    );
    if (!recorded.ok) {
      printError(`vifplugd: ${recorded.error}`);
      return EXIT.failed;
    }
    printLine(`${recorded.value} messages of the kernel are in ${file}`);
    return EXIT.ok;
  } catch (thrown) {
    printError(`vifplugd: cannot write the record to ${file}: ${systemMessageOf(thrown)}`);
    return EXIT.failed;
  }
}

/** Writes a file that is not there yet. Nothing is left of it when that fails, so that the same command can be given again. */
async function inNewFile<Written>(
  file: string,
  write: (fd: number) => Promise<Result<Written, string>>,
): Promise<Result<Written, string>> {
  const fd = createNamed(file);
  let isWhole = false;
  try {
    const written = await write(fd);
    isWhole = written.ok;
    return written;
  } finally {
    closeSync(fd);
    if (!isWhole) unlinkSync(file);
  }
}

/** Settles after `milliseconds`, or at SIGINT or SIGTERM. */
function interrupted(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
}

function driverOf(netdev: string): string | null {
  try {
    return basename(readlinkSync(`/sys/class/net/${netdev}/device/driver`));
  } catch {
    return null;
  }
}
