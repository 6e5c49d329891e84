/** Live configuration, on a real chassis: SIGHUP, and the Open_vSwitch row. Nothing is unplugged by any of it. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { baseConfig, configPath } from "../../tools/chassis/daemon.ts";
import { CountingProxy } from "./support/counting-proxy.ts";
import { type Config, type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

const dummy = [{ type: "dummy" }];

/** Writes another configuration and has vifplugd read it; returns when it says that it has, or that it cannot. */
async function reconfigure(hv: Hypervisor, config: Config | string): Promise<void> {
  const { chassis, daemon } = hv;
  const text = typeof config === "string" ? config : JSON.stringify({ ...baseConfig(chassis), ...config });
  await Bun.write(configPath(chassis), text);
  const from = daemon.lines.length;
  daemon.kill("SIGHUP");
  await daemon.waitLog(/ main: SIGHUP: /, 10_000, from);
}

describe("SIGHUP", () => {
  test("a provider that is disabled plugs nothing more and unplugs nothing, and goes on when it is enabled", async () => {
    await using hv = await startHypervisor();
    const before = await hv.addPlugged("kept");
    await hv.addPlugged("deleted");
    await reconfigure(hv, { providers: [] });
    await hv.addLport("new");
    await hv.daemon.waitLog(/ warn plug: new: no-provider: /);
    await hv.deleteLport("deleted");
    await hv.daemon.waitLog(/ warn plug: deleted: no-provider: /);
    expect(await hv.interfacesOf("new")).toEqual([]);
    expect(await hv.removals()).toEqual([]);
    await reconfigure(hv, { providers: dummy });
    await hv.installed("new");
    await hv.gone("deleted");
    await hv.settle();
    expect((await hv.interface("kept"))._uuid).toBe(before._uuid);
    expect(await hv.writesTo("kept")).toHaveLength(1);
  });

  test("a provider that is enabled for another plug type plugs that one", async () => {
    await using hv = await startHypervisor();
    await hv.addLport("other", { "vif-plug-type": "other" });
    await hv.daemon.waitLog(/ warn plug: other: no-provider: /);
    await reconfigure(hv, { providers: [{ type: "dummy", match: ["dummy", "other"] }] });
    expect((await hv.installed("other")).external_ids.get("ovn-plugged")).toBe("other");
  });

  test("a file that is not valid changes nothing, and the log says where and why", async () => {
    await using hv = await startHypervisor();
    const before = await hv.addPlugged("kept");
    await reconfigure(hv, "providers:\n  - type: dumy\n");
    await hv.daemon.waitLog(/ error main: SIGHUP: .*the old configuration stays in force/);
    const file = RegExp.escape(configPath(hv.chassis));
    await hv.daemon.waitLog(new RegExp(` error main: ${file}:2:\\d+: providers`));
    await hv.addPlugged("next");
    expect((await hv.interface("kept"))._uuid).toBe(before._uuid);
  });

  test("status says that the file is refused, until the file is in force", async () => {
    await using hv = await startHypervisor();
    const shown = async () =>
      (await hv.chassis.appctl("vifplugd", "plug/status", "text")).replace(/\s+/g, " ");
    await reconfigure(hv, "providers:\n  - type: dumy\nchasis: hv1\n");
    const file = configPath(hv.chassis);
    const refused = `configuration failed ${file}:2:11: providers.0.type: `;
    const more = `(and 1 more: vifplugd check --config ${file}); the old configuration stays in force`;
    await hv.daemon.waitLog(/the old configuration stays in force/);
    expect(await shown()).toContain(refused);
    expect(await shown()).toContain(more);
    await reconfigure(hv, { providers: dummy });
    expect(await shown()).not.toContain("configuration failed");
  });

  test("what to do with a withdrawn plug type takes effect for ports that wait for it", async () => {
    await using hv = await startHypervisor({ config: { plug: { on_withdraw: "keep" } } });
    await hv.addPlugged("withdrawn");
    await hv.setLport("withdrawn", { "vif-plug-type": null });
    await hv.settle();
    expect(await hv.interfacesOf("withdrawn")).toHaveLength(1);
    await reconfigure(hv, { providers: dummy, plug: { on_withdraw: "unplug" } });
    await hv.gone("withdrawn");
  });

  test("whether ports of an additional chassis are plugged takes effect, and keeps those that are", async () => {
    await using hv = await startHypervisor({ config: { plug: { additional_chassis: false } } });
    await hv.chassis.addChassis("hv2");
    await hv.addLport("migrates", { "requested-chassis": "hv2,hv1" });
    await hv.settle();
    expect(await hv.interfacesOf("migrates")).toEqual([]);
    await reconfigure(hv, { providers: dummy });
    const before = await hv.interface("migrates");
    await reconfigure(hv, { providers: dummy, plug: { additional_chassis: false } });
    await hv.settle();
    expect((await hv.interfacesOf("migrates")).map((row) => row._uuid)).toEqual([before._uuid]);
  });

  test("is not the end of a daemon that has just claimed its pid file", async () => {
    await using hv = await startHypervisor({ daemon: false });
    const daemon = await hv.launchDaemon();
    await daemon.waitLog(/ starts$/);
    daemon.kill("SIGHUP");
    await daemon.waitLog(/ main: SIGHUP: /);
    await hv.addPlugged("lsp1");
    expect(daemon.status).toBeUndefined();
  });
});

