/** Rules P5 to P8, T2 and T3, on a real chassis: what is wrong with one port is said, and holds up no other. */
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

describe("P5: somebody else's interface carries the iface-id", () => {
  test("it is left alone, with a warning that says what to do", async () => {
    await hv.addInterface("br-int", "p5-tap", "external_ids:iface-id=p5", "mtu_request=1300");
    const before = await hv.interface("p5-tap");
    await hv.addLport("p5", { "vif-plug-mtu-request": "1400" });
    await hv.daemon.waitLog(/ warn plug: p5: foreign: interface p5-tap .*; remove it/);
    await hv.settle();
    const after = await hv.interface("p5-tap");
    expect(await hv.interfacesOf("p5")).toEqual([after]);
    expect(after._uuid).toBe(before._uuid);
    expect(after.mtu_request).toBe(1300);
    expect(after.external_ids.has("ovn-plugged")).toBe(false);
    expect(await hv.writesTo("p5")).toEqual([]);
    expect(await hv.writesTo("p5-tap")).toEqual([]);
  });

  test("the logical port is plugged when that interface goes", async () => {
    await hv.addInterface("br-int", "p5-go-tap", "external_ids:iface-id=p5-go");
    await hv.addLport("p5-go");
    await hv.daemon.waitLog(/ p5-go: foreign/);
    await hv.chassis.vsctl("--no-wait", "del-port", "p5-go-tap");
    expect((await hv.interface("p5-go")).external_ids.get("ovn-plugged")).toBe("dummy");
  });

  test("both are left alone when it comes beside ours", async () => {
    const ours = await hv.addPlugged("p5-beside");
    await hv.addInterface("br-int", "p5-beside-tap", "external_ids:iface-id=p5-beside");
    await hv.daemon.waitLog(/ p5-beside: foreign: interface p5-beside-tap/);
    await hv.setLport("p5-beside", { "vif-plug-mtu-request": "1400" });
    await hv.settle();
    const names = (await hv.interfacesOf("p5-beside")).map((row) => row.name);
    expect(names.sort()).toEqual(["p5-beside", "p5-beside-tap"]);
    expect((await hv.interface("p5-beside"))._uuid).toBe(ours._uuid);
    expect(await hv.writesTo("p5-beside")).toHaveLength(1);
  });
});

/** Two logical ports whose interfaces would have the same name: it is the first 15 characters of theirs. */
function rivals(stem: string): { readonly name: string; readonly a: string; readonly b: string } {
  const name = stem.padEnd(15, "-");
  return { name, a: `${name}a`, b: `${name}b` };
}

