/** What went wrong in other people's clouds, on a real chassis, by the situation in which it did. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { CountingProxy } from "./support/counting-proxy.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";
import { PinnedHypervisor } from "./support/pins.ts";

let hv: Hypervisor;
beforeAll(async () => {
  hv = await startHypervisor();
  await hv.chassis.addChassis("hv2");
  await hv.setHostname("node1.example.com");
});
afterAll(async () => {
  await hv.stop();
});

/** Returns when ovn-northd has found a chassis for the logical port, or none. */
async function requestedFor(lport: string, isFound: boolean): Promise<void> {
  await hv.chassis.waitUntil(
    "OVN_Southbound",
    "Port_Binding",
    ["logical_port", "requested_chassis"],
    (rows) => rows.some((row) => row.logical_port === lport && (row.requested_chassis !== null) === isFound),
  );
}

async function explain(lport: string): Promise<string> {
  return (await hv.chassis.appctl("vifplugd", "plug/explain", lport)).replaceAll(/\s+/g, " ");
}

describe("the host's name becomes another one for a while", () => {
  test("as a boot that records it before the network is up: every port stays, and a port that really moved goes", async () => {
    const [kept, moved] = [
      await hv.addPlugged("fc-kept", { "requested-chassis": "node1.example.com" }),
      await hv.addPlugged("fc-moved", { "requested-chassis": "node1.example.com" }),
    ];
    await hv.setHostname("node1");
    await requestedFor("fc-kept", false);
    await hv.settle();
    expect((await hv.interface("fc-kept"))._uuid).toBe(kept._uuid);
    expect(await explain("fc-kept")).toContain(
      "node1.example.com has no Chassis row, and is this host (node1) by another name",
    );
    await hv.setLport("fc-moved", { "requested-chassis": "hv2" });
    await hv.gone("fc-moved");
    expect(moved.name).toBe("fc-moved");
    await hv.setHostname("node1.example.com");
    await requestedFor("fc-kept", true);
    await hv.settle();
    expect((await hv.interface("fc-kept"))._uuid).toBe(kept._uuid);
    expect(await hv.writesTo("fc-kept")).toHaveLength(1);
  });

  test("as one that has nothing of the name before: it is known from what the row had", async () => {
    const before = await hv.addPlugged("fc-renamed", { "requested-chassis": "node1.example.com" });
    await hv.setHostname("localhost");
    await requestedFor("fc-renamed", false);
    await hv.settle();
    await hv.setHostname("node1.example.com");
    await requestedFor("fc-renamed", true);
    await hv.settle();
    expect((await hv.interface("fc-renamed"))._uuid).toBe(before._uuid);
    expect(await hv.writesTo("fc-renamed")).toHaveLength(1);
  });

  test("during a live migration: the port stays while its list names this host by another name", async () => {
    const before = await hv.addPlugged("fc-migrates", { "requested-chassis": "node1.example.com" });
    await hv.setHostname("node1");
    await hv.setLport("fc-migrates", { "requested-chassis": "node1.example.com,hv2" });
    await requestedFor("fc-migrates", true);
    await hv.settle();
    expect((await hv.interface("fc-migrates"))._uuid).toBe(before._uuid);
    await hv.setLport("fc-migrates", { "requested-chassis": "hv2" });
    await hv.gone("fc-migrates");
    await hv.setHostname("node1.example.com");
  });

  test("a name that is written in upper case keeps what is plugged, and plugs nothing", async () => {
    const before = await hv.addPlugged("fc-case", { "requested-chassis": "node1.example.com" });
    await hv.setLport("fc-case", { "requested-chassis": "NODE1.example.com" });
    await requestedFor("fc-case", false);
    await hv.addLport("fc-case2", { "requested-chassis": "NODE1.example.com" });
    await hv.settle();
    expect((await hv.interface("fc-case"))._uuid).toBe(before._uuid);
    expect(await hv.writesTo("fc-case2")).toEqual([]);
  });
});

