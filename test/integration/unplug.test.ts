/** Rules U1, U2 and U6, on a real chassis: an owned interface goes with its reason to be here, and no sooner. */
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

describe("U1: an owned interface goes with its port, in one transaction", () => {
  test("when the logical port moves to another chassis", async () => {
    await hv.addPlugged("u1-moved");
    await hv.setLport("u1-moved", { "requested-chassis": "hv2" });
    await hv.gone("u1-moved");
    const ports = await hv.chassis.rows("Open_vSwitch", "Port", ["name"]);
    expect(ports.map((port) => port.name)).not.toContain("u1-moved");
    await hv.daemon.waitLog(/ u1-moved: unplugged interface u1-moved: requested-chassis is hv2$/);
    await hv.settle();
    expect(await hv.writesTo("u1-moved")).toHaveLength(2);
  });

  test("when the logical port is deleted", async () => {
    await hv.addPlugged("u1-deleted");
    await hv.deleteLport("u1-deleted");
    await hv.gone("u1-deleted");
    await hv.daemon.waitLog(/ u1-deleted: unplugged interface u1-deleted: .*no port binding$/);
  });

  test("when its logical switch is deleted", async () => {
    const { chassis } = hv;
    await chassis.nbctl("ls-add", "u1-switch", "--", "lsp-add", "u1-switch", "u1-with-switch");
    await hv.setLport("u1-with-switch", { "requested-chassis": "hv1", "vif-plug-type": "dummy" });
    await hv.interface("u1-with-switch");
    await chassis.nbctl("ls-del", "u1-switch");
    await hv.gone("u1-with-switch");
  });

  test("when it is stale: no logical port of that name was ever there", async () => {
    await hv.addInterface(
      "br-int",
      "u1-stale",
      "external_ids:iface-id=u1-none",
      "external_ids:ovn-plugged=dummy",
    );
    await hv.gone("u1-stale");
  });

  test("and comes again when the logical port comes back", async () => {
    const before = await hv.addPlugged("u1-back");
    await hv.setLport("u1-back", { "requested-chassis": "hv2" });
    await hv.gone("u1-back");
    await hv.setLport("u1-back", { "requested-chassis": "hv1" });
    expect((await hv.installed("u1-back"))._uuid).not.toBe(before._uuid);
  });

  // On a chassis of its own: so many lines at once are more than the log takes, and other tests wait for lines.
  test("a hundred at once in one transaction", async () => {
    await using host = await startHypervisor();
    const lports = Array.from({ length: 100 }, (_, index) => `u1-many${index}`);
    await host.addLports(Object.fromEntries(lports.map((lport) => [lport, {}])));
    await host.interfaces(lports);
    await host.chassis.nbctl(...lports.flatMap((lport) => ["--", "lsp-del", lport]));
    await Promise.all(lports.map((lport) => host.gone(lport)));
    await host.settle();
    expect(await host.writesTo(...lports)).toHaveLength(2);
  });
});

describe("U1: an owned interface stays", () => {
  test("when its provider is not enabled, and the log says so", async () => {
    const unknown = ["external_ids:iface-id=u1-nobody", "external_ids:ovn-plugged=other"];
    await hv.addInterface("br-int", "u1-unknown", ...unknown);
    await hv.daemon.waitLog(/ warn plug: u1-nobody: no-provider: .*"other"/);
    await hv.settle();
    await hv.interface("u1-unknown");
    expect(await hv.writesTo("u1-unknown")).toEqual([]);
  });
});

describe("what is not owned is never unplugged", () => {
  const marks = (lport: string) => [`external_ids:iface-id=${lport}`, "external_ids:ovn-plugged=dummy"];

  test.each([
    ["only an iface-id", "own-iface-id", ["external_ids:iface-id=own-nobody"]],
    ["only ovn-plugged", "own-plugged", ["external_ids:ovn-plugged=dummy"]],
    ["neither", "own-neither", []],
  ])("an interface with %s", async (_, name, settings) => {
    await hv.addInterface("br-int", name, ...settings);
    const before = await hv.interface(name);
    await hv.settle();
    expect((await hv.interface(name))._uuid).toBe(before._uuid);
    expect(await hv.writesTo(name)).toEqual([]);
  });

  test("an interface on another bridge", async () => {
    await hv.chassis.vsctl("--no-wait", "--may-exist", "add-br", "br-other");
    await hv.addInterface("br-other", "own-other", ...marks("own-elsewhere"));
    const before = await hv.interface("own-other");
    await hv.settle();
    expect((await hv.interface("own-other"))._uuid).toBe(before._uuid);
    expect(await hv.writesTo("own-other")).toEqual([]);
  });

  test("an interface that is one of several in its port", async () => {
    const { chassis } = hv;
    await chassis.vsctl(
      ...["--no-wait", "add-bond", "br-int", "own-bond", "own-bond0", "own-bond1"],
      ...["--", "set", "Interface", "own-bond0", "type=internal", ...marks("own-bonded")],
      ...["--", "set", "Interface", "own-bond1", "type=internal"],
    );
    await hv.settle();
    await hv.interface("own-bond0");
    expect(await hv.writesTo("own-bond0")).toEqual([]);
  });

  test("the local port of the bridge", async () => {
    await hv.setInterface("br-int", ...marks("own-local"));
    await hv.settle();
    await hv.interface("br-int");
    expect((await hv.writesTo("br-int")).filter((request) => request.includes('"delete"'))).toEqual([]);
    await hv.chassis.vsctl("--no-wait", "clear", "Interface", "br-int", "external_ids");
  });
});

