// The daemon's life: it starts, takes another configuration over, heals what it may have broken, and stops.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { plugSettings } from "../../src/config/effective.ts";
import { askDaemon } from "../../src/control/client.ts";
import { Daemon, type DaemonOptions } from "../../src/daemon/daemon.ts";
import { Log } from "../../src/log/log.ts";
import { RecordFile } from "../../src/record/record-file.ts";
import { Recorder } from "../../src/record/recorder.ts";
import { fileStatus } from "../../src/view/status-shape.ts";
import { SimulatedChassis } from "./support/simulated-chassis.ts";

let folder = "";
let running: Daemon | null = null;
let place: SimulatedChassis | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vd-"));
});
afterEach(async () => {
  if (running !== null && place !== null) await place.settled(running.stop());
  running = null;
  await rm(folder, { recursive: true });
});

interface Rest extends Pick<Partial<DaemonOptions>, "systemIdOverride" | "recorder" | "verifyEvery"> {
  /** Of the first configuration. */
  readonly yaml?: string;
}

async function started(chassis = new SimulatedChassis(), { yaml, ...rest }: Rest = {}) {
  const lines: string[] = [];
  const told = { ready: 0, exits: 0, written: 0, notReady: [] as (string | null)[] };
  const config = (yaml = "providers: [{ type: dummy }]") =>
    chassis.config(`run_dir: ${JSON.stringify(folder)}\n${yaml}`);
  const log = new Log({ level: "info", format: "text", write: (line) => lines.push(line.trim().slice(25)) });
  const daemon = new Daemon({
    ...{ config: config(yaml), systemIdOverride: null, log, recorder: null, verifyEvery: null },
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
  running = daemon;
  place = chassis;
  await chassis.settled(daemon.start());
  const socket = join(folder, `vifplugd.${process.pid}.ctl`);
  writeFileSync(join(folder, "vifplugd.pid"), `${process.pid}\n`);
  /** What the daemon answers to a command. */
  const ask = async (method: string, ...params: readonly string[]): Promise<string> => {
    const answer = await chassis.settled(askDaemon(folder, method, params));
    if (!answer.ok) throw new Error(answer.error);
    return answer.value.text;
  };
  return { chassis, daemon, lines, told, config, log, socket, ask };
}

test("it plugs what the cloud wants, and says when nothing is missing any more", async () => {
  const { chassis, daemon, told, socket } = await started();
  expect(existsSync(socket)).toBe(true);
  expect(daemon.notReady).not.toBeNull();
  expect(told.ready).toBe(0);
  chassis.until(() => told.ready > 0);
  expect(daemon.notReady).toBeNull();
  expect(told.notReady.at(-1)).toBeNull();
  chassis.want("a");
  chassis.until(() => chassis.plugged().length > 0);
  expect(chassis.plugged()).toEqual(["a"]);
});

test("it is not ready while the Southbound is away, and says so", async () => {
  const { chassis, daemon, told } = await started();
  chassis.until(() => told.ready > 0);
  chassis.southbound.servers[0]?.kill();
  chassis.until(() => daemon.notReady !== null);
  chassis.pass(100);
  expect(told.notReady.at(-1)).toContain("Southbound");
  chassis.southbound.calm();
  chassis.until(() => daemon.notReady === null);
});

test("another configuration takes effect at once, and unplugs nothing", async () => {
  const { chassis, daemon, told, config } = await started();
  chassis.until(() => told.ready > 0);
  chassis.want("a");
  chassis.until(() => chassis.plugged().length > 0);
  daemon.reload(config("providers: []"));
  chassis.want("b");
  chassis.pass(10_000);
  expect(chassis.plugged()).toEqual(["a"]);
  daemon.reload(config());
  chassis.until(() => chassis.plugged().length > 1);
  expect(chassis.plugged()).toEqual(["a", "b"]);
});

test("another setting of plugging is obeyed from then on", async () => {
  const { chassis, daemon, told, config } = await started();
  chassis.until(() => told.ready > 0);
  chassis.want("a");
  chassis.until(() => chassis.plugged().length > 0);
  daemon.reload(config("plug: { on_withdraw: keep }\nproviders: [{ type: dummy }]"));
  chassis.cloud.setOption("a", "vif-plug-type", null);
  chassis.pass(10_000);
  expect(chassis.plugged()).toEqual(["a"]);
  daemon.reload(config());
  chassis.until(() => chassis.plugged().length === 0);
});

test("a level of the log that was set by hand stays until the file says another one", async () => {
  const { daemon, config, log } = await started();
  const now = () => ({ level: log.level, format: log.format });
  log.level = "debug";
  daemon.reload(config());
  expect(now()).toEqual({ level: "debug", format: "text" });
  daemon.reload(config("log: { level: warn, format: json }"));
  expect(now()).toEqual({ level: "warn", format: "json" });
});

test("another run directory is told of, and used from the next start on", async () => {
  const { daemon, config, lines, socket } = await started();
  daemon.reload(config());
  expect(lines.filter((line) => line.includes("run_dir"))).toEqual([]);
  daemon.reload({ ...config(), run_dir: "/elsewhere" });
  expect(lines).toContainEqual(
    `warn daemon: run_dir stays ${folder} until the daemon is started anew, then /elsewhere`,
  );
  expect(existsSync(socket)).toBe(true);
});

test("an internal error is told of each time, and healed by one recompute a second later", async () => {
  const { chassis, daemon, told, lines } = await started();
  chassis.until(() => told.ready > 0);
  for (let times = 0; times < 3; times++) daemon.stray(new Error("a slip"));
  expect(lines.filter((line) => /internal error, please report it: .*a slip/.test(line))).toHaveLength(3);
  const before = told.ready;
  chassis.pass(999);
  expect(told.ready).toBe(before);
  chassis.pass(1);
  expect(told.ready).toBe(before + 1);
  chassis.pass(10_000);
  expect(told.ready).toBe(before + 1);
  daemon.stray("not even an error");
  chassis.pass(1000);
  expect(told.ready).toBe(before + 2);
});

test.each([
  ["inc-engine/show-stats"],
  ["plug/show"],
  ["version"],
  ["coverage/show"],
  ["vlog/list"],
  ["list-commands"],
  ["debug/status"],
])("its control socket answers %s", async (command) => {
  const { ask, told } = await started();
  expect(await ask(command)).not.toBeEmpty();
  expect(told.written).toBeGreaterThan(0);
  expect(await ask("coverage/read-counter", "unixctl_received")).toBe("2\n");
});

test("it says what it keeps, who is connected to it, and where it listens", async () => {
  const { chassis, told, ask, socket } = await started(new SimulatedChassis(), {
    yaml: "metrics: { listen: '127.0.0.1:0' }\nproviders: [{ type: dummy }]",
  });
  chassis.until(() => told.ready > 0);
  const status: unknown = JSON.parse(await ask("plug/status"));
  expect(status).toMatchObject({
    files: [
      { kind: "control-socket", path: socket, state: "ready" },
      { kind: "log", path: "/a/log" },
    ],
    metrics: { listen: "127.0.0.1:0", state: "listening" },
  });
  expect(await ask("memory/show")).toMatch(/clients/);
});

test("who asks it to end is heard, once", async () => {
  const { ask, told } = await started();
  await ask("exit");
  expect(told.exits).toBe(1);
});

/** What its page for metrics says; a real port, which the log names. */
async function metricsOf(lines: readonly string[], path = "/metrics"): Promise<string> {
  const port = () => /listening on 127\.0\.0\.1 port (\d+)/.exec(lines.join("\n"))?.[1];
  while (port() === undefined) await sleep(1);
  const response = await fetch(`http://127.0.0.1:${port()}${path}`);
  return await response.text();
}

test("its metrics are those of the configuration in force, and its page is there when that is asked for", async () => {
  const { chassis, daemon, told, lines, config } = await started();
  chassis.until(() => told.ready > 0);
  const listening = (rest: string) =>
    config(`metrics: { listen: "127.0.0.1:0"${rest} }\nproviders: [{ type: dummy }]`);
  daemon.reload(listening(", page: true"));
  const usual = await metricsOf(lines);
  expect(usual).toContain("vifplugd_");
  expect(usual).not.toContain('node="');
  expect(usual).toMatch(/reload/);
  expect(await metricsOf(lines, "/")).toContain("<html");
  daemon.reload(listening(", engine: true"));
  const detailed = await metricsOf(lines);
  expect(detailed).toContain('node="');
  const reloads = detailed.split("\n").filter((line) => line.includes("reload") && !line.startsWith("#"));
  expect(reloads.length).toBeGreaterThan(0);
  expect(detailed).toContain(String(chassis.process.environment.now() / 1000).slice(0, 6));
});

test("a configuration that was not valid is told of in the metrics, and changes nothing", async () => {
  const { daemon, lines } = await started(new SimulatedChassis(), {
    yaml: "metrics: { listen: '127.0.0.1:0' }\nproviders: [{ type: dummy }]",
  });
  const before = await metricsOf(lines);
  daemon.refuseReload();
  const after = await metricsOf(lines);
  const lastReload = (text: string) =>
    text.split("\n").filter((line) => /reload.*(success|in_force|valid)/.test(line) && !line.startsWith("#"));
  expect(lastReload(after)).not.toEqual(lastReload(before));
});

test("another local database is connected to at once", async () => {
  const { chassis, daemon, told, config } = await started();
  chassis.until(() => told.ready > 0);
  daemon.reload({ ...config(), ovs: { ...config().ovs, remote: "unix:/sim/other.sock" } });
  chassis.until(() => daemon.notReady !== null);
  chassis.pass(10_000);
  expect(daemon.notReady).not.toBeNull();
});

test("it is the chassis that it was told to be", async () => {
  const { chassis, ask } = await started(new SimulatedChassis(), { systemIdOverride: "hv7" });
  chassis.pass(10_000);
  expect(JSON.parse(await ask("plug/status"))).toMatchObject({ chassis: { name: "hv7" } });
});

test("what enters its graph is recorded, and the record is whole when it has ended", async () => {
  const chassis = new SimulatedChassis();
  const file = join(folder, "record");
  const log = new Log({ level: "off", format: "text", write: () => {} });
  const recorder = new Recorder(
    new RecordFile(file, log.module("record")),
    plugSettings(chassis.config(), null),
  );
  const { daemon, told } = await started(chassis, { recorder });
  chassis.until(() => told.ready > 0);
  await chassis.settled(daemon.stop());
  running = null;
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
});

test("it is compared with a recompute after so many runs, when that is asked for", async () => {
  const { chassis, told, ask } = await started(new SimulatedChassis(), { verifyEvery: 1 });
  chassis.until(() => told.ready > 0);
  expect(Number(await ask("coverage/read-counter", "verify"))).toBeGreaterThan(0);
});

test("its end leaves every port plugged, its socket and its connections closed", async () => {
  const { chassis, daemon, told, socket } = await started();
  chassis.until(() => told.ready > 0);
  chassis.want("a");
  chassis.until(() => chassis.plugged().length > 0);
  daemon.stray(new Error("a slip"));
  await chassis.settled(daemon.stop());
  running = null;
  chassis.pass(60_000);
  expect(chassis.plugged()).toEqual(["a"]);
  expect(existsSync(socket)).toBe(false);
  expect(chassis.process.leftOver).toEqual({ timers: 0, connections: 0 });
});

test("a database that stands still does not keep it from ending", async () => {
  const { chassis, daemon, told } = await started();
  chassis.until(() => told.ready > 0);
  chassis.chassis.server.halt(100_000);
  chassis.want("a");
  const began = chassis.process.elapsed();
  await chassis.settled(daemon.stop());
  running = null;
  expect(chassis.process.elapsed() - began).toBeLessThan(5000);
});
