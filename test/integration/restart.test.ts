/** Rules U4 and U5, on a real chassis: vifplugd goes and comes, and so do the programs beside it. */
import { expect, test } from "bun:test";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

/** Everything of the local database that plugging writes to, by uuid. */
async function plugged({ chassis }: Hypervisor) {
  const [interfaces, ports, bridges] = await Promise.all([
    chassis.rows("Open_vSwitch", "Interface", ["name", "type", "options", "external_ids", "mtu_request"]),
    chassis.rows("Open_vSwitch", "Port", ["name", "interfaces"]),
    chassis.rows("Open_vSwitch", "Bridge", ["name", "ports"]),
  ]);
  const byUuid = (a: { readonly _uuid: string }, b: { readonly _uuid: string }) =>
    a._uuid < b._uuid ? -1 : 1;
  return [interfaces.toSorted(byUuid), ports.toSorted(byUuid), bridges.toSorted(byUuid)];
}

test("U5: SIGTERM ends vifplugd with exit code 0 and leaves the ports plugged", async () => {
  await using hv = await startHypervisor();
  await hv.addPlugged("lsp1");
  await hv.addPlugged("lsp2");
  const before = await plugged(hv);
  expect(await hv.daemon.stop("SIGTERM")).toEqual({ code: 0, signal: null });
  expect(await plugged(hv)).toEqual(before);
  expect(await hv.removals()).toEqual([]);
});

test.each(["SIGTERM", "SIGKILL"] as const)("U4: a restart after %s writes nothing", async (signal) => {
  await using hv = await startHypervisor();
  const lports = Array.from({ length: 10 }, (_, index) => `lsp${index}`);
  await hv.addLports(Object.fromEntries(lports.map((lport) => [lport, { "vif-plug-mtu-request": "1400" }])));
  await hv.allInstalled(lports);
  await hv.settle();
  const before = await plugged(hv);
  const requests = (await hv.writes()).length;
  const stored = (await hv.chassis.transactions("Open_vSwitch")).length;

  await hv.daemon.stop(signal);
  await hv.startDaemon();
  await hv.settle();

  const ofOthers = /"fence2"|^record \d+: .* "ovn-controller$/m;
  const sent = (await hv.writes()).slice(requests);
  expect(sent).not.toBeEmpty();
  expect(sent.filter((request) => !ofOthers.test(request))).toEqual([]);
  const since = (await hv.chassis.transactions("Open_vSwitch")).slice(stored);
  expect(since).not.toBeEmpty();
  expect(since.filter((transaction) => !ofOthers.test(transaction))).toEqual([]);
  expect(await plugged(hv)).toEqual(before);
});

test("U1, P1, P2: what changed while vifplugd was away is dealt with when it comes back", async () => {
  await using hv = await startHypervisor();
  await hv.chassis.addChassis("hv2");
  const kept = await hv.addPlugged("kept");
  for (const lport of ["changed", "deleted", "moved"]) await hv.addPlugged(lport);
  await hv.daemon.stop();
  await hv.setLport("changed", { "vif-plug-mtu-request": "1300" });
  await hv.deleteLport("deleted");
  await hv.setLport("moved", { "requested-chassis": "hv2" });
  await hv.addLport("new");
  await hv.addInterface("br-int", "stale", "external_ids:iface-id=none", "external_ids:ovn-plugged=dummy");
  await hv.startDaemon();
  await Promise.all(["deleted", "moved", "stale"].map((name) => hv.gone(name)));
  await hv.interface("changed", (row) => row.mtu_request === 1300);
  await hv.installed("new");
  expect((await hv.interface("kept"))._uuid).toBe(kept._uuid);
});

test("a stale owned interface that was there before vifplugd first started is removed", async () => {
  await using hv = await startHypervisor({ daemon: false });
  await hv.addInterface("br-int", "stale", "external_ids:iface-id=none", "external_ids:ovn-plugged=dummy");
  await hv.addInterface("br-int", "foreign", "external_ids:iface-id=none2");
  await hv.startDaemon();
  await hv.gone("stale");
  await hv.interface("foreign");
});

test("an interface of an earlier life is taken over as it is when it is right, and mended when it is not", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const owned = (lport: string) => [`external_ids:iface-id=${lport}`, "external_ids:ovn-plugged=dummy"];
  const ours = [...owned("right"), "options:vif-plug-dummy-option=value"];
  await hv.addInterface("br-int", "right", ...ours);
  const right = await hv.interface("right");
  await hv.addInterface("br-int", "wrong", ...owned("wrong"), "mtu_request=1300");
  const wrong = await hv.interface("wrong");
  await hv.addLports({ right: {}, wrong: {} });
  await hv.startDaemon();
  const mended = await hv.interface("wrong", (row) => row.options.size === 1 && row.mtu_request === null);
  expect(mended._uuid).toBe(wrong._uuid);
  expect((await hv.interface("right"))._uuid).toBe(right._uuid);
  await hv.settle();
  expect(await hv.writesTo("right")).toEqual([]);
});

test("the integration bridge is deleted and made again: its ports are plugged again, once", async () => {
  await using hv = await startHypervisor();
  const before = await hv.addPlugged("lsp1");
  await hv.chassis.vsctl("--no-wait", "del-br", "br-int");
  // ovn-controller makes the bridge again.
  const after = await hv.interface("lsp1", (row) => row._uuid !== before._uuid);
  await hv.installed("lsp1");
  await hv.settle();
  expect((await hv.interface("lsp1"))._uuid).toBe(after._uuid);
  expect(await hv.writesTo("lsp1")).toHaveLength(2);
});

test("the local database's server is killed and started: nothing is written twice, and the next port is plugged", async () => {
  await using hv = await startHypervisor();
  const before = await hv.addPlugged("lsp1");
  await hv.chassis.kill("ovsdb-server", "SIGKILL");
  await hv.daemon.waitLog(/Open_vSwitch: not connected/);
  await hv.addLport("lsp2");
  await hv.restartDatabase();
  await hv.interface("lsp2");
  await hv.settle();
  expect((await hv.interface("lsp1"))._uuid).toBe(before._uuid);
  expect(await hv.writesTo("lsp1")).toEqual([]);
  expect(await hv.writesTo("lsp2")).toHaveLength(1);
});

test.each(["ovs-vswitchd", "ovn-controller"] as const)(
  "%s is killed and started: nothing is written, and the next port is plugged",
  async (name) => {
    await using hv = await startHypervisor();
    const before = await hv.addPlugged("lsp1");
    await hv.chassis.kill(name, "SIGKILL");
    await hv.chassis.start(name);
    await hv.addPlugged("lsp2");
    await hv.settle();
    expect((await hv.interface("lsp1"))._uuid).toBe(before._uuid);
    expect(await hv.writesTo("lsp1")).toHaveLength(1);
  },
);