describe("a plugged port moves away and becomes something else in one transaction", () => {
  test.each([
    ["a virtual port", "fc-virtual", ["lsp-set-type", "fc-virtual", "virtual"]],
    [
      "a child of another port",
      "fc-child",
      ["set", "Logical_Switch_Port", "fc-child", "parent_name=fc-parent", "tag=7"],
    ],
  ])("%s: it is unplugged", async (_, lport, command) => {
    await hv.addPlugged(lport);
    const moves = ["set", "Logical_Switch_Port", lport, "options:requested-chassis=hv2"];
    await hv.chassis.nbctl(...command, "--", ...moves);
    await hv.gone(lport);
  });

  test("and stays when it becomes that here", async () => {
    const before = await hv.addPlugged("fc-stays");
    await hv.chassis.nbctl("lsp-set-type", "fc-stays", "virtual");
    await hv.settle();
    expect((await hv.interface("fc-stays"))._uuid).toBe(before._uuid);
  });
});

describe("the options of a port have an iface-id-ver", () => {
  test("the interface gets it, so ovn-controller binds the port; another one is followed, and one that goes is left", async () => {
    const before = await hv.addPlugged("fc-pod", { "iface-id-ver": "pod-uid-1" });
    expect(before.external_ids.get("iface-id-ver")).toBe("pod-uid-1");
    await hv.setLport("fc-pod", { "iface-id-ver": "pod-uid-2" });
    const after = await hv.interface("fc-pod", (row) => row.external_ids.get("iface-id-ver") === "pod-uid-2");
    expect(after._uuid).toBe(before._uuid);
    await hv.setLport("fc-pod", { "iface-id-ver": null });
    await hv.settle();
    expect((await hv.interface("fc-pod")).external_ids.get("iface-id-ver")).toBe("pod-uid-2");
  });

  test("that is empty: the interface gets it, too, because ovn-controller compares it", async () => {
    await hv.addLport("fc-empty", { "iface-id-ver": "" });
    await hv.interface("fc-empty", (row) => row.external_ids.get("iface-id-ver") === "");
    await hv.chassis.waitUntil("OVN_Southbound", "Port_Binding", ["logical_port", "chassis"], (rows) =>
      rows.some(({ logical_port, chassis }) => logical_port === "fc-empty" && chassis !== null),
    );
  });
});

describe("a value is none", () => {
  test.each(["abc", "0x578", "-5", "4294967296", " 1400"])(
    "an MTU of %p is not asked for, and said",
    async (mtu) => {
      const lport = `fc-m${mtu.trim()}`;
      const plugged = await hv.addPlugged(lport, { "vif-plug-mtu-request": mtu });
      expect(plugged.mtu_request).toBeNull();
      expect(await explain(lport)).toContain(
        `no MTU is requested: vif-plug-mtu-request is ${JSON.stringify(mtu)}`,
      );
    },
  );

  test.each(["fc:b", "fc%d"])(
    "an interface name %p, which the kernel does not take, is that port's error",
    async (lport) => {
      await hv.addLport(lport);
      await hv.daemon.waitLog(new RegExp(`${RegExp.escape(lport)}: error: provider dummy: .*which contains`));
      await hv.settle();
      expect(await hv.writesTo(lport)).toEqual([]);
    },
  );

  test("a name of many bytes is cut at a character", async () => {
    await hv.addLport("fc-端口端口端口端口");
    expect((await hv.interface("fc-端口端口")).name).toBe("fc-端口端口");
  });
});

describe("the cloud exchanges the devices of ports", () => {
  const options = { "vif-plug-type": "pinned" };

  test.each([2, 3, 10])("of %d in a circle: they change hands in place, in one transaction", async (size) => {
    const lports = Array.from({ length: size }, (_, i) => `c${i}`);
    const pins = (shift: number) =>
      Object.fromEntries(lports.map((lport, i) => [lport, `x${(i + shift) % size}`]));
    await using at = await PinnedHypervisor.start({}, pins(0));
    await at.hv.addLports(Object.fromEntries(lports.map((lport) => [lport, options])));
    const before = await Promise.all(lports.map((_, i) => at.hv.installed(`x${i}`)));
    await at.hv.settle();
    const writes = () => at.hv.writesTo(...lports.map((_, i) => `x${i}`));
    const earlier = (await writes()).length;
    await at.pin("pinned", pins(1));
    const after = await Promise.all(
      lports.map((lport, i) =>
        at.hv.interface(`x${(i + 1) % size}`, (row) => row.external_ids.get("iface-id") === lport),
      ),
    );
    expect(after.map(({ _uuid }) => _uuid).sort()).toEqual(before.map(({ _uuid }) => _uuid).sort());
    await at.hv.settle();
    expect(await writes()).toHaveLength(earlier + 1);
    const finishes = at.daemon.lines.filter((line) => /^call .* finish /.test(line)).slice(-2 * size);
    // Whatever a provider undoes for one port is undone before anything is done for another.
    expect(finishes.findIndex((line) => line.includes(" create "))).toBe(size);
  });
});

