/** `vifplugd run`: runs the daemon in the foreground, until SIGTERM, SIGINT or `exit`. */
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { plugSettings, readSystemIdOverride } from "../config/effective.ts";
import { formatConfigError } from "../config/error.ts";
import { DEFAULT_CONFIG_FILE, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { Daemon } from "../daemon/daemon.ts";
import { MemoryKeeper } from "../daemon/memory-keeper.ts";
import { PidFile } from "../daemon/pid-file.ts";
import { Log, type Logger } from "../log/log.ts";
import { RecordFile } from "../record/record-file.ts";
import { Secrets } from "../record/recorded-json.ts";
import { Recorder } from "../record/recorder.ts";
import { messageOf } from "../result.ts";
import { endWithin } from "../system/deadline.ts";
import { isJournal } from "../system/journal.ts";
import { identityOf } from "../system/same-file.ts";
import { ServiceManager } from "../system/service-manager.ts";
import { collectGarbage, releasePages, releaseSpareMemory } from "../system/spare-memory.ts";
import { onStrayErrors } from "../system/stray-errors.ts";
import { readinessText } from "../terminal/show-status.ts";
import { VERSION } from "../version.ts";
import { type FileStatus, fileStatus } from "../view/status-shape.ts";
import { type Arguments, CONFIG_OPTION, type Command, DONE, EXIT, NOT_VALID, printError } from "./command.ts";
import { inOneLine, printConfigErrors } from "./config-errors.ts";
import { FILES } from "./files.ts";
import { LogOutput } from "./log-output.ts";

/** Milliseconds from the signal until the process ends, although a part has not ended. */
const STOP_WITHIN_MS = 4300;
/** Seconds from the signal until the kernel ends the process, for a provider that does not return from a call. */
const KILLED_AFTER_S = 5;
/** The most errors of a configuration that are logged. */
const ERRORS_LOGGED = 10;
/** The time for the reader of the log to read the last lines, in milliseconds. */
const LOG_WITHIN_MS = 400;

export const run: Command = {
  name: "run",
  usage: "[--config FILE] [--log-file FILE] [--record FILE] [--verify-every RUNS]",
  summary: "plug VIFs on this chassis, in the foreground (the default)",
  exits: [DONE, { code: EXIT.failed, when: "if the daemon cannot start" }, NOT_VALID],
  examples: [
    { line: "run", does: "plug the ports that the cloud asks for, and log to standard error" },
    {
      line: "run --config vifplugd.yaml --log-file vifplugd.log",
      does: "use another configuration, and log to a file",
    },
    { line: "run --record record", does: "write a record, from which replay decides the same again" },
  ],
  files: FILES,
  options: [
    CONFIG_OPTION,
    {
      name: "log-file",
      type: "string",
      values: "file",
      meaning: "append the log to that file, not to standard error; vlog/reopen opens the file anew",
    },
    {
      name: "record",
      type: "string",
      values: "file",
      meaning: "record the inputs of the graph in that file, for replay",
    },
    {
      name: "verify-every",
      type: "string",
      meaning: "compare the graph with a recompute after each number of runs",
    },
  ],
  positionals: 0,
  async run(args) {
    const verifyEvery = args.text("verify-every");
    if (verifyEvery !== null && !/^[1-9]\d*$/.test(verifyEvery)) {
      const expected = "expects a number of runs of the graph, 1 or more";
      printError(`vifplugd: run: --verify-every ${expected}, received ${JSON.stringify(verifyEvery)}`);
      return EXIT.usage;
    }
    const [logFile, record] = [args.text("log-file"), args.text("record")];
    if (logFile !== null && record !== null && isOneFile(logFile, record)) {
      const expected = "--log-file and --record expect two files";
      printError(`vifplugd: run: ${expected}, received ${JSON.stringify(record)} for both`);
      return EXIT.usage;
    }
    const loaded = loadConfig(args.text("config"));
    if (!loaded.ok) {
      printConfigErrors(loaded.error, printError);
      return EXIT.config;
    }
    const config = loaded.value;
    const output = new LogOutput(logFile);
    const log = makeLog(config, output);
    await output.begin(log.module("log"));
    const end = Promise.withResolvers<string>();
    // Before the pid file: an unhandled signal would leave the pid file behind.
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => end.resolve(signal));
    ignoreOthers(log.module("main"));
    const code = await runUntil(end, { config, args, log, output, hangups: new Hangups() });
    await output.drained(LOG_WITHIN_MS);
    // Ends the process whatever is still open: a stuck reader of standard error, a timer of a provider.
    process.exit(code);
  },
};

/** @returns the exit code; at the latest some seconds after the end was asked for */
async function runUntil(
  end: PromiseWithResolvers<string>,
  start: Pick<Start, "config" | "args" | "log" | "output" | "hangups">,
): Promise<number> {
  const { config, log } = start;
  const main = log.module("main");
  const pidFile = PidFile.claim(config.run_dir);
  if (!pidFile.ok) {
    main.error(pidFile.error);
    return EXIT.failed;
  }
  pidFile.value.keep(log.module("daemon"));
  main.info(`vifplugd ${VERSION} starts`);
  try {
    const overdue = end.promise.then(async () => {
      // For a blocked event loop.
      endWithin(KILLED_AFTER_S);
      await sleep(STOP_WITHIN_MS);
      main.warn(`not everything has come to an end within ${STOP_WITHIN_MS / 1000} s`);
      return EXIT.ok;
    });
    return await Promise.race([runDaemon({ ...start, pidFile: pidFile.value, end }), overdue]);
  } catch (thrown) {
    main.error(messageOf(thrown));
    return EXIT.failed;
  } finally {
    pidFile.value.remove();
  }
}

