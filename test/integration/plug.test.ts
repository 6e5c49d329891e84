/** Rules P1 to P3, on a real chassis: a logical port's interface comes, follows its options, and stays so. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

let hv: Hypervisor;
beforeAll(async () => {
  hv = await startHypervisor();
  await hv.chassis.addChassis("hv2");
});
afterAll(async () => {
  await hv.stop();
});

describe("P1: a logical port that is wanted here", () => {
  test("gets one port with one interface in the integration bridge, as docs/rules.md says", async () => {
    await hv.addLport("p1", { "vif-plug-mtu-request": "1400" });
    const vif = await hv.interface("p1");
    expect(vif.type).toBe("internal");
    expect(vif.options).toEqual(new Map([["vif-plug-dummy-option", "value"]]));
    expect(vif.external_ids.get("iface-id")).toBe("p1");
    expect(vif.external_ids.get("ovn-plugged")).toBe("dummy");
    expect(vif.mtu_request).toBe(1400);
    expect(await hv.chassis.vsctl("iface-to-br", "p1")).toBe("br-int");
    const ports = await hv.chassis.rows("Open_vSwitch", "Port", ["name", "interfaces"]);
    expect(ports.filter((port) => port.name === "p1").map((port) => port.interfaces)).toEqual([
      new Set([vif._uuid]),
    ]);
  });

  test("is written in one transaction that asserts the lock of this chassis", async () => {
    await hv.addPlugged("p1-once");
    await hv.settle();
    const writes = await hv.writesTo("p1-once");
    expect(writes).toHaveLength(1);
    expect(writes[0]).toContain('{"lock":"vifplugd_hv1","op":"assert"}');
  });

  test("is up in the Northbound, with the MTU in the datapath", async () => {
    await hv.addLport("p1-up", { "vif-plug-mtu-request": "1399" });
    await hv.chassis.waitUntil("OVN_Northbound", "Logical_Switch_Port", ["name", "up"], (rows) =>
      rows.some((row) => row.name === "p1-up" && row.up === true),
    );
    await hv.interface("p1-up", (row) => row.mtu === 1399);
  });

  test("has no mtu_request when the CMS asks for none", async () => {
    expect((await hv.addPlugged("p1-no-mtu")).mtu_request).toBeNull();
  });

  test.each([
    ["0", "p1-zero-mtu"],
    ["-1", "p1-less-mtu"],
    ["large", "p1-word-mtu"],
    ["", "p1-empty-mtu"],
  ])("has no mtu_request when the CMS asks for %p", async (mtu, lport) => {
    expect((await hv.addPlugged(lport, { "vif-plug-mtu-request": mtu })).mtu_request).toBeNull();
  });

  test("may carry the option names that OVN first proposed", async () => {
    const older = { "vif-plug-type": null, "plug-type": "dummy", "plug-mtu-request": "1398" };
    const vif = await hv.addPlugged("p1-older", older);
    expect(vif.external_ids.get("ovn-plugged")).toBe("dummy");
    expect(vif.mtu_request).toBe(1398);
  });

  test("may be wanted on this chassis as an additional one", async () => {
    await hv.addLport("p1-additional", { "requested-chassis": "hv2,hv1" });
    expect((await hv.interface("p1-additional")).external_ids.get("ovn-plugged")).toBe("dummy");
  });

  test("gets an interface under the first 15 characters of its name", async () => {
    const lport = "0a1b2c3d-4e5f-0a1b-2c3d-4e5f0a1b2c3d";
    await hv.addLport(lport);
    const vif = await hv.interface("0a1b2c3d-4e5f-0");
    expect(vif.external_ids.get("iface-id")).toBe(lport);
  });

  test("is told of in the log", async () => {
    await hv.addPlugged("p1-told");
    await hv.daemon.waitLog(/ info plug: p1-told: plugged interface p1-told \(dummy\)$/);
  });
});

describe("P1: a logical port that is not wanted here", () => {
  test.each([
    ["no plug type", "p1-no-type", { "vif-plug-type": null }],
    ["another chassis", "p1-elsewhere", { "requested-chassis": "hv2" }],
    ["no requested chassis", "p1-anywhere", { "requested-chassis": null }],
    ["a chassis that does not exist", "p1-nowhere", { "requested-chassis": "hv-none" }],
  ])("is not plugged: %s", async (_, lport, options) => {
    await hv.addLport(lport, options);
    await hv.settle();
    expect(await hv.interfacesOf(lport)).toEqual([]);
    expect(await hv.writesTo(lport)).toEqual([]);
  });

  test("is not plugged: a port nested in another", async () => {
    await hv.addPlugged("p1-parent");
    await hv.chassis.nbctl("lsp-add", "sw0", "p1-nested", "p1-parent", "7");
    await hv.setLport("p1-nested", { "requested-chassis": "hv1", "vif-plug-type": "dummy" });
    await hv.settle();
    expect(await hv.writesTo("p1-nested")).toEqual([]);
  });

  test("is not plugged: a port that is no VIF", async () => {
    await hv.chassis.nbctl("lsp-add", "sw0", "p1-localnet", "--", "lsp-set-type", "p1-localnet", "localnet");
    await hv.setLport("p1-localnet", { "requested-chassis": "hv1", "vif-plug-type": "dummy" });
    await hv.settle();
    expect(await hv.writesTo("p1-localnet")).toEqual([]);
  });
});

describe("P2: an owned interface follows its logical port", () => {
  test("when the MTU changes: that column alone is written", async () => {
    const before = await hv.addPlugged("p2-mtu", { "vif-plug-mtu-request": "1400" });
    await hv.setLport("p2-mtu", { "vif-plug-mtu-request": "1300" });
    const after = await hv.interface("p2-mtu", (row) => row.mtu_request === 1300);
    expect(after._uuid).toBe(before._uuid);
    await hv.settle();
    const [, update, ...more] = await hv.writesTo("p2-mtu");
    expect(update).toContain('"row":{"mtu_request":1300}');
    expect(update).not.toContain('"mutate"');
    expect(more).toEqual([]);
  });

  test("when the MTU is withdrawn: the request is cleared", async () => {
    const before = await hv.addPlugged("p2-no-mtu", { "vif-plug-mtu-request": "1400" });
    await hv.setLport("p2-no-mtu", { "vif-plug-mtu-request": null });
    const after = await hv.interface("p2-no-mtu", (row) => row.mtu_request === null);
    expect(after._uuid).toBe(before._uuid);
  });

  test("when the MTU comes later", async () => {
    await hv.addPlugged("p2-new-mtu");
    await hv.setLport("p2-new-mtu", { "vif-plug-mtu-request": "1280" });
    await hv.interface("p2-new-mtu", (row) => row.mtu_request === 1280 && row.mtu === 1280);
  });

  test("and nothing is written when an option changes that plugging does not look at", async () => {
    await hv.addPlugged("p2-same");
    await hv.setLport("p2-same", { qos_max_rate: "1000000" });
    await hv.settle();
    expect(await hv.writesTo("p2-same")).toHaveLength(1);
  });

  test("and nothing is written for what ovn-controller and ovs-vswitchd add to it", async () => {
    const vif = await hv.addPlugged("p2-installed");
    expect(vif.external_ids.has("ovn-installed")).toBe(true);
    await hv.settle();
    expect(await hv.writesTo("p2-installed")).toHaveLength(1);
  });
});

describe("P2: keys and columns of other users", () => {
  test("are kept when the interface is updated", async () => {
    const before = await hv.addPlugged("p2-others", { "vif-plug-mtu-request": "1400" });
    await hv.setInterface(
      "p2-others",
      ...["external_ids:attached-mac=0a:00:00:00:00:01", "external_ids:vm-id=vm1"],
      ...["options:theirs=1", "other_config:theirs=2", "ingress_policing_rate=1000"],
    );
    await hv.setInterface("p2-others", "options:vif-plug-dummy-option=changed");
    await hv.setLport("p2-others", { "vif-plug-mtu-request": "1300" });
    const after = await hv.interface(
      "p2-others",
      (row) => row.mtu_request === 1300 && row.options.get("vif-plug-dummy-option") === "value",
    );
    expect(after.options).toEqual(
      new Map([
        ["theirs", "1"],
        ["vif-plug-dummy-option", "value"],
      ]),
    );
    expect(after.other_config).toEqual(new Map([["theirs", "2"]]));
    expect(Object.fromEntries(after.external_ids)).toMatchObject({
      ...Object.fromEntries(before.external_ids),
      "attached-mac": "0a:00:00:00:00:01",
      "vm-id": "vm1",
    });
    expect(await hv.chassis.vsctl("get", "Interface", "p2-others", "ingress_policing_rate")).toBe("1000");
  });

  test("cause no write of ours when they change", async () => {
    await hv.addPlugged("p2-theirs");
    await hv.setInterface("p2-theirs", "external_ids:vm-id=vm1", "options:theirs=1", "other_config:a=b");
    await hv.settle();
    expect(await hv.writesTo("p2-theirs")).toHaveLength(1);
  });
});

describe("P3: a local change is put back", () => {
  test.each([
    ["the option", "p3-option", ["options:vif-plug-dummy-option=changed"]],
    ["the type", "p3-type", ["type=dummy"]],
    ["the MTU request", "p3-mtu", ["mtu_request=1200"]],
    ["the plug type", "p3-plug-type", ["external_ids:ovn-plugged=other"]],
    ["several of them", "p3-several", ["type=tap", "options:vif-plug-dummy-option=x", "mtu_request=1201"]],
  ])("to %s, in one transaction", async (_, lport, settings) => {
    const before = await hv.addPlugged(lport, { "vif-plug-mtu-request": "1400" });
    await hv.setInterface(lport, ...settings);
    await hv.settle();
    const after = await hv.interface(
      lport,
      (row) =>
        row.type === "internal" &&
        row.mtu_request === 1400 &&
        row.options.get("vif-plug-dummy-option") === "value" &&
        row.external_ids.get("ovn-plugged") === "dummy",
    );
    expect(after._uuid).toBe(before._uuid);
    expect(await hv.writesTo(lport)).toHaveLength(2);
  });

  test("to all options: ours are set again", async () => {
    await hv.addPlugged("p3-cleared");
    await hv.chassis.vsctl("--no-wait", "clear", "Interface", "p3-cleared", "options");
    await hv.settle();
    const after = await hv.interface("p3-cleared", (row) => row.options.size > 0);
    expect(after.options).toEqual(new Map([["vif-plug-dummy-option", "value"]]));
  });

  test("to the iface-id: the name is the logical port's again", async () => {
    await hv.addPlugged("p3-iface-id");
    await hv.setInterface("p3-iface-id", "external_ids:iface-id=nobody");
    await hv.settle();
    await hv.interface("p3-iface-id", (row) => row.external_ids.get("iface-id") === "p3-iface-id");
    expect(await hv.interfacesOf("nobody")).toEqual([]);
  });

  test("to the whole port: it is plugged anew", async () => {
    const before = await hv.addPlugged("p3-deleted");
    await hv.chassis.vsctl("--no-wait", "del-port", "p3-deleted");
    const after = await hv.interface("p3-deleted", (row) => row._uuid !== before._uuid);
    expect(after.external_ids.get("ovn-plugged")).toBe("dummy");
  });
});
