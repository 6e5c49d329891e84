/** `vifplugd run`: the daemon, in the foreground, until SIGTERM, SIGINT or `exit`. */
import { setTimeout as sleep } from "node:timers/promises";
import { plugSettings, readSystemIdOverride } from "../config/effective.ts";
import { formatConfigError } from "../config/error.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { Daemon } from "../daemon/daemon.ts";
import { MemoryKeeper } from "../daemon/memory-keeper.ts";
import { PidFile } from "../daemon/pid-file.ts";
import { Log, type Logger } from "../log/log.ts";
import { RecordFile } from "../record/record-file.ts";
import { Recorder } from "../record/recorder.ts";
import { messageOf } from "../result.ts";
import { endWithin } from "../system/deadline.ts";
import { isJournal } from "../system/journal.ts";
import { ServiceManager } from "../system/service-manager.ts";
import { collectGarbage, releaseSpareMemory } from "../system/spare-memory.ts";
import { readinessText } from "../terminal/show-status.ts";
import { VERSION } from "../version.ts";
import { fileStatus } from "../view/status-shape.ts";
import { type Arguments, CONFIG_OPTION, type Command, DONE, EXIT, NOT_VALID, printError } from "./command.ts";
import { printConfigErrors } from "./config-errors.ts";
import { FILES } from "./files.ts";
import { LogOutput } from "./log-output.ts";

/** Milliseconds from the signal until what has not come to an end by itself is left behind. */
const STOP_WITHIN_MS = 4300;
/** Seconds from the signal until the kernel ends what is left: a provider that does not return from a call. */
const KILLED_AFTER_S = 5;
/** Errors of a configuration that are logged. */
const ERRORS_LOGGED = 10;
/** Milliseconds that the reader of the log has for the last lines. */
const LOG_WITHIN_MS = 400;

export const run: Command = {
  name: "run",
  usage: "[--config FILE] [--log-file FILE] [--record FILE] [--verify-every RUNS]",
  summary: "plug VIFs on this chassis, in the foreground (the default)",
  exits: [DONE, { code: EXIT.failed, when: "if the daemon cannot start" }, NOT_VALID],
  examples: [
    { line: "run", does: "plug what the cloud asks for, and log to standard error" },
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
      meaning: "write to that file what enters the graph, for replay",
    },
    {
      name: "verify-every",
      type: "string",
      meaning: "after so many runs of the graph, compare the graph with a recompute",
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
    const loaded = loadConfig(args.text("config"));
    if (!loaded.ok) {
      printConfigErrors(loaded.error, printError);
      return EXIT.config;
    }
    const config = loaded.value;
    const output = new LogOutput(args.text("log-file"));
    const log = makeLog(config, output);
    await output.begin(log.module("log"));
    const end = Promise.withResolvers<string>();
    // Before the pid file, which would be left behind by a signal that nobody handles.
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => end.resolve(signal));
    const code = await runUntil(end, { config, args, log, output, hangups: new Hangups() });
    await output.drained(LOG_WITHIN_MS);
    // Whatever is still open: a reader of standard error that is stuck, a timer of a provider.
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
      // For the case that the event loop does not get to anything any more.
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
  // Not before the pid file is ours: the file may be the record of a daemon that runs.
  const file = args.text("record");
  const record = file === null ? null : new RecordFile(file, log.module("record"));
  const serviceManager = new ServiceManager(process.env);
  let isStarted = false;
  const tellReadiness = (notReady: string | null) => {
    serviceManager.status(readinessText(notReady));
  };
  const keeper = new MemoryKeeper({
    collect: collectGarbage,
    release: releaseSpareMemory,
    resident: () => process.memoryUsage.rss(),
  });
  const daemon = new Daemon({
    environment: keeper.environment,
    config,
    systemIdOverride,
    log,
    recorder: record === null ? null : new Recorder(record, plugSettings(config, systemIdOverride)),
    files: () => [
      pidFile.status,
      ...(output.status === null ? [] : [output.status]),
      ...(record === null ? [] : [fileStatus("record", record.path, record.fault)]),
    ],
    verifyEvery: verifyEvery === null ? null : Number(verifyEvery),
    onReady: () => {
      if (isStarted) return;
      isStarted = true;
      keeper.started();
    },
    onReadiness: tellReadiness,
    onWritten: (length) => keeper.took(length),
    onExit: () => end.resolve("exit"),
  });
  const reload = () => {
    serviceManager.reloading(() => reloadDaemon(daemon, args.text("config"), main));
  };
  // Not before there is somebody to tell; until then the runtime's way, to end with it, is right.
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (thrown: unknown) => daemon.stray(thrown));
  }
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
 * SIGHUP, from before the pid file invites it until the process is gone, because one that nobody handles ends it. One
 * that comes while nobody can answer it is answered later.
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

/** SIGHUP: a file that is valid takes effect; one that is not changes nothing, and the log says why. */
function reloadDaemon(daemon: Daemon, file: string | null, log: Logger): void {
  const loaded = loadConfig(file);
  if (loaded.ok) {
    log.info("SIGHUP: the configuration is read anew");
    daemon.reload(loaded.value);
    return;
  }
  daemon.refuseReload();
  log.error("SIGHUP: the configuration is not valid; the one before stays in force");
  for (const error of loaded.error.slice(0, ERRORS_LOGGED)) log.error(formatConfigError(error));
  const more = loaded.error.length - ERRORS_LOGGED;
  if (more > 0) log.error(`and ${more} more: vifplugd check shows them`);
}
