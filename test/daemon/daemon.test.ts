// The daemon's life: it starts, takes another configuration over, heals what it may have broken, and stops.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { plugSettings } from "../../src/config/effective.ts";
import { Log } from "../../src/log/log.ts";
import { onBehalfOf } from "../../src/providers/culprit.ts";
import { RecordFile } from "../../src/record/record-file.ts";
import { Secrets } from "../../src/record/recorded-json.ts";
import { Recorder } from "../../src/record/recorder.ts";
import { joinedParts } from "./support/joined-parts.ts";
import { daemons } from "./support/running-daemon.ts";
import { SimulatedChassis } from "./support/simulated-chassis.ts";

const bench = daemons();

test("it plugs what the cloud wants, and says when nothing is missing any more", async () => {
  const { chassis, daemon, told, socket } = await bench.start();
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
  const { chassis, daemon, told } = await bench.ready();
  chassis.southbound.servers[0]?.kill();
  chassis.until(() => daemon.notReady !== null);
  chassis.pass(100);
  expect(told.notReady.at(-1)).toContain("Southbound");
  const before = told.ready;
  chassis.pass(10_000);
  expect(told.ready).toBe(before);
  chassis.southbound.calm();
  chassis.until(() => daemon.notReady === null);
});

test("what is missing only until the next run is not told", async () => {
  const { told } = await bench.ready();
  expect(told.notReady.join()).not.toContain("has not been asked for yet");
});

test("it says in the log what is missing for all ports, and when nothing is any more", async () => {
  const { chassis, lines } = await bench.ready();
  chassis.chassis.deleteBridge();
  chassis.pass(1000);
  expect(lines.at(-1)).toStartWith("warn plug: there is no integration bridge br-int");
  chassis.chassis.addBridge();
  chassis.pass(1000);
  expect(lines.at(-1)).toBe("info plug: ready: every port can be decided");
});

test("it says in the log how many unplugs are held", async () => {
  const { chassis, lines } = await bench.ready({
    yaml: "safety: { max_unplug: 10% }\nproviders: [{ type: dummy }]",
  });
  for (const lport of ["a", "b"]) chassis.want(lport);
  for (const lport of ["a", "b"]) chassis.cloud.set(lport, null);
  chassis.pass(10_000);
  expect(chassis.plugged()).toEqual(["a", "b"]);
  expect(lines.at(-1)).toMatch(/^warn plug: held: 2 of 2 plugged ports .*max_unplug \(10%\)/);
});

test("while it stands by it holds nothing back: the log says nothing of that, and nobody can confirm it there", async () => {
  const yaml = "safety: { max_unplug: 10% }\nproviders: [{ type: dummy }]";
  const chassis = new SimulatedChassis();
  const another = joinedParts(chassis, { yaml, process: chassis.world.process("another") });
  for (const lport of ["a", "b"]) chassis.want(lport);
  const running = await bench.start({ chassis, yaml });
  const withdrawn = new Map([["requested-chassis", "hv1"]]);
  for (const lport of ["a", "b"]) chassis.cloud.set(lport, { type: "", parent: "", options: withdrawn });
  chassis.pass(10_000);
  expect(chassis.plugged()).toEqual(["a", "b"]);
  expect(running.lines.join("\n")).not.toContain("held");
  await expect(running.ask("plug/confirm-unplug")).rejects.toThrow("another vifplugd holds the lock");
  await another.stop();
  chassis.pass(10_000);
  expect(running.lines.join("\n")).toMatch(/warn plug: held: 2 of 2 plugged ports /);
  expect(await running.ask("plug/confirm-unplug")).toBe("2 ports may be unplugged\n");
  chassis.until(() => chassis.plugged().length === 0);
});

test("while it stands by no port of its is in trouble for that, in status and in the metrics", async () => {
  const chassis = new SimulatedChassis();
  const another = joinedParts(chassis, { process: chassis.world.process("another") });
  for (const lport of ["a", "b"]) chassis.want(lport);
  const yaml = "metrics: { listen: '127.0.0.1:0', public: true }\nproviders: [{ type: dummy }]";
  const running = await bench.start({ chassis, yaml });
  chassis.pass(5000);
  const status = JSON.parse(await running.ask("plug/status", "--state=trouble"));
  expect(status).toMatchObject({
    ready: false,
    ports: [],
    counts: { all: 2, trouble: 0, states: { plugged: 2 } },
  });
  expect(await running.metric("vifplugd_ports_plugged_with_reason")).toBe(0);
  expect(await running.fetch()).not.toContain("vifplugd_port_info{");
  await another.stop();
});

