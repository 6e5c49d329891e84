/** `vifplugd run`: the daemon, in the foreground, until SIGTERM or SIGINT. */
import { readSystemIdOverride } from "../config/effective.ts";
import { formatConfigError, loadConfig } from "../config/load.ts";
import { Daemon } from "../daemon/daemon.ts";
import { claimPidFile } from "../daemon/pid-file.ts";
import { Log } from "../log/log.ts";
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
    const pidFile = claimPidFile(config.run_dir);
    if (!pidFile.ok) {
      main.error(pidFile.error);
      return EXIT.failed;
    }
    main.info(`vifplugd ${VERSION} starts`);
    const recordFile = args.text("record");
    const daemon = new Daemon({ config, systemIdOverride: readSystemIdOverride(), log, recordFile });
    daemon.start();
    const signal = await firstSignal();
    main.info(`${signal}: stopping; plugged ports stay plugged`);
    await daemon.stop();
    pidFile.value.remove();
    return EXIT.ok;
  },
};

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
}