test("the cloud exchanges the devices of ports that have a second interface of ours each: they change hands, and what is left over goes", async () => {
  const options = { "vif-plug-type": "pinned" };
  // So that what is left over is there still when the two exchange.
  await using at = await PinnedHypervisor.start(
    { safety: { max_unplug: "25%" } },
    { e1: "fc-x1", e2: "fc-x2" },
  );
  await at.hv.addLports({ e1: options, e2: options });
  const before = await Promise.all(["fc-x1", "fc-x2"].map((name) => at.hv.installed(name)));
  // One sorts before what its port has, the other one after that.
  const leftovers = { "fc-aaa": "e1", "fc-zzz": "e2" };
  await at.hv.chassis.vsctl(
    "--no-wait",
    ...Object.entries(leftovers).flatMap(([name, lport]) => [
      ...["--", "add-port", "br-int", name, "--", "set", "Interface", name, "type=internal"],
      ...[`external_ids:iface-id=${lport}`, "external_ids:ovn-plugged=pinned"],
    ]),
  );
  await at.daemon.waitLog(/held: 2 of 2 plugged ports/);
  await at.pin("pinned", { e1: "fc-x2", e2: "fc-x1" });
  const after = await Promise.all(
    Object.entries({ "fc-x1": "e2", "fc-x2": "e1" }).map(([name, lport]) =>
      at.hv.interface(name, (row) => row.external_ids.get("iface-id") === lport),
    ),
  );
  expect(after.map(({ _uuid }) => _uuid)).toEqual(before.map(({ _uuid }) => _uuid));
  await Promise.all(Object.keys(leftovers).map((name) => at.hv.gone(name)));
  await at.hv.settle();
  const found = await Promise.all(["e1", "e2"].map((lport) => at.hv.interfacesOf(lport)));
  const places = found.map((rows) => rows.map(({ name }) => name));
  expect(places).toEqual([["fc-x2"], ["fc-x1"]]);
});

test("a transaction fails half way by which two ports exchange their devices: neither moves, and then both do", async () => {
  const options = { "vif-plug-type": "pinned" };
  let proxy: CountingProxy | undefined;
  await using at = await PinnedHypervisor.start(
    async (chassis) => {
      proxy = await CountingProxy.start(join(chassis.dir, "between.sock"), chassis.ovsSock);
      return { ovs: { remote: proxy.remote } };
    },
    { r1: "fc-r1", r2: "fc-r2" },
  );
  if (proxy === undefined) throw new Error("there is no proxy");
  using between = proxy;
  await at.hv.addLports({ r1: options, r2: options });
  const before = await Promise.all(["fc-r1", "fc-r2"].map((name) => at.hv.installed(name)));
  await at.hv.settle();
  // vifplugd does not hear of what somebody does to the second interface, so the server refuses what it stands on.
  between.hold();
  await at.hv.setInterface("fc-r2", "options:somebody=else");
  const from = between.requests.length;
  await at.pin("pinned", { r1: "fc-r2", r2: "fc-r1" });
  await between.requested(/"transact".*"fc-r1".*"fc-r2"|"transact".*"fc-r2".*"fc-r1"/s, from);
  await at.hv.chassis.program("ovsdb-server").waitLog(/"error":"timed out"/);
  const owners = ["fc-r1", "fc-r2"].map(async (name) => (await at.hv.interface(name)).external_ids);
  expect((await Promise.all(owners)).map((ids) => ids.get("iface-id"))).toEqual(["r1", "r2"]);
  between.release();
  const after = await Promise.all([
    at.hv.interface("fc-r1", (row) => row.external_ids.get("iface-id") === "r2"),
    at.hv.interface("fc-r2", (row) => row.external_ids.get("iface-id") === "r1"),
  ]);
  expect(after.map(({ _uuid }) => _uuid)).toEqual(before.map(({ _uuid }) => _uuid));
  expect(after[1]?.options.get("somebody")).toBe("else");
  await at.hv.settle();
  // Of the transaction that was refused nothing was finished, and of the other one all.
  const finishes = at.daemon.lines.filter((line) => /^call .* finish .* r[12] /.test(line));
  expect(finishes.filter((line) => line.includes(" create "))).toHaveLength(4);
  expect(finishes.filter((line) => line.includes(" remove "))).toHaveLength(2);
});