describe("P6: the wanted interface name is taken", () => {
  test("by a logical port that has it: the earlier one stays, and the other follows when it goes", async () => {
    const { name, a, b } = rivals("p6-late");
    await hv.addLport(b);
    const before = await hv.installed(name);
    await hv.addLport(a);
    await hv.daemon.waitLog(new RegExp(` warn plug: ${a}: conflict: .* ${b}$`));
    await hv.settle();
    expect((await hv.interface(name))._uuid).toBe(before._uuid);
    expect(await hv.writesTo(name)).toHaveLength(1);
    await hv.deleteLport(b);
    const after = await hv.interface(name, (row) => row.external_ids.get("iface-id") === a);
    expect(after._uuid).toBe(before._uuid);
    await hv.settle();
    expect(await hv.writesTo(name)).toHaveLength(2);
  });

  test("by a logical port that moves away: the other adopts the interface as it is", async () => {
    const { name, a, b } = rivals("p6-adopt");
    await hv.addLport(a);
    const before = await hv.installed(name);
    await hv.addLport(b, { "vif-plug-mtu-request": "1300" });
    await hv.daemon.waitLog(new RegExp(` warn plug: ${b}: conflict: `));
    await hv.setLport(a, { "requested-chassis": "hv2" });
    const after = await hv.interface(name, (row) => row.external_ids.get("iface-id") === b);
    expect(after._uuid).toBe(before._uuid);
    expect(after.mtu_request).toBe(1300);
  });

  test("by two that come together: the smaller logical port name gets it", async () => {
    const { name, a, b } = rivals("p6-both");
    await hv.addLports({ [b]: {}, [a]: {} });
    expect((await hv.interface(name)).external_ids.get("iface-id")).toBe(a);
    await hv.daemon.waitLog(new RegExp(` warn plug: ${b}: conflict: .* ${a}`));
    await hv.settle();
    expect(await hv.writesTo(name)).toHaveLength(1);
  });

  test.each([
    ["the integration bridge", "p6-here", "br-int"],
    ["another bridge", "p6-there", "br-p6"],
  ])("by somebody's interface on %s: it is left alone, until it goes", async (_, lport, bridge) => {
    await hv.chassis.vsctl("--no-wait", "--may-exist", "add-br", bridge);
    await hv.addInterface(bridge, lport);
    const before = await hv.interface(lport);
    await hv.addLport(lport);
    await hv.daemon.waitLog(new RegExp(` warn plug: ${lport}: conflict: `));
    await hv.settle();
    const after = await hv.interface(lport);
    expect(after._uuid).toBe(before._uuid);
    expect(after.external_ids).toEqual(before.external_ids);
    expect(await hv.writesTo(lport)).toEqual([]);
    await hv.chassis.vsctl("--no-wait", "del-port", lport);
    await hv.interface(lport, (row) => row.external_ids.get("iface-id") === lport);
  });
});

describe("P7: no enabled provider answers to the plug type", () => {
  test("a warning says so, and the next port goes on", async () => {
    await hv.addLports({ p7: { "vif-plug-type": "representor" }, "p7-next": {} });
    await hv.interface("p7-next");
    await hv.daemon.waitLog(/ warn plug: p7: no-provider: .*"representor".*providers$/);
    expect(await hv.interfacesOf("p7")).toEqual([]);
  });

  test("the logical port is plugged when its plug type becomes one that has a provider", async () => {
    await hv.addLport("p7-later", { "vif-plug-type": "unknown" });
    await hv.daemon.waitLog(/ p7-later: no-provider/);
    await hv.setLport("p7-later", { "vif-plug-type": "dummy" });
    await hv.interface("p7-later");
  });

  test("a plugged interface keeps what it has when its plug type becomes one without", async () => {
    const before = await hv.addPlugged("p7-change");
    await hv.setLport("p7-change", { "vif-plug-type": "unknown" });
    await hv.daemon.waitLog(/ p7-change: no-provider/);
    await hv.settle();
    const after = await hv.interface("p7-change");
    expect(after._uuid).toBe(before._uuid);
    expect(after.external_ids.get("ovn-plugged")).toBe("dummy");
  });
});

test("P4: another plug type of the same interface name is changed in place", async () => {
  const providers = [{ type: "dummy", match: ["dummy", "other"] }];
  await using host = await startHypervisor({ config: { providers } });
  const before = await host.addPlugged("p4");
  await host.setLport("p4", { "vif-plug-type": "other" });
  const after = await host.interface("p4", (row) => row.external_ids.get("ovn-plugged") === "other");
  expect(after._uuid).toBe(before._uuid);
  await host.settle();
  expect(await host.writesTo("p4")).toHaveLength(2);
});

test("P8: an interface that ovs-vswitchd cannot add is an error in the log, and holds up no other", async () => {
  // The datapath's own local port has this name, which the database does not know.
  await hv.addLports({ "ovs-netdev": {}, "p8-next": {} });
  await hv.daemon.waitLog(/ warn plug: ovs-netdev: error: ovs-vswitchd .*ofport -1/);
  await hv.installed("p8-next");
  expect((await hv.interface("ovs-netdev")).ofport).toBe(-1);
  await hv.settle();
  expect(await hv.writesTo("ovs-netdev")).toHaveLength(1);
});