describe("U2: the plug type is withdrawn while the logical port may be bound here", () => {
  test("the interface goes", async () => {
    await hv.addPlugged("u2-withdrawn");
    await hv.setLport("u2-withdrawn", { "vif-plug-type": null });
    await hv.gone("u2-withdrawn");
    await hv.daemon.waitLog(/ u2-withdrawn: unplugged .* has no vif-plug-type any more$/);
  });

  test("the interface stays with plug.on_withdraw: keep, and goes with the logical port", async () => {
    await using keeping = await startHypervisor({ config: { plug: { on_withdraw: "keep" } } });
    const before = await keeping.addPlugged("u2-kept");
    await keeping.setLport("u2-kept", { "vif-plug-type": null });
    await keeping.settle();
    expect((await keeping.interface("u2-kept"))._uuid).toBe(before._uuid);
    expect(await keeping.writesTo("u2-kept")).toHaveLength(1);
    await keeping.deleteLport("u2-kept");
    await keeping.gone("u2-kept");
  });

  test("the interface stays when it keeps its plug type and loses only requested-chassis", async () => {
    const before = await hv.addPlugged("u2-anywhere");
    await hv.setLport("u2-anywhere", { "requested-chassis": null });
    await hv.settle();
    expect((await hv.interface("u2-anywhere"))._uuid).toBe(before._uuid);
    expect(await hv.writesTo("u2-anywhere")).toHaveLength(1);
  });
});

describe("U6: more ports than safety.max_unplug are due to go in one pass", () => {
  const lports = Array.from({ length: 8 }, (_, index) => `u6-${index}`);
  const half = lports.slice(0, 4);

  async function startWithPorts(): Promise<Hypervisor> {
    const host = await startHypervisor({ config: { safety: { max_unplug: "25%" } } });
    await host.addLports(Object.fromEntries(lports.map((lport) => [lport, {}])));
    await host.allInstalled(lports);
    return host;
  }

  function deleteHalf({ chassis }: Hypervisor): Promise<string> {
    return chassis.nbctl(...half.flatMap((lport) => ["--", "lsp-del", lport]));
  }

  test("all of them are held, until plug/confirm-unplug lets them go", async () => {
    await using host = await startWithPorts();
    await deleteHalf(host);
    await host.daemon.waitLog(/ warn plug: held: 4 of 8 plugged ports .*confirm-unplug$/);
    await host.addPlugged("u6-fence");
    expect(await host.removals()).toEqual([]);
    await host.chassis.appctl("vifplugd", "plug/confirm-unplug");
    await Promise.all(half.map((lport) => host.gone(lport)));
    for (const lport of lports.slice(4)) await host.installed(lport);
  });

  test("all of them stay when the cause goes away", async () => {
    await using host = await startWithPorts();
    const before = await host.interfacesOf("u6-0");
    await deleteHalf(host);
    await host.daemon.waitLog(/ warn plug: held: 4 of 8 plugged ports .*confirm-unplug$/);
    await host.addLports(Object.fromEntries(half.map((lport) => [lport, {}])));
    await host.settle();
    expect((await host.interfacesOf("u6-0")).map((row) => row._uuid)).toEqual(before.map((row) => row._uuid));
    // The one that settling takes.
    expect(await host.removals()).toHaveLength(1);
  });

  test("no more than that go at once", async () => {
    await using host = await startWithPorts();
    await host.chassis.nbctl("lsp-del", "u6-0", "--", "lsp-del", "u6-1");
    await Promise.all([host.gone("u6-0"), host.gone("u6-1")]);
  });
});
