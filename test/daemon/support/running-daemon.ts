/** A daemon on a chassis of the simulation: its sockets are real, in a folder of their own; everything else is in virtual time. */
import { afterEach, beforeEach } from "bun:test";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { askDaemon } from "../../../src/control/client.ts";
import { Daemon, type DaemonOptions } from "../../../src/daemon/daemon.ts";
import { Log } from "../../../src/log/log.ts";
import type { HostedProvider } from "../../../src/providers/hosted.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { fileStatus } from "../../../src/view/status-shape.ts";
import { SimulatedChassis } from "./simulated-chassis.ts";

export interface Circumstances
  extends Pick<Partial<DaemonOptions>, "systemIdOverride" | "recorder" | "verifyEvery"> {
  readonly chassis?: SimulatedChassis;
  /** Of the first configuration. */
  readonly yaml?: string;
  /** Takes the place of each provider that a configuration names. */
  readonly provider?: Provider | HostedProvider;
}

/** To be called once in a file: what is started in a test ends with the test. */
export function daemons() {
  let folder = "";
  let running: RunningDaemon[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vd-"));
  });
  afterEach(async () => {
    for (const daemon of running) await daemon.stop();
    running = [];
    await rm(folder, { recursive: true });
  });
  return {
    get folder() {
      return folder;
    },
    /** A daemon whose control socket answers. */
    async start(circumstances: Circumstances = {}): Promise<RunningDaemon> {
      const started = new RunningDaemon(folder, circumstances);
      running.push(started);
      await started.chassis.settled(started.daemon.start());
      return started;
    },
    /** A daemon with which nothing is missing any more, and which is at rest. */
    async ready(circumstances: Circumstances = {}): Promise<RunningDaemon> {
      const started = await this.start(circumstances);
      started.chassis.until(() => started.told.ready > 0);
      started.chassis.pass(1000);
      return started;
    },
  };
}

export class RunningDaemon {
  readonly chassis: SimulatedChassis;
  readonly daemon: Daemon;
  readonly log: Log;
  readonly lines: string[] = [];
  readonly told = { ready: 0, exits: 0, written: 0, notReady: [] as (string | null)[] };
  readonly socket: string;
  readonly #folder: string;
  readonly #provider: Circumstances["provider"];
  #end: Promise<void> | null = null;

  constructor(folder: string, { chassis = new SimulatedChassis(), yaml, provider, ...rest }: Circumstances) {
    this.chassis = chassis;
    this.#folder = folder;
    this.#provider = provider;
    this.socket = join(folder, `vifplugd.${process.pid}.ctl`);
    writeFileSync(join(folder, "vifplugd.pid"), `${process.pid}\n`);
    const { lines, told } = this;
    this.log = new Log({ level: "info", format: "text", write: (line) => lines.push(line.trim().slice(25)) });
    this.daemon = new Daemon({
      ...{
        config: this.config(yaml),
        systemIdOverride: null,
        log: this.log,
        recorder: null,
        verifyEvery: null,
      },
      files: () => [fileStatus("log", "/a/log", null)],
      onReady: () => told.ready++,
      onReadiness: (notReady) => told.notReady.push(notReady),
      onExit: () => told.exits++,
      onWritten: (length) => {
        told.written += length;
      },
      environment: chassis.process.environment,
      ...rest,
    });
  }

  config(yaml = "providers: [{ type: dummy }]") {
    return this.chassis.config(`run_dir: ${JSON.stringify(this.#folder)}\n${yaml}`, this.#provider);
  }

  /** What the daemon answers to a command that is not refused. */
  async ask(method: string, ...params: readonly string[]): Promise<string> {
    const answer = await this.chassis.settled(askDaemon(this.#folder, method, params));
    if (!answer.ok) throw new Error(answer.error);
    if (!answer.value.ok) throw new Error(`${method} is refused: ${answer.value.text}`);
    return answer.value.text;
  }

  /** How often it has counted an event. */
  async counted(event: string): Promise<number> {
    return Number(await this.ask("coverage/read-counter", event));
  }

  /** The port of its listener for HTTP, which its log names. */
  async httpPort(): Promise<number> {
    for (;;) {
      const port = /listening on 127\.0\.0\.1 port (\d+)/.exec(this.lines.join("\n"))?.[1];
      if (port !== undefined) return Number(port);
      await sleep(1);
    }
  }

  async fetch(path = "/metrics"): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${await this.httpPort()}${path}`);
    return await response.text();
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const value = new RegExp(`^${name} (.*)$`, "m").exec(await this.fetch())?.[1];
    if (value === undefined) throw new Error(`no metric ${name}`);
    return Number(value);
  }

  /** Settles when it has ended; a second call is of no effect. */
  stop(): Promise<void> {
    this.#end ??= this.chassis.settled(this.daemon.stop());
    return this.#end;
  }
}
