// The session with the local database: what is known of it and of the lock enters the graph, and transactions leave.
import { expect, test } from "bun:test";
import { takeLock } from "../../../src/daemon/databases/chassis-lock.ts";
import { makeParts, startParts } from "../../../src/daemon/parts.ts";
import { Log } from "../../../src/log/log.ts";
import type { CountedEvent } from "../../../src/view/coverage.ts";
import { SimulatedChassis } from "../support/simulated-chassis.ts";

const NOWHERE = { remotes: "unix:/sim/other.sock", tls: {}, fault: null };
const LOCK = "vifplugd_hv1";

function started(chassis = new SimulatedChassis()) {
  const lines: string[] = [];
  const { environment } = chassis.process;
  const config = chassis.config();
  const parts = makeParts({
    ...{ environment, config, systemIdOverride: null, recorder: null, lock: takeLock },
    log: new Log({ level: "debug", format: "text", write: (line) => lines.push(line.trim().slice(25)) }),
    onRun: () => undefined,
  });
  startParts(parts, config);
  const { local, reconciler, coverage } = parts;
  const isSynced = () => local.state.kind === "synced";
  const known = () => reconciler.engine.data(reconciler.graph.inputs.localSession).current;
  const counted = (event: CountedEvent) => coverage.total(event);
  return { chassis, local, reconciler, lines, isSynced, known, counted };
}

/** What the graph knows of the lock. */
const noLock = { kind: "asked", name: LOCK, held: false } as const;
const holding = { kind: "asked", name: LOCK, held: true } as const;

test("its rows are there, and the chassis's lock is held", () => {
  const { chassis, local, known, lines, counted } = started();
  chassis.until(() => known().lock.kind === "asked" && local.heldLock() !== null);
  expect(known()).toEqual({ synced: true, lock: holding });
  expect(local.heldLock()).toBe(LOCK);
  expect([...local.rowsOf("bridge").values()]).toMatchObject([{ name: "br-int" }]);
  expect(local.rows).toBe(4);
  expect(lines).toContainEqual(expect.stringContaining(`holding the lock ${LOCK}`));
  expect(counted("ovs_snapshot")).toBe(1);
});

test("a lock that another daemon has is not asserted, until that ends", () => {
  const chassis = new SimulatedChassis();
  const first = started(chassis);
  chassis.until(() => first.local.heldLock() === LOCK);
  const second = started(chassis);
  chassis.until(() => second.known().lock.kind === "asked");
  expect(second.known()).toEqual({ synced: true, lock: noLock });
  expect(second.local.heldLock()).toBeNull();
  first.local.close();
  chassis.until(() => second.local.heldLock() === LOCK);
  expect(second.known().lock).toEqual(holding);
});

test("another lock is given up for the one that is wanted, and none is held when none is", () => {
  const { chassis, local, known } = started();
  chassis.until(() => local.heldLock() === LOCK);
  local.want("vifplugd_other");
  expect(local.heldLock()).toBeNull();
  chassis.until(() => local.heldLock() === "vifplugd_other");
  expect(chassis.requests).toContain("unlock");
  local.want(null);
  chassis.pass(100);
  expect([local.heldLock(), known().lock]).toEqual([null, { kind: "none" }]);
});

test("a server that ends and comes back is told of, and its lock is taken again", () => {
  const { chassis, local, isSynced, known, lines, counted } = started();
  chassis.until(() => local.heldLock() === LOCK);
  chassis.chassis.server.kill();
  chassis.until(() => !isSynced());
  chassis.pass(1);
  expect(known().synced).toBe(false);
  expect(local.heldLock()).toBeNull();
  expect(counted("ovs_disconnect")).toBeGreaterThan(0);
  expect(lines).toContainEqual(expect.stringContaining("Open_vSwitch"));
  chassis.chassis.server.start();
  chassis.until(() => isSynced() && local.heldLock() === LOCK);
  chassis.pass(1);
  expect(known()).toEqual({ synced: true, lock: holding });
  expect(counted("ovs_snapshot")).toBe(2);
});

test("a transaction is counted and timed by what became of it", async () => {
  const { chassis, local, counted } = started();
  chassis.until(() => local.heldLock() === LOCK);
  const insert = (table: string) =>
    chassis.settled(local.transact([{ op: "insert", table, row: { name: "x" } }]));
  expect((await insert("No_Such_Table")).ok).toBe(false);
  expect([counted("txn_sent"), counted("txn_committed"), counted("txn_failed")]).toEqual([1, 0, 1]);
  expect(await chassis.settled(local.transact([{ op: "comment", comment: "nothing" }]))).toEqual({
    ok: true,
  });
  expect([counted("txn_sent"), counted("txn_committed"), counted("txn_failed")]).toEqual([2, 1, 1]);
  expect(local.transactionTimes.samples).toBe(2);
});

test("a change of its rows is told as one", () => {
  const { chassis, local, counted } = started();
  chassis.until(() => local.heldLock() === LOCK);
  const before = counted("ovs_update");
  chassis.chassis.write([{ op: "update", table: "Bridge", where: [], row: { datapath_type: "netdev" } }]);
  chassis.pass(100);
  expect(counted("ovs_update")).toBeGreaterThan(before);
  expect([...local.rowsOf("bridge").values()]).toMatchObject([{ datapath_type: "netdev" }]);
});

test("the same target again is no reason to connect anew, and another one is", () => {
  const { chassis, local, isSynced, lines } = started();
  chassis.until(() => local.heldLock() === LOCK);
  // The lock is asked for whenever there is a new connection.
  const before = chassis.requests.length;
  local.setTarget({ remotes: local.remotes, tls: {}, fault: null });
  chassis.pass(1000);
  expect(isSynced()).toBe(true);
  expect(chassis.requests.slice(before)).not.toContain("lock");
  local.setTarget({ ...NOWHERE, fault: "it needs a certificate" });
  chassis.until(() => !isSynced());
  expect(local.remotes).toBe(NOWHERE.remotes);
  expect(lines).toContainEqual("warn ovsdb: it needs a certificate");
});

test("after the end nothing is connected", () => {
  const { chassis, local, isSynced } = started();
  chassis.until(() => local.heldLock() === LOCK);
  local.close();
  chassis.pass(60_000);
  expect(isSynced()).toBe(false);
  expect(local.heldLock()).toBeNull();
});
