/** The life of a chassis under vifplugd: its Southbound row goes and comes back another, its database goes back in time. */
import { expect, test } from "bun:test";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

/**
 * Adds an interface that has to go, and returns when vifplugd has said that it stays for now, and why: by then it has
 * seen everything that happened before in the local database.
 */
async function addStale(hv: Hypervisor, name: string, stays: string): Promise<void> {
  await hv.addInterface("br-int", name, `external_ids:iface-id=${name}`, "external_ids:ovn-plugged=dummy");
  await hv.daemon.waitLog(new RegExp(` ${name}: plugged: .*${stays}`));
}

async function chassisUuid({ chassis }: Hypervisor): Promise<string | undefined> {
  const rows = await chassis.rows("OVN_Southbound", "Chassis", ["name"]);
  return rows.find(({ name }) => name === "hv1")?._uuid;
}

test("U3: ovn-controller exits, and comes back with another Chassis row: nothing is written, and it is told once", async () => {
  await using hv = await startHypervisor({ config: { log: { level: "debug" } } });
  const { chassis } = hv;
  const lports = Array.from({ length: 20 }, (_, index) => `lsp${index}`);
  await hv.addLports(Object.fromEntries(lports.map((lport) => [lport, {}])));
  const before = await hv.allInstalled(lports);
  const first = await chassisUuid(hv);
  await chassis.appctl("ovn-controller", "exit");
  await chassis.program("ovn-controller").exited;
  expect(await chassisUuid(hv)).toBeUndefined();
  await addStale(hv, "stale", "no Chassis row");
  expect(await hv.removals()).toEqual([]);
  await chassis.start("ovn-controller");
  await hv.gone("stale");
  await hv.settle();
  expect(await chassisUuid(hv)).not.toBe(first);
  const after = await hv.interfaces(lports);
  expect(after.map((row) => row._uuid)).toEqual(before.map((row) => row._uuid));
  for (const lport of lports) expect(await hv.writesTo(lport)).toHaveLength(1);
  const told = hv.daemon.lines.filter((line) => / (info|warn) plug: /.test(line));
  expect(told.filter((line) => /: waiting: .*no Chassis row/.test(line))).toHaveLength(1);
  expect(told.filter((line) => / lsp\d+: plugged: /.test(line))).toEqual([]);
});

test("the local database's server starts with an older copy of its database: what differs is put right", async () => {
  await using hv = await startHypervisor();
  const { chassis } = hv;
  const kept = await hv.addPlugged("kept");
  await hv.addPlugged("deleted");
  await hv.addPlugged("changed");
  const file = join(chassis.dir, "conf.db");
  await copyFile(file, `${file}.older`);
  await hv.deleteLport("deleted");
  await hv.gone("deleted");
  await hv.setLport("changed", { "vif-plug-mtu-request": "1300" });
  await hv.interface("changed", (row) => row.mtu_request === 1300);
  await hv.addPlugged("later");

  await chassis.kill("ovsdb-server", "SIGKILL");
  await copyFile(`${file}.older`, file);
  await hv.restartDatabase();
  await hv.installed("later");
  await hv.interface("changed", (row) => row.mtu_request === 1300);
  await hv.gone("deleted");
  await hv.settle();
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
  expect(await hv.writesTo("kept")).toEqual([]);
  for (const lport of ["later", "changed", "deleted"]) expect(await hv.writesTo(lport)).toHaveLength(1);
});

test("the integration bridge is deleted and made by hand while vifplugd is stopped: its ports are plugged again", async () => {
  await using hv = await startHypervisor();
  const before = await hv.addPlugged("lsp1");
  await hv.daemon.stop();
  await hv.chassis.vsctl("--no-wait", "del-br", "br-int", "--", "add-br", "br-int");
  await hv.startDaemon();
  await hv.interface("lsp1", ({ _uuid }) => _uuid !== before._uuid);
  await hv.installed("lsp1");
});

test("U5: SIGTERM ends vifplugd in order, also when the local database's server hangs with a change in flight", async () => {
  await using hv = await startHypervisor();
  const { chassis } = hv;
  const before = await hv.addPlugged("kept");
  await chassis.kill("ovsdb-server", "SIGSTOP");
  await hv.addLport("new");
  await chassis.nbctl("--wait=sb", "sync");
  expect(await hv.daemon.stop("SIGTERM", 20_000)).toEqual({ code: 0, signal: null });
  await chassis.kill("ovsdb-server", "SIGCONT");
  expect((await hv.interface("kept"))._uuid).toBe(before._uuid);
});
