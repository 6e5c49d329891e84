// The daemon's life: it starts, takes another configuration over, heals what it may have broken, and stops.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Daemon } from "../../src/daemon/daemon.ts";
import { Log } from "../../src/log/log.ts";
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

async function started(chassis = new SimulatedChassis()) {
  const lines: string[] = [];
  const told = { ready: 0, notReady: [] as (string | null)[] };
  const config = (yaml = "providers: [{ type: dummy }]") =>
    chassis.config(`run_dir: ${JSON.stringify(folder)}\n${yaml}`);
  const log = new Log({ level: "info", format: "text", write: (line) => lines.push(line.trim().slice(25)) });
  const daemon = new Daemon({
    config: config(),
    systemIdOverride: null,
    log,
    recorder: null,
    files: () => [],
    verifyEvery: null,
    onReady: () => told.ready++,
    onReadiness: (notReady) => told.notReady.push(notReady),
    onExit: () => undefined,
    environment: chassis.process.environment,
  });
  running = daemon;
  place = chassis;
  await chassis.settled(daemon.start());
  const socket = join(folder, `vifplugd.${process.pid}.ctl`);
  return { chassis, daemon, lines, told, config, log, socket };
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
