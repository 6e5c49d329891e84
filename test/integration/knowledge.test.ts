/** Rule U3, on a real chassis: nothing is ever unplugged on missing knowledge. Each test has its own chassis. */
import { expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../tools/chassis/program.ts";
import { databases } from "../../tools/chassis/programs.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

/** An owned interface, left by somebody; no logical port of its name asks for it. */
async function addStale(hv: Hypervisor, lport: string): Promise<void> {
  await hv.addInterface("br-int", lport, `external_ids:iface-id=${lport}`, "external_ids:ovn-plugged=dummy");
}

/** The Southbound as it was when it was made: ovn-controller fills in its Chassis row, ovn-northd the rest. */
async function wipeSouthbound({ chassis }: Hypervisor): Promise<void> {
  const { file, schema } = databases.OVN_Southbound;
  await chassis.kill("ovnsb_db", "SIGKILL");
  await rm(join(chassis.dir, file));
  await run(["ovsdb-tool", "create", join(chassis.dir, file), schema], chassis.env);
  await chassis.start("ovnsb_db");
}

test("U3: nothing is unplugged while the Southbound is down, and what had to go goes when it is back", async () => {
  await using hv = await startHypervisor();
  const kept = await hv.addPlugged("kept");
  await hv.addPlugged("deleted");
  await hv.addLport("in-view", { "vif-plug-type": null });
  await hv.settle();
  const before = (await hv.removals()).length;
  await hv.chassis.kill("ovnsb_db", "SIGKILL");
  await hv.daemon.waitLog(/OVN_Southbound: not connected/);
  await hv.deleteLport("deleted");
  await addStale(hv, "stale");
  await addStale(hv, "in-view");
  await hv.settleLocally("kept");
  expect(await hv.removals()).toHaveLength(before);
  await hv.chassis.start("ovnsb_db");
  await Promise.all(["deleted", "stale", "in-view"].map((name) => hv.gone(name)));
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
});

test("U3: nothing is unplugged when vifplugd starts while the Southbound is down", async () => {
  await using hv = await startHypervisor();
  const kept = await hv.addPlugged("kept");
  await hv.daemon.stop();
  await hv.chassis.kill("ovnsb_db", "SIGKILL");
  await addStale(hv, "stale");
  const daemon = await hv.launchDaemon({ log: { level: "debug" } });
  await daemon.waitLog(/OVN_Southbound: not connected/);
  await daemon.waitLog(/ kept: plugged/);
  await daemon.waitLog(/ stale: plugged/);
  expect(await hv.removals()).toEqual([]);
  await hv.chassis.start("ovnsb_db");
  await hv.gone("stale");
  await hv.settle();
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
  expect(await hv.writesTo("kept")).toHaveLength(1);
});

test("U3: nothing is unplugged while the Chassis row is away, as after ovn-controller has exited", async () => {
  await using hv = await startHypervisor({ config: { log: { level: "debug" } } });
  const { chassis, daemon } = hv;
  await chassis.addChassis("hv2");
  const kept = await hv.addPlugged("kept");
  await hv.addPlugged("deleted");
  await hv.addPlugged("moved");
  await chassis.appctl("ovn-controller", "exit");
  await chassis.program("ovn-controller").exited;
  await chassis.waitUntil("OVN_Southbound", "Chassis", ["name"], (rows) =>
    rows.every((row) => row.name !== "hv1"),
  );
  await hv.deleteLport("deleted");
  await hv.setLport("moved", { "requested-chassis": "hv2" });
  await daemon.waitLog(/ deleted: plugged: .*no port binding, but .*no Chassis row/);
  await daemon.waitLog(/ moved: plugged: .* hv2, but .*no Chassis row/);
  await daemon.waitLog(/ info plug: waiting: .*no Chassis row/);
  expect(await hv.removals()).toEqual([]);
  await chassis.start("ovn-controller");
  await Promise.all([hv.gone("deleted"), hv.gone("moved")]);
  await hv.settle();
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
  expect(await hv.writesTo("kept")).toHaveLength(1);
});

test("U3: nothing is unplugged when the Southbound was wiped, before ovn-northd has filled it again", async () => {
  await using hv = await startHypervisor({ config: { log: { level: "debug" } } });
  const { chassis, daemon } = hv;
  const kept = await hv.addPlugged("kept");
  await hv.addPlugged("deleted");
  await chassis.stop("ovn-northd");
  await wipeSouthbound(hv);
  await hv.deleteLport("deleted");
  await daemon.waitLog(/ kept: plugged: .*no port binding, but ovn-northd has not filled the Southbound/);
  expect(await hv.removals()).toEqual([]);
  await chassis.start("ovn-northd");
  await hv.gone("deleted");
  await hv.settle();
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
  expect(await hv.writesTo("kept")).toHaveLength(1);
});

test("U3: nothing is unplugged before its port binding has been asked for by name", async () => {
  await using hv = await startHypervisor();
  const before = await hv.addPlugged("anywhere");
  // Nothing but its name brings this row into view: it may be bound here, and is not requested here.
  await hv.setLport("anywhere", { "requested-chassis": null });
  await hv.settle();
  await hv.daemon.stop();
  await hv.startDaemon();
  await hv.settle();
  expect((await hv.interface("anywhere"))._uuid).toBe(before._uuid);
  expect(await hv.writesTo("anywhere")).toHaveLength(1);
});