test("a chain of ports moves onto the device of one that is held: it waits for the confirmation, and then moves whole", async () => {
  const options = { "vif-plug-type": "pinned" };
  const pins = { m1: "fc-m1", m2: "fc-m2", m3: "fc-m3", m4: "fc-m4" };
  await using at = await PinnedHypervisor.start({ safety: { max_unplug: "25%" } }, pins);
  await at.hv.addLports(Object.fromEntries(Object.keys(pins).map((lport) => [lport, options])));
  const before = await Promise.all(["fc-m2", "fc-m3"].map((name) => at.hv.installed(name)));
  await Promise.all(["fc-m1", "fc-m4"].map((name) => at.hv.installed(name)));
  await at.hv.chassis.nbctl(
    ...["m3", "m4"].flatMap((lport) => [
      ...["--", "set", "Logical_Switch_Port", lport, "options:requested-chassis=hv2"],
    ]),
  );
  await at.daemon.waitLog(/held: 2 of 4 plugged ports/);
  await at.pin("pinned", { m1: "fc-m2", m2: "fc-m3" });
  await at.daemon.waitLog(/ m2: conflict: interface fc-m3 is plugged for logical port m3/);
  await at.daemon.waitLog(/ m1: conflict: .*logical port m2 keeps the others from moving/);
  await at.hv.chassis.appctl("vifplugd", "plug/confirm-unplug");
  const after = await Promise.all(
    Object.entries({ "fc-m2": "m1", "fc-m3": "m2" }).map(([name, lport]) =>
      at.hv.interface(name, (row) => row.external_ids.get("iface-id") === lport),
    ),
  );
  expect(after.map(({ _uuid }) => _uuid)).toEqual(before.map(({ _uuid }) => _uuid));
  await Promise.all(["fc-m1", "fc-m4"].map((name) => at.hv.gone(name)));
});

test("a port is held, and its interface is wanted by another: it stays until somebody confirms, and then changes hands", async () => {
  const options = { "vif-plug-type": "pinned" };
  await using at = await PinnedHypervisor.start(
    { safety: { max_unplug: "25%" } },
    { h1: "y1", h2: "y2", h3: "y3" },
  );
  await at.hv.addLports({ h1: options, h2: options, h3: options });
  const before = await at.hv.installed("y1");
  await Promise.all([at.hv.installed("y2"), at.hv.installed("y3")]);
  await at.pin("pinned", { h3: "y3", wants: "y1" });
  await at.daemon.waitLog(/ h1: waiting: not pinned/);
  await at.hv.chassis.nbctl(
    ...["h1", "h2"].flatMap((lport) => [
      "--",
      "set",
      "Logical_Switch_Port",
      lport,
      "options:requested-chassis=hv2",
    ]),
  );
  await at.daemon.waitLog(/held: 2 of 3 plugged ports/);
  await at.hv.addLport("wants", options);
  await at.daemon.waitLog(/ wants: conflict: interface y1 is plugged for logical port h1/);
  expect((await at.hv.interface("y1")).external_ids.get("iface-id")).toBe("h1");
  await at.hv.chassis.appctl("vifplugd", "plug/confirm-unplug");
  const after = await at.hv.interface("y1", (row) => row.external_ids.get("iface-id") === "wants");
  expect(after._uuid).toBe(before._uuid);
  await at.hv.gone("y2");
});