test("T2: a port whose change is in flight is not decided again, and follows its latest options afterwards", async () => {
  const { chassis } = hv;
  await chassis.kill("ovsdb-server", "SIGSTOP");
  await hv.addLport("t2", { "vif-plug-mtu-request": "1400" });
  for (const mtu of ["1350", "1300"]) {
    await chassis.nbctl("--wait=sb", "sync");
    await hv.setLport("t2", { "vif-plug-mtu-request": mtu });
  }
  await chassis.nbctl("--wait=sb", "sync");
  await chassis.kill("ovsdb-server", "SIGCONT");
  await hv.interface("t2", (row) => row.mtu_request === 1300);
  await hv.settle();
  const inserts = (await hv.writesTo("t2")).filter((request) => request.includes('"op":"insert"'));
  expect(inserts).toHaveLength(1);
});

describe("T3: a bad port never blocks the others", () => {
  /** Takes a name among the ports, and not among the interfaces: only the server sees that it cannot be given again. */
  async function takePortName(name: string): Promise<void> {
    const interfaces = [`${name}x`, `${name}y`];
    const types = interfaces.flatMap((row) => ["--", "set", "Interface", row, "type=internal"]);
    await hv.chassis.vsctl("--no-wait", "add-bond", "br-int", name, ...interfaces, ...types);
  }

  /** What the log has against a logical port. */
  function warnings(lport: string): readonly string[] {
    return hv.daemon.lines.filter((line) => line.includes(` warn plug: ${lport}: `));
  }

  test("when the server refuses it in a transaction with others: its words are in the log", async () => {
    await takePortName("t3-bad");
    await hv.addLports({ "t3-a": {}, "t3-bad": {}, "t3-c": {} });
    await hv.installed("t3-a");
    await hv.installed("t3-c");
    await hv.daemon.waitLog(/ warn plug: t3-bad: error: constraint violation: .*"Port" table/);
    expect(await hv.interfacesOf("t3-bad")).toEqual([]);
    expect(warnings("t3-bad")).not.toBeEmpty();
    for (const lport of ["t3-a", "t3-c"]) expect(warnings(lport)).toEqual([]);
  });

  test("when the server refuses several in one transaction", async () => {
    const lports = Array.from({ length: 20 }, (_, index) => `t3-many${index}`);
    const bad = lports.filter((lport) => lport.endsWith("3") || lport.endsWith("7"));
    for (const lport of bad) await takePortName(lport);
    await hv.addLports(Object.fromEntries(lports.map((lport) => [lport, {}])));
    const good = lports.filter((lport) => !bad.includes(lport));
    await hv.allInstalled(good);
    for (const lport of bad) {
      await hv.daemon.waitLog(new RegExp(` ${lport}: error: constraint violation: `));
      expect(await hv.interfacesOf(lport)).toEqual([]);
    }
    for (const lport of bad) expect(warnings(lport)).not.toBeEmpty();
    expect(good.flatMap(warnings)).toEqual([]);
  });

  test("and is plugged by a later try when what was in the way is gone", async () => {
    await takePortName("t3-mended");
    await hv.addLport("t3-mended");
    await hv.daemon.waitLog(/ t3-mended: error: /);
    await hv.chassis.vsctl("--no-wait", "del-port", "t3-mended");
    await hv.installed("t3-mended");
  });

  test.each([
    ["a slash", "t3/slash", "t3-1"],
    ["white space", "t3 space", "t3-2"],
    ["a colon", "t3:colon", "t3-3"],
    ["only dots", "..", "t3-4"],
  ])("when its name makes no interface name: %s", async (_, lport, next) => {
    await hv.addLports({ [lport]: {}, [next]: {} });
    await hv.installed(next);
    await hv.daemon.waitLog(new RegExp(` warn plug: ${RegExp.escape(lport)}: error: .*interface name`));
    expect(await hv.interfacesOf(lport)).toEqual([]);
  });
});
