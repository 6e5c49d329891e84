// The session with the local database: what is known of it and of the lock enters the graph, and transactions leave.
import { expect, test } from "bun:test";
import type { Environment } from "ovsdb-jsonrpc";
import { takeLock, takeNoLock } from "../../../src/daemon/databases/chassis-lock.ts";
import { LocalDatabase } from "../../../src/daemon/databases/local-database.ts";
import { makeParts, startParts } from "../../../src/daemon/parts.ts";
import { Log } from "../../../src/log/log.ts";
import type { CountedEvent } from "../../../src/view/coverage.ts";
import { SimulatedChassis } from "../support/simulated-chassis.ts";

const NOWHERE = { remotes: "unix:/sim/other.sock", tls: {}, fault: null };
const LOCK = "vifplugd_hv1";

function started(chassis = new SimulatedChassis(), lock = takeLock) {
  const lines: string[] = [];
  const secured: unknown[] = [];
  const { connect } = chassis.process.environment;
  const environment: Environment = {
    ...chassis.process.environment,
    connect: (remote, tls, events) => {
      secured.push(tls);
      return connect(remote, tls, events);
    },
  };
  const config = chassis.config();
  const parts = makeParts({
    ...{ environment, config, systemIdOverride: null, recorder: null, lock },
    log: new Log({ level: "debug", format: "text", write: (line) => lines.push(line.trim().slice(25)) }),
    onRun: () => undefined,
  });
  startParts(parts, config);
  const { local, reconciler, coverage } = parts;
  const isSynced = () => local.state.kind === "synced";
  const known = () => reconciler.engine.data(reconciler.graph.inputs.localSession).current;
  const counted = (event: CountedEvent) => coverage.total(event);
  /** What the last change of what is known of the session is called. */
  const label = () => reconciler.engine.slots.get(reconciler.graph.inputs.localSession)?.context.cause.label;
  return { chassis, local, reconciler, lines, secured, isSynced, known, counted, label };
}

/** What the graph knows of the lock. */
const noLock = { kind: "asked", name: LOCK, held: false } as const;
const holding = { kind: "asked", name: LOCK, held: true } as const;

test("its rows are there, and the chassis's lock is held", () => {
  const { chassis, local, known, lines, counted, label } = started();
  chassis.until(() => known().lock.kind === "asked" && local.heldLock() !== null);
  chassis.pass(1);
  expect(label()).toBe(`holding the lock ${LOCK}`);
  expect(lines).not.toContainEqual(expect.stringContaining("not holding"));
  expect(counted("ovs_disconnect")).toBe(0);
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
  expect(second.label()).toBe(`not holding the lock ${LOCK}`);
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
  const { chassis, local, isSynced, known, lines, counted, label } = started();
  chassis.until(() => local.heldLock() === LOCK);
  chassis.chassis.server.kill();
  chassis.until(() => !isSynced());
  chassis.pass(1);
  expect(label()).toBe("not in sync");
  expect(lines).toContainEqual(`info ovsdb: not holding the lock ${LOCK} any more`);
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
  chassis.pass(10_000);
  const insert = (table: string) =>
    chassis.settled(local.transact([{ op: "insert", table, row: { name: "x" } }]));
  expect((await insert("No_Such_Table")).ok).toBe(false);
  expect([counted("txn_sent"), counted("txn_committed"), counted("txn_failed")]).toEqual([1, 0, 1]);
  expect(await chassis.settled(local.transact([{ op: "comment", comment: "nothing" }]))).toEqual({
    ok: true,
  });
  expect([counted("txn_sent"), counted("txn_committed"), counted("txn_failed")]).toEqual([2, 1, 1]);
  expect(local.transactionTimes.samples).toBe(2);
  expect(local.transactionTimes.maxMs).toBeWithin(0, 1000);
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

test("what is wrong with a target is told once for each target", () => {
  const { local, lines } = started();
  const target = { ...NOWHERE, fault: "it needs a certificate" };
  local.setTarget(target);
  local.setTarget({ ...target });
  const told = () => lines.filter((line) => line.startsWith("warn ovsdb: "));
  expect(told()).toEqual(["warn ovsdb: it needs a certificate"]);
  local.setTarget(NOWHERE);
  expect(told()).toHaveLength(1);
  const log = new Log({ level: "info", format: "text", write: (line) => lines.push(line.trim().slice(25)) });
  const { environment } = new SimulatedChassis().process;
  const rest = { environment, log: log.module("other"), count: () => {}, lock: takeLock };
  new LocalDatabase({ ...rest, target }).close();
  expect(lines.at(-1)).toBe("warn other: it needs a certificate");
});

test("a target's certificate is that of the next connections", () => {
  const { chassis, local, secured } = started();
  chassis.until(() => local.heldLock() === LOCK);
  const before = secured.length;
  const tls = { certificate: "/a.pem" };
  local.setTarget({ remotes: local.remotes, tls, fault: null });
  chassis.chassis.server.kill();
  chassis.pass(1000);
  chassis.chassis.server.start();
  chassis.until(() => local.heldLock() === LOCK);
  expect(secured.slice(before)).toContainEqual(tls);
  const { environment } = chassis.process;
  const noted: unknown[] = [];
  const noting: Environment = {
    ...environment,
    connect: (remote, own, events) => {
      noted.push(own);
      return environment.connect(remote, own, events);
    },
  };
  const log = new Log({ level: "off", format: "text", write: () => {} }).module("ovsdb");
  const rest = { environment: noting, log, count: () => {}, lock: takeLock };
  const other = new LocalDatabase({ ...rest, target: { remotes: local.remotes, tls, fault: null } });
  chassis.until(() => other.state.kind === "synced");
  expect(noted).toEqual([tls]);
  other.close();
});

test("whoever needs no lock is in sync without one, and that is known from the start", () => {
  const { chassis, known, isSynced, label, local } = started(new SimulatedChassis(), takeNoLock);
  chassis.pass(0);
  expect(known().lock).toEqual({ kind: "not-needed" });
  chassis.until(isSynced);
  chassis.pass(1);
  expect([known().synced, label(), local.heldLock()]).toEqual([true, "in sync", null]);
});

test("what is known already is no news", () => {
  const { chassis, local, reconciler } = started();
  chassis.until(() => local.heldLock() === LOCK);
  chassis.pass(1000);
  local.want(LOCK);
  expect(reconciler.engine.needsRun).toBe(false);
});

test("after the end nothing is connected", () => {
  const { chassis, local, isSynced } = started();
  chassis.until(() => local.heldLock() === LOCK);
  local.close();
  chassis.pass(60_000);
  expect(isSynced()).toBe(false);
  expect(local.heldLock()).toBeNull();
});
