/** `vifplugd run`: the daemon, in the foreground, until SIGTERM, SIGINT or `exit`. */
import { plugSettings, readSystemIdOverride } from "../config/effective.ts";
import { formatConfigError } from "../config/error.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { Daemon } from "../daemon/daemon.ts";
import { claimPidFile } from "../daemon/pid-file.ts";
import { Log, type Logger } from "../log/log.ts";
import { beginRecord, type Recorder } from "../record/recorder.ts";
import { messageOf, ok, type Result } from "../result.ts";
import { isJournal } from "../system/journal.ts";
import { ServiceManager } from "../system/service-manager.ts";
import { releaseStartMemory, START_MS } from "../system/start-memory.ts";
import { readinessText } from "../terminal/show-status.ts";
import { VERSION } from "../version.ts";
import { type Arguments, CONFIG_OPTION, type Command, EXIT, printError } from "./command.ts";
import { printConfigErrors } from "./config-errors.ts";

export const run: Command = {
  name: "run",
  usage: "[--config FILE] [--record FILE] [--verify-every RUNS]",
  summary: "plug VIFs on this chassis, in the foreground (the default)",
  exits: "0, 1 if it cannot start, 78 if the configuration is not valid",
  options: [
    CONFIG_OPTION,
    {
      name: "record",
      type: "string",
      values: "file",
      meaning: "note there what enters the graph, for replay",
    },
    {
      name: "verify-every",
      type: "string",
      meaning: "after so many runs of the graph, compare it with a recompute",
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
    const log = new Log({ ...config.log, journal: isJournal(process.env.JOURNAL_STREAM) });
    const main = log.module("main");
    const end = Promise.withResolvers<string>();
    // Before the pid file, which would be left behind by a signal that nobody handles.
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => end.resolve(signal));
    const hangups = new Hangups();
    const pidFile = claimPidFile(config.run_dir);
    if (!pidFile.ok) {
      main.error(pidFile.error);
      return EXIT.failed;
    }
    main.info(`vifplugd ${VERSION} starts`);
    try {
      const systemIdOverride = readSystemIdOverride();
      const recorder = record(args.text("record"), config, systemIdOverride, log.module("record"));
      if (!recorder.ok) {
        main.error(`--record: ${recorder.error}`);
        return EXIT.failed;
      }
      await runDaemon({ config, systemIdOverride, args, log, recorder: recorder.value, end, hangups });
      return EXIT.ok;
    } catch (thrown) {
      main.error(messageOf(thrown));
      return EXIT.failed;
    } finally {
      pidFile.value.remove();
    }
  },
};

/** Not before the pid file is ours: the file may be the record of a daemon that runs. */
function record(
  file: string | null,
  config: Config,
  systemIdOverride: string | null,
  log: Logger,
): Result<Recorder | null, string> {
  if (file === null) return ok(null);
  return beginRecord({
    file,
    settings: plugSettings(config, systemIdOverride),
    onFault: (message) => log.error(message),
    onKept: (path) => log.info(`${file} was there already; it is kept as ${path}`),
  });
}

interface Start {
  readonly config: Config;
  readonly systemIdOverride: string | null;
  readonly args: Arguments;
  readonly log: Log;
  readonly recorder: Recorder | null;
  readonly end: PromiseWithResolvers<string>;
  readonly hangups: Hangups;
}

/** @throws when the daemon cannot start */
async function runDaemon(start: Start): Promise<void> {
  const { config, systemIdOverride, args, log, recorder, end, hangups } = start;
  const main = log.module("main");
  const verifyEvery = args.text("verify-every");
  const serviceManager = new ServiceManager(process.env);
  let isStarted = false;
  const tellReadiness = (notReady: string | null) => {
    serviceManager.status(readinessText(notReady));
  };
  const daemon = new Daemon({
    config,
    systemIdOverride,
    log,
    recorder,
    verifyEvery: verifyEvery === null ? null : Number(verifyEvery),
    onReady: () => {
      if (isStarted) return;
      isStarted = true;
      setTimeout(releaseStartMemory, START_MS).unref();
    },
    onReadiness: tellReadiness,
    onExit: () => end.resolve("exit"),
  });
  const reload = () => {
    serviceManager.reloading(() => reloadDaemon(daemon, args.text("config"), main));
  };
  try {
    await daemon.start();
    serviceManager.ready();
    tellReadiness(daemon.notReady);
    hangups.answer(reload);
    main.info(`${await end.promise}: stopping; plugged ports stay plugged`);
  } finally {
    serviceManager.stopping();
    hangups.answer(() => {});
    await daemon.stop();
  }
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
  log.error("SIGHUP: the configuration is not valid; the one before stays in force");
  for (const error of loaded.error) log.error(formatConfigError(error));
}
