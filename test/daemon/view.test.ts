// What the commands and the metrics are shown of a daemon, and what they may ask of it, in virtual time.
import { expect, test } from "bun:test";
import { takeLock } from "../../src/daemon/databases/chassis-lock.ts";
import { makeParts, startParts } from "../../src/daemon/parts.ts";
import { View } from "../../src/daemon/view.ts";
import { Log } from "../../src/log/log.ts";
import { fileStatus } from "../../src/view/status-shape.ts";
import { SimulatedChassis } from "./support/simulated-chassis.ts";

function shown(yaml?: string) {
  const chassis = new SimulatedChassis();
  const config = chassis.config(yaml);
  const parts = makeParts({
    ...{ environment: chassis.process.environment, config, systemIdOverride: null, recorder: null },
    lock: takeLock,
    log: new Log({ level: "off", format: "text", write: () => {} }),
    onRun: () => undefined,
  });
  const told = { exits: 0 };
  const listener = { listen: "127.0.0.1:0", state: "listening", error: null } as const;
  const file = fileStatus("log", "/a/log", null);
  const lastReload = { time: 1, isInForce: true };
  const view = new View(parts, {
    clients: () => ({ control: 2, http: 3 }),
    metrics: () => listener,
    files: () => [file],
    lastReload: () => lastReload,
    onExit: () => told.exits++,
  });
  startParts(parts, config);
  return { chassis, parts, view, told, listener, file, lastReload };
}

/** As `shown`, when nothing is missing. */
function ready(yaml?: string) {
  const all = shown(yaml);
  all.chassis.until(() => all.view.ready);
  return all;
}

/** As `ready`, with a port that is plugged. */
function plugged() {
  const all = ready();
  all.chassis.want("a");
  all.chassis.until(() => all.view.engine.data(all.view.graph.plug).get("a")?.state === "plugged");
  return all;
}

/** More than one port that goes at once is held. */
const HELD = "safety: { max_unplug: 1% }\nproviders: [{ type: dummy }]";

test("what is missing is shown until nothing is", () => {
  const { chassis, view } = shown();
  expect([view.ready, view.isLockHeld]).toEqual([false, false]);
  expect(view.notReady).not.toBeEmpty();
  expect(view.connections()).toMatchObject({
    ovs: { state: "connecting" },
    southbound: { state: "disconnected", remote: null },
  });
  chassis.until(() => view.ready);
  expect([view.notReady, view.isLockHeld]).toEqual([null, true]);
  expect(view.connections()).toEqual({
    ovs: { remote: expect.any(String), state: "connected", error: null },
    southbound: {
      ...{ remote: chassis.southbound.remotes, state: "connected", error: null },
      leader: null,
    },
  });
});

test("its owner is asked for what only the owner knows", () => {
  const { view, told, listener, file, lastReload } = shown();
  expect(view.metrics).toBe(listener);
  expect(view.files).toStrictEqual([file]);
  expect(view.lastReload).toBe(lastReload);
  view.exit();
  expect(told.exits).toBe(1);
});

test("what takes memory is counted by its kind", () => {
  const { view, parts } = plugged();
  const { rss } = process.memoryUsage();
  const usage = view.usage();
  expect([...usage.keys()]).toEqual([
    ...["rows-Open_vSwitch", "rows-OVN_Southbound", "ports", "in-flight"],
    ...["control-clients", "http-clients", "heap-kB", "rss-kB"],
  ]);
  expect(Object.fromEntries(usage)).toMatchObject({
    ...{ "rows-Open_vSwitch": parts.local.rows, "rows-OVN_Southbound": parts.southbound.rows },
    ...{ ports: 1, "in-flight": 0, "control-clients": 2, "http-clients": 3 },
  });
  expect([parts.local.rows > 0, parts.southbound.rows > 0]).toEqual([true, true]);
  const [resident, heap] = [usage.get("rss-kB") ?? 0, usage.get("heap-kB") ?? 0];
  // The process may grow or shrink between two looks, but not by that much.
  expect(resident).toBeWithin(rss / 1024 / 4, (rss / 1024) * 4);
  expect(heap).toBeWithin(1024, 16 * resident);
  expect([resident, heap].map(Number.isInteger)).toEqual([true, true]);
});