describe("the Open_vSwitch row", () => {
  test.each(["ovn-bridge", "ovn-bridge-hv1"])(
    "P6: another %s: the old bridge's ports are conflicts that are left alone, the next one is plugged on the new bridge",
    async (key) => {
      await using hv = await startHypervisor();
      const { chassis } = hv;
      const before = await hv.addPlugged("kept");
      const set = ["--", "set", "Open_vSwitch", ".", `external_ids:${key}=br-new`];
      await chassis.vsctl("--no-wait", "add-br", "br-new", ...set);
      await hv.daemon.waitLog(
        / warn plug: kept: conflict: .*another bridge; remove it there with ovs-vsctl del-port kept/,
      );
      await hv.addPlugged("next");
      expect(await chassis.vsctl("port-to-br", "next")).toBe("br-new");
      expect(await chassis.vsctl("port-to-br", "kept")).toBe("br-int");
      await chassis.vsctl("--no-wait", "del-port", "br-int", "kept");
      // What is watched may still show the old one when ovs-vsctl has ended.
      await hv.interface("kept", ({ _uuid }) => _uuid !== before._uuid);
      await hv.installed("kept");
      expect(await chassis.vsctl("port-to-br", "kept")).toBe("br-new");
      expect(await hv.removals()).toEqual([]);
    },
  );

  test("another ovn-remote: nothing is written, and the next port is plugged", async () => {
    await using hv = await startHypervisor();
    const { chassis } = hv;
    await hv.addPlugged("kept");
    using proxy = await CountingProxy.start(join(chassis.runDir, "moved.sock"), chassis.sbSock);
    await chassis.vsctl("--no-wait", "set", "Open_vSwitch", ".", `external_ids:ovn-remote=${proxy.remote}`);
    await hv.daemon.waitLog(/OVN_Southbound: in sync with unix:.*moved\.sock/);
    await hv.addPlugged("next");
    await hv.settle();
    expect(await hv.writesTo("kept")).toHaveLength(1);
    expect(hv.daemon.lines.filter((line) => line.includes(" warn "))).toEqual([]);
  });

  test("an ovn-remote where nobody answers: nothing is unplugged until one does", async () => {
    await using hv = await startHypervisor();
    const { chassis } = hv;
    await hv.addPlugged("kept");
    await hv.addPlugged("deleted");
    const set = (remote: string) =>
      chassis.vsctl("--no-wait", "set", "Open_vSwitch", ".", `external_ids:ovn-remote-hv1="${remote}"`);
    await set(`unix:${chassis.runDir}/nobody.sock`);
    await hv.daemon.waitLog(/OVN_Southbound: not connected: .*nobody\.sock/);
    await hv.deleteLport("deleted");
    await hv.settleLocally("kept");
    expect(await hv.removals()).toEqual([]);
    await set(`unix:${chassis.sbSock}`);
    await hv.gone("deleted");
  });

  test("another system-id: the ports of the renamed chassis stay, and the lock follows its name", async () => {
    await using hv = await startHypervisor({ config: { log: { level: "debug" } } });
    const { chassis } = hv;
    const before = await hv.addPlugged("kept");
    await chassis.vsctl("--no-wait", "set", "Open_vSwitch", ".", "external_ids:system-id=renamed");
    await hv.daemon.waitLog(/holding the lock vifplugd_renamed$/);
    await hv.addInterface("br-int", "stale", "external_ids:iface-id=none", "external_ids:ovn-plugged=dummy");
    await hv.daemon.waitLog(/ none: plugged: .*no Chassis row/);
    expect(await hv.removals()).toEqual([]);
    // ovn-controller cannot make the new row while the old one has its tunnel endpoint.
    await chassis.sbctl("chassis-del", "hv1");
    await chassis.waitUntil("OVN_Southbound", "Chassis", ["name"], (rows) =>
      rows.some(({ name }) => name === "renamed"),
    );
    await hv.gone("stale");
    // The chassis' hostname has not changed: this port is requested here still.
    await hv.settle();
    await hv.addPlugged("next", { "requested-chassis": "renamed" });
    expect((await hv.interface("kept"))._uuid).toBe(before._uuid);
    expect(await hv.writesTo("kept")).toHaveLength(1);
  });
});