/** Whether both paths lead to one file, or would when it is made. */
function isOneFile(a: string, b: string): boolean {
  const identity = identityOf(a, "followed");
  return resolve(a) === resolve(b) || (identity !== null && identity === identityOf(b, "followed"));
}

function makeLog({ log }: Config, output: LogOutput): Log {
  return new Log({
    ...log,
    journal: output.file === null && isJournal(process.env.JOURNAL_STREAM),
    write: (line) => output.write(line),
    takeLost: () => output.takeLost(),
    ...(output.file === null ? {} : { reopen: () => output.reopen() }),
  });
}

interface Start {
  readonly config: Config;
  readonly args: Arguments;
  readonly log: Log;
  readonly output: LogOutput;
  readonly pidFile: PidFile;
  readonly end: PromiseWithResolvers<string>;
  readonly hangups: Hangups;
}

/** @returns the exit code @throws when the daemon cannot start */
async function runDaemon(start: Start): Promise<number> {
  const { config, args, log, output, pidFile, end, hangups } = start;
  const main = log.module("main");
  const systemIdOverride = readSystemIdOverride();
  const verifyEvery = args.text("verify-every");
  // After the pid file is ours: before, the file may be the record of a running daemon.
  const file = args.text("record");
  const record = file === null ? null : new RecordFile(file, log.module("record"));
  const serviceManager = new ServiceManager(process.env);
  const tellReadiness = (notReady: string | null) => {
    serviceManager.status(readinessText(notReady));
  };
  let refused: FileStatus | null = null;
  const keeper = new MemoryKeeper({
    collect: collectGarbage,
    release: releaseSpareMemory,
    releasePages,
    resident: () => process.memoryUsage.rss(),
  });
  const daemon = new Daemon({
    environment: keeper.environment,
    config,
    systemIdOverride,
    log,
    recorder:
      record === null
        ? null
        : new Recorder(record, plugSettings(config, systemIdOverride), new Secrets(randomBytes(32))),
    files: () => [
      pidFile.status,
      ...(output.status === null ? [] : [output.status]),
      ...(record === null ? [] : [fileStatus("record", record.path, record.fault)]),
      ...(refused === null ? [] : [refused]),
    ],
    verifyEvery: verifyEvery === null ? null : Number(verifyEvery),
    onReady: () => keeper.started(),
    onReadiness: tellReadiness,
    onWritten: (length) => keeper.took(length),
    onExit: () => end.resolve("exit"),
  });
  const reload = () => {
    serviceManager.reloading(() => {
      refused = reloadDaemon(daemon, args.text("config"), main);
    });
  };
  // After there is a daemon to handle errors; before that, the runtime ends the process, which is right.
  onStrayErrors((thrown) => daemon.stray(thrown));
  keeper.loaded();
  try {
    await daemon.start();
    serviceManager.ready();
    tellReadiness(daemon.notReady);
    hangups.answer(reload);
    main.info(`${await end.promise}: stopping; plugged ports stay plugged`);
  } finally {
    serviceManager.stopping();
    hangups.answer(() => {});
    keeper.stop();
    await daemon.stop();
  }
  return EXIT.ok;
}

/**
 * Handles SIGHUP from before the pid file exists until the end, because an unhandled SIGHUP ends the process. A SIGHUP that comes
 * before the daemon can reload is answered later.
 */
class Hangups {
  #answer: (() => void) | null = null;
  #isUnanswered = false;

  constructor() {
    process.on("SIGHUP", () => {
      if (this.#answer === null) this.#isUnanswered = true;
      else this.#answer();
    });
  }

  answer(answer: () => void): void {
    this.#answer = answer;
    if (this.#isUnanswered) answer();
    this.#isUnanswered = false;
  }
}

/** Other daemons open their log anew at these signals. Unhandled, they would end the process. */
function ignoreOthers(log: Logger): void {
  for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
    process.on(signal, () => {
      log.warn(
        `${signal} does nothing; the control command vlog/reopen opens the log anew, and SIGHUP reads the configuration`,
      );
    });
  }
}

/**
 * Reloads at SIGHUP: a valid file takes effect; a file that is not valid changes nothing, and the log says why.
 *
 * @returns the state of the file for `status`, until the next SIGHUP; null: the file is in force
 */
function reloadDaemon(daemon: Daemon, file: string | null, log: Logger): FileStatus | null {
  const loaded = loadConfig(file);
  if (loaded.ok) {
    log.info("SIGHUP: the configuration is read anew");
    daemon.reload(loaded.value);
    return null;
  }
  daemon.refuseReload();
  log.error("SIGHUP: the configuration is not valid; the old configuration stays in force");
  for (const error of loaded.error.slice(0, ERRORS_LOGGED)) log.error(formatConfigError(error));
  const more = loaded.error.length - ERRORS_LOGGED;
  if (more > 0) log.error(`and ${more} more: vifplugd check --config ${loaded.error[0]?.file} shows them`);
  const fault = `${inOneLine(loaded.error)}; the old configuration stays in force`;
  return fileStatus("configuration", file ?? DEFAULT_CONFIG_FILE, fault);
}