test("what was done and how long that took is shown", () => {
  const { view, parts } = plugged();
  expect(view.coverage.total("txn_committed")).toBe(1);
  expect(view.transactionTimes.samples).toBe(1);
  expect(view.latencies).toBe(parts.latencies);
  expect(view.providerTimes).toBe(parts.providerTimes);
  expect(view.statistics).toBe(parts.reconciler.statistics);
  expect(view.providers()).toEqual([{ type: "dummy", state: "ready" }]);
});

test("a port's last change is shown with its cause, and a port of which nobody knows has none", () => {
  const { chassis, view } = plugged();
  const change = view.lastChange("a");
  expect(change?.cause).not.toBeNull();
  expect(change?.time).toBeWithin(0, chassis.process.environment.now() + 1);
  expect(view.lastChange("b")).toBeNull();
  expect([view.lastError("a"), view.nextTry("a")]).toEqual([null, null]);
});

test("a port whose change was refused is shown with the error, and when it is tried again", () => {
  const { chassis, parts, view } = ready();
  const transact = parts.local.transact.bind(parts.local);
  parts.local.transact = () => transact([{ op: "insert", table: "No_Such_Table", row: {} }]);
  chassis.want("a");
  chassis.until(() => view.nextTry("a") !== null);
  expect(view.lastError("a")?.error).toContain("no such table");
  expect(view.nextTry("a")).toBeGreaterThan(chassis.process.environment.now());
});

test("plugged ports that ovn-controller does not bind are counted", () => {
  const { chassis, view } = plugged();
  expect(view.unbound).toBe(0);
  // Only ovs-vswitchd sees to the new interface.
  chassis.chassis.controller.wake = () => undefined;
  chassis.chassis.changed();
  chassis.until(() => view.unbound === 1);
});

test("ports that are held may go when a person says so, and how many those are is told", () => {
  const { chassis, view } = ready(HELD);
  for (const lport of ["a", "b"]) chassis.want(lport);
  chassis.until(() => chassis.plugged().length === 2);
  expect(view.confirmUnplug()).toBe(0);
  for (const lport of ["a", "b"]) chassis.cloud.set(lport, null);
  chassis.until(() => [...view.engine.data(view.graph.plug).values()].every(({ state }) => state === "held"));
  expect(chassis.plugged()).toEqual(["a", "b"]);
  expect(view.confirmUnplug()).toBe(2);
  chassis.until(() => chassis.plugged().length === 0);
});

test("everything is computed again when somebody asks for that", () => {
  const { parts, view } = ready();
  const before = parts.coverage.total("graph_run");
  view.recompute("a person");
  expect(parts.coverage.total("graph_run")).toBe(before + 1);
});

test("a comparison with a recompute is counted, and so is each difference", () => {
  const { chassis, parts, view } = plugged();
  expect(view.verify().differences).toStrictEqual([]);
  expect([view.coverage.total("verify"), view.coverage.total("verify_difference")]).toEqual([1, 0]);
  // A row that the graph was not told of.
  const rowsOf = parts.local.rowsOf.bind(parts.local);
  parts.local.rowsOf = (key) => (key === "bridge" ? new Map() : rowsOf(key));
  expect(view.verify().differences.length).toBeGreaterThan(0);
  expect(view.coverage.total("verify")).toBe(2);
  expect(view.coverage.total("verify_difference")).toBeGreaterThan(0);
  chassis.pass(1000);
});

test("a Southbound that is away is tried at once when somebody says that it was restored", () => {
  const { chassis, view } = ready();
  const [server] = chassis.southbound.servers;
  server?.kill();
  chassis.until(() => !view.ready);
  chassis.pass(60_000);
  server?.start();
  view.resetClusterState();
  chassis.pass(500);
  expect(view.connections().southbound.state).toBe("connected");
});
