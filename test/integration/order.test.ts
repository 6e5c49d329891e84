/** Where an order could decide, on a real chassis: of several that seem alike one is meant, whichever came or sorts first. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

let hv: Hypervisor;
beforeAll(async () => {
  hv = await startHypervisor();
  await hv.chassis.addChassis("hv2");
  await hv.setHostname("node1.example.com");
});
afterAll(async () => {
  await hv.stop();
});

describe("two ports of the bridge hold one interface", () => {
  test("by hand: it is not ours for as long, whichever came last, and nothing of it is touched", async () => {
    const before = await hv.addPlugged("or-twice");
    const { chassis } = hv;
    await chassis.vsctl(
      "--no-wait",
      ...["--id=@iface", "get", "Interface", "or-twice", "--"],
      ...["--id=@port", "create", "Port", "name=or-also", "interfaces=@iface", "--"],
      ...["add", "Bridge", "br-int", "ports", "@port"],
    );
    await hv.daemon.waitLog(/ or-twice: foreign/);
    await hv.setLport("or-twice", { "vif-plug-mtu-request": "1400" });
    await hv.settle();
    expect(await hv.writesTo("or-twice")).toHaveLength(1);
    await chassis.vsctl(
      "--no-wait",
      ...["--id=@port", "get", "Port", "or-also", "--"],
      ...["remove", "Bridge", "br-int", "ports", "@port"],
    );
    const after = await hv.interface("or-twice", (row) => row.mtu_request === 1400);
    expect(after._uuid).toBe(before._uuid);
  });
});

describe("two Chassis rows have one hostname", () => {
  test("a port is plugged where ovn-northd found it, and stays plugged where its option names the host", async () => {
    const options = { "requested-chassis": "node1.example.com" };
    const before = await hv.addPlugged("or-host", options);
    await hv.chassis.sbctl("set", "Chassis", "hv2", "hostname=node1.example.com");
    await hv.settle();
    expect((await hv.interface("or-host"))._uuid).toBe(before._uuid);
    await hv.setLport("or-host", { "requested-chassis": "hv2" });
    await hv.gone("or-host");
    await hv.chassis.sbctl("set", "Chassis", "hv2", "hostname=hv2");
  });
});

describe("two interfaces of ours have one iface-id", () => {
  test("by hand: the one that sorts first is not the port's for that, and goes, and the port's own is kept right", async () => {
    const before = await hv.addPlugged("or-b1");
    const marked = ["external_ids:iface-id=or-b1", "external_ids:ovn-plugged=dummy"];
    await hv.addInterface("br-int", "or-aaa", ...marked);
    await hv.gone("or-aaa");
    await hv.setLport("or-b1", { "vif-plug-mtu-request": "1400" });
    const after = await hv.interface("or-b1", (row) => row.mtu_request === 1400);
    expect(after._uuid).toBe(before._uuid);
  });

  test("by a typo: the interface gets its own port's iface-id back, and the other port is not touched", async () => {
    const [a1, a2] = [await hv.addPlugged("or-a1"), await hv.addPlugged("or-a2")];
    await hv.setInterface("or-a1", "external_ids:iface-id=or-a2");
    await hv.daemon.waitLog(/ or-a1: adopted interface or-a1/);
    await hv.settle();
    const put = await hv.interface("or-a1", (row) => row.external_ids.get("iface-id") === "or-a1");
    expect([put._uuid, (await hv.interface("or-a2"))._uuid]).toEqual([a1._uuid, a2._uuid]);
    expect(await hv.writesTo("or-a2")).toHaveLength(1);
    expect((await hv.interfacesOf("or-a2")).map(({ name }) => name)).toEqual(["or-a2"]);
  });
});

test("two interfaces of ours have each other's iface-id by hand: both go back, in one transaction", async () => {
  const before = [await hv.addPlugged("or-x1"), await hv.addPlugged("or-x2")];
  await hv.chassis.vsctl(
    "--no-wait",
    ...["set", "Interface", "or-x1", "external_ids:iface-id=or-x2", "--"],
    ...["set", "Interface", "or-x2", "external_ids:iface-id=or-x1"],
  );
  const putBack = async (name: string) => (await hv.writesTo(name)).slice(1);
  await hv.settle();
  const after = await Promise.all(
    ["or-x1", "or-x2"].map((name) => hv.interface(name, (row) => row.external_ids.get("iface-id") === name)),
  );
  expect(after.map(({ _uuid }) => _uuid)).toEqual(before.map(({ _uuid }) => _uuid));
  expect(await putBack("or-x1")).toHaveLength(1);
  expect(await putBack("or-x2")).toEqual(await putBack("or-x1"));
});

test("two bridges hold one port by hand, and then the other one alone: nothing of it is touched while one of them is ours", async () => {
  const { chassis } = hv;
  const before = await hv.addPlugged("or-both");
  const port = ["--id=@port", "get", "Port", "or-both", "--"];
  await chassis.vsctl(
    "--no-wait",
    "add-br",
    "br-also",
    "--",
    ...port,
    "add",
    "Bridge",
    "br-also",
    "ports",
    "@port",
  );
  await hv.settle();
  expect((await hv.interface("or-both"))._uuid).toBe(before._uuid);
  expect(await hv.writesTo("or-both")).toHaveLength(1);
  await chassis.vsctl("--no-wait", ...port, "remove", "Bridge", "br-int", "ports", "@port");
  await hv.daemon.waitLog(/ or-both: conflict: .*another bridge/);
  await chassis.vsctl(
    "--no-wait",
    ...[...port, "add", "Bridge", "br-int", "ports", "@port", "--"],
    ...["remove", "Bridge", "br-also", "ports", "@port"],
  );
  await hv.settle();
  expect((await hv.interface("or-both"))._uuid).toBe(before._uuid);
  expect(await hv.writesTo("or-both")).toHaveLength(1);
});

test("the bridge's row goes and one of its name comes in one transaction: each port is plugged on the new one, once", async () => {
  await using other = await startHypervisor();
  const before = await other.addPlugged("or-bridge");
  await other.chassis.vsctl("--no-wait", "del-br", "br-int", "--", "add-br", "br-int");
  const after = await other.interface("or-bridge", ({ _uuid }) => _uuid !== before._uuid);
  await other.settle();
  expect((await other.interface("or-bridge"))._uuid).toBe(after._uuid);
  expect(await other.writesTo("or-bridge")).toHaveLength(2);
});

test("a logical port goes and one of its name comes in one transaction: its interface stays", async () => {
  const before = await hv.addPlugged("or-again");
  await hv.chassis.nbctl(
    ...["lsp-del", "or-again", "--", "lsp-add", "sw0", "or-again", "--"],
    ...["set", "Logical_Switch_Port", "or-again"],
    ...["options:requested-chassis=hv1", "options:vif-plug-type=dummy", "options:vif-plug-mtu-request=1400"],
  );
  const after = await hv.interface("or-again", (row) => row.mtu_request === 1400);
  await hv.settle();
  expect(after._uuid).toBe(before._uuid);
  expect((await hv.removals()).filter((request) => request.includes('"or-again"'))).toEqual([]);
});