test("it is the chassis that it was told to be", async () => {
  const running = await bench.start({ systemIdOverride: "hv7" });
  running.chassis.pass(10_000);
  expect(JSON.parse(await running.ask("plug/status"))).toMatchObject({ chassis: { name: "hv7" } });
});

test("it is compared with a recompute after every run that leaves nothing to run, when that is asked for", async () => {
  const running = await bench.ready({ verifyEvery: 1 });
  const before = await running.counted("verify");
  expect(before).toBeGreaterThan(0);
  await running.ask("inc-engine/recompute");
  expect(await running.counted("verify")).toBe(before + 1);
});

describe("another Southbound than before", () => {
  test("is one in which nothing is unplugged at once, however long nobody confirms", async () => {
    const chassis = SimulatedChassis.atCluster();
    const { lines } = await bench.ready({ chassis });
    for (const lport of ["a", "b", "c", "d"]) chassis.want(lport);
    chassis.cloud.set("a", null);
    chassis.southbound.restore(null);
    chassis.pass(60_000);
    expect(lines.join("\n")).toMatch(/held: 1 of 4 plugged ports .*: the Southbound is another database/);
    expect(chassis.plugged()).toEqual(["a", "b", "c", "d"]);
  });

  test("is as good as the one before when it has nothing to unplug", async () => {
    const chassis = SimulatedChassis.atCluster();
    await bench.ready({ chassis });
    for (const lport of ["a", "b", "c", "d"]) chassis.want(lport);
    chassis.southbound.restore(null);
    chassis.pass(60_000);
    chassis.cloud.set("a", null);
    chassis.until(() => chassis.plugged().length < 4);
    expect(chassis.plugged()).toEqual(["b", "c", "d"]);
  });
});

describe("another configuration", () => {
  test("takes effect at once, and unplugs nothing", async () => {
    const running = await bench.ready();
    const { chassis, daemon } = running;
    chassis.want("a");
    chassis.until(() => chassis.plugged().length > 0);
    daemon.reload(running.config("providers: []"));
    chassis.want("b");
    chassis.pass(10_000);
    expect(chassis.plugged()).toEqual(["a"]);
    daemon.reload(running.config());
    chassis.pass(100);
    expect(chassis.plugged()).toEqual(["a", "b"]);
    expect(await running.counted("config_reload")).toBe(2);
  });

  test("is obeyed from then on, also where it says otherwise how to plug", async () => {
    const running = await bench.ready();
    const { chassis, daemon } = running;
    chassis.want("a");
    chassis.until(() => chassis.plugged().length > 0);
    daemon.reload(running.config("plug: { on_withdraw: keep }\nproviders: [{ type: dummy }]"));
    chassis.cloud.setOption("a", "vif-plug-type", null);
    chassis.pass(10_000);
    expect(chassis.plugged()).toEqual(["a"]);
    daemon.reload(running.config());
    chassis.until(() => chassis.plugged().length === 0);
  });

  test("leaves a level of the log that was set by hand until the file says another one", async () => {
    const running = await bench.start();
    const { daemon, log } = running;
    const now = () => ({ level: log.level, format: log.format });
    log.level = "debug";
    daemon.reload(running.config());
    expect(now()).toEqual({ level: "debug", format: "text" });
    daemon.reload(running.config("log: { level: warn, format: json }"));
    expect(now()).toEqual({ level: "warn", format: "json" });
  });

  test("with another run directory says that it is used from the next start on", async () => {
    const running = await bench.start();
    const { daemon, lines, socket } = running;
    daemon.reload(running.config());
    expect(lines.filter((line) => line.includes("run_dir"))).toEqual([]);
    daemon.reload({ ...running.config(), run_dir: "/elsewhere" });
    expect(lines).toContainEqual(
      `warn daemon: run_dir stays ${bench.folder} until the daemon is started anew, then /elsewhere`,
    );
    expect(existsSync(socket)).toBe(true);
  });

  test("with another local database connects to that at once", async () => {
    const running = await bench.ready();
    const { chassis, daemon } = running;
    const config = running.config();
    daemon.reload({ ...config, ovs: { ...config.ovs, remote: "unix:/sim/other.sock" } });
    chassis.until(() => daemon.notReady !== null);
    chassis.pass(10_000);
    expect(daemon.notReady).not.toBeNull();
  });
});

