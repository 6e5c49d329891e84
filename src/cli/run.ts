/** `vifplugd run`: the daemon, in the foreground, until SIGTERM, SIGINT or `exit`. */
import { readSystemIdOverride } from "../config/effective.ts";
import { formatConfigError, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { Daemon } from "../daemon/daemon.ts";
import { claimPidFile } from "../daemon/pid-file.ts";
import { Log } from "../log/log.ts";
import { messageOf } from "../result.ts";
import { VERSION } from "../version.ts";
import { CONFIG_OPTION, type Command, EXIT, printError } from "./command.ts";

export const run: Command = {
  name: "run",
  usage: "[--config FILE] [--record FILE]",
  summary: "plug VIFs on this chassis, in the foreground (the default)",
  options: [CONFIG_OPTION, { name: "record", type: "string" }],
  positionals: 0,
  async run(args) {
    const loaded = loadConfig(args.text("config"));
    if (!loaded.ok) {
      for (const error of loaded.error) printError(formatConfigError(error));
      return EXIT.config;
    }
    const config = loaded.value;
    const log = new Log(config.log);
    const main = log.module("main");
    const end = Promise.withResolvers<string>();
    // Before the pid file, which would be left behind by a signal that nobody handles.
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => end.resolve(signal));
    const pidFile = claimPidFile(config.run_dir);
    if (!pidFile.ok) {
      main.error(pidFile.error);
      return EXIT.failed;
    }
    main.info(`vifplugd ${VERSION} starts`);
    try {
      await runDaemon(config, args.text("record"), log, end);
      return EXIT.ok;
    } catch (thrown) {
      main.error(messageOf(thrown));
      return EXIT.failed;
    } finally {
      pidFile.value.remove();
    }
  },
};

/** @throws when the daemon cannot start */
async function runDaemon(
  config: Config,
  recordFile: string | null,
  log: Log,
  end: PromiseWithResolvers<string>,
): Promise<void> {
  const systemIdOverride = readSystemIdOverride();
  const daemon = new Daemon({ config, systemIdOverride, log, recordFile, onExit: () => end.resolve("exit") });
  try {
    await daemon.start();
    log.module("main").info(`${await end.promise}: stopping; plugged ports stay plugged`);
  } finally {
    await daemon.stop();
  }
}