describe("an error outside of any call", () => {
  test("is told of each time, and healed by one recompute a second later", async () => {
    const running = await bench.ready();
    const { chassis, daemon, told, lines } = running;
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
    expect(lines.at(-1)).toBe("error daemon: internal error, please report it: not even an error");
    chassis.pass(1000);
    expect(told.ready).toBe(before + 2);
    expect(await running.counted("internal_error")).toBe(4);
  });

  test("that is a provider's is told by its name, and calls for no recompute", async () => {
    const running = await bench.ready();
    const { chassis, daemon, told, lines } = running;
    const before = told.ready;
    onBehalfOf("dummy", () => daemon.stray(new Error("its timer")));
    expect(lines.at(-1)).toBe("warn provider: dummy: threw outside of a call: its timer");
    chassis.pass(10_000);
    expect(told.ready).toBe(before);
    expect(await running.counted("provider_stray_error")).toBe(1);
    expect(await running.counted("internal_error")).toBe(0);
  });
});

describe("the record of what enters the graph", () => {
  /** A record whose reader has had everything when the test says so. */
  class ReadRecorder extends Recorder {
    readonly asked = Promise.withResolvers<void>();
    readonly read = Promise.withResolvers<void>();
    override drained(): Promise<void> {
      this.asked.resolve();
      return this.read.promise;
    }
  }

  function recordOf(chassis: SimulatedChassis) {
    const log = new Log({ level: "off", format: "text", write: () => {} });
    const file = new RecordFile(join(bench.folder, "record"), log.module("record"));
    const secrets = new Secrets(new Uint8Array(32));
    return { file, recorder: new ReadRecorder(file, plugSettings(chassis.config(), null), secrets) };
  }

  test("is whole when the daemon has ended, and is closed when its reader has had everything", async () => {
    const chassis = new SimulatedChassis();
    const { file, recorder } = recordOf(chassis);
    const running = await bench.ready({ chassis, recorder });
    const end = running.stop();
    await chassis.settled(Promise.race([end, recorder.asked.promise]));
    expect(file.hasEnded).toBe(false);
    recorder.read.resolve();
    await end;
    expect(file.hasEnded).toBe(true);
    const lines = readFileSync(file.path, "utf8").trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe("its end", () => {
  test("leaves every port plugged, and no socket, connection or timer", async () => {
    const running = await bench.ready();
    const { chassis, daemon, socket } = running;
    chassis.want("a");
    chassis.until(() => chassis.plugged().length > 0);
    daemon.stray(new Error("a slip"));
    await running.stop();
    expect(chassis.process.leftOver.timers).toBe(0);
    chassis.pass(60_000);
    expect(chassis.plugged()).toEqual(["a"]);
    expect(existsSync(socket)).toBe(false);
    expect(chassis.process.leftOver).toEqual({ timers: 0, connections: 0 });
  });

  test("takes back what was about to be told", async () => {
    const chassis = new SimulatedChassis();
    const holder = joinedParts(chassis, { process: chassis.world.process("another vifplugd") });
    chassis.until(() => holder.isReady());
    const running = await bench.start({ chassis });
    chassis.until(() => running.told.notReady.at(-1)?.includes("another vifplugd holds the lock") === true);
    await running.stop();
    expect(chassis.process.leftOver.timers).toBe(0);
    expect(running.lines.join("\n")).not.toContain("standing by");
    await holder.stop();
  });

  test("does not wait for a database that stands still", async () => {
    const running = await bench.ready();
    const { chassis } = running;
    chassis.chassis.server.halt(100_000);
    chassis.want("a");
    const began = chassis.process.elapsed();
    await running.stop();
    expect(chassis.process.elapsed() - began).toBeLessThan(5000);
  });
});
