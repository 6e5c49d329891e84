// The provider `netdev`: one network device that is there already, or a reason why none is taken.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { endianness, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { concatenate, u32Attribute } from "../../../src/netlink/attributes.ts";
import type { Link } from "../../../src/netlink/link.ts";
import type { Message } from "../../../src/netlink/message.ts";
import { PROTOCOL } from "../../../src/netlink/transport.ts";
import { NetdevProvider } from "../../../src/providers/netdev/netdev.ts";
import type { InterfaceView, PrepareAnswer } from "../../../src/providers/provider.ts";
import { encodeLink } from "../../netlink/support/encode.ts";
import { prepareInput } from "../../support/providers.ts";
import { FakeKernel } from "../representor/support/fake-kernel.ts";
import { link } from "../representor/support/nic.ts";

const MAC = "00:53:00:00:00:42";
let root = "";
let kernel: FakeKernel;
let provider: NetdevProvider;
let woken: () => void = () => {};
const log: string[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "vifplugd-netdev-"));
  await mkdir(join(root, "proc/self/net"), { recursive: true });
  kernel = new FakeKernel();
  log.length = 0;
});
afterEach(async () => {
  provider.destroy();
  await rm(root, { recursive: true });
});

/** Resolves when the kernel has been read. */
async function start(quietMs = 0): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  woken = resolve;
  provider = new NetdevProvider(quietMs, { netlink: kernel, root });
  provider.init({ wake: () => woken(), log: (_, message) => log.push(message) });
  expect(ask({ name: "eth1" })).toMatchObject({ reason: expect.stringContaining("has not said yet") });
  await promise;
}

function ask(options: Readonly<Record<string, string>>, inPlace: InterfaceView | null = null): PrepareAnswer {
  const named = Object.entries(options).map(([key, value]) => [`vif-plug:netdev:${key}`, value] as const);
  const lport = { name: "web1", options: new Map(named) };
  return provider.prepare({ ...prepareInput("web1"), lport, interface: inPlace });
}

const inPlace = (name: string): InterfaceView => ({ name, type: "", options: new Map() });
/** A network device of the device at a path below the folder of a PCI bus. */
async function inSysfs(name: string, path: string): Promise<void> {
  const device = join(root, "sys/devices/pci0000:00", path);
  await mkdir(join(device, "net", name), { recursive: true });
  await mkdir(join(root, "sys/class/net"), { recursive: true });
  await symlink(join("../../../", basename(path)), join(device, "net", name, "device"));
  await symlink(join(device, "net", name), join(root, "sys/class/net", name));
}

/** What the kernel tells of a device that stands on another one (IFLA_LINK). */
function standingOn(below: number, device: Link): Message {
  const told = encodeLink(device);
  return { ...told, payload: concatenate([told.payload, u32Attribute(5, below)]) };
}

const found = (name: string): PrepareAnswer => ({ ready: true, interface: { name, type: "", options: {} } });
const refused = (words: RegExp): PrepareAnswer => ({ ready: false, reason: expect.stringMatching(words) });

describe("a device is found", () => {
  test("by its name, its MAC address or its PCI address", async () => {
    kernel.setLink(link(7, "eth7", { address: MAC, parent: "pci/0000:03:00.2" }));
    kernel.setLink(link(8, "eth8"));
    await start();
    expect(ask({ name: "eth7" })).toEqual(found("eth7"));
    expect(ask({ mac: MAC.toUpperCase() })).toEqual(found("eth7"));
    expect(ask({ pci: "0000:03:00.2" })).toEqual(found("eth7"));
    expect(ask({ pci: "PCI/00000000:03:00.2" })).toEqual(found("eth7"));
    expect(ask({ name: "eth9" })).toEqual(refused(/^there is no network device "eth9"$/));
  });

  test("by the PCI address of its function, which sysfs tells where the kernel's messages do not", async () => {
    await inSysfs("eth7", "0000:00:03.0");
    await inSysfs("eth8", "0000:00:05.0/virtio2");
    // What is below these functions is not all that they have.
    await inSysfs("sf4", "0000:08:00.0/mlx5_core.sf.4");
    await inSysfs("usb0", "0000:00:14.0/usb1/1-2/1-2:1.0");
    await inSysfs("mmio0", "../platform/virtio-mmio.0/virtio5");
    const names = ["eth7", "eth8", "sf4", "usb0", "mmio0"];
    for (const [index, name] of names.entries()) kernel.setLink(link(7 + index, name));
    await start();
    expect(ask({ pci: "0000:00:03.0" })).toEqual(found("eth7"));
    expect(ask({ pci: "0000:00:05.0" })).toEqual(found("eth8"));
    for (const pci of ["0000:08:00.0", "0000:00:14.0"])
      expect(ask({ pci })).toEqual(refused(/^there is no network device with PCI address/));
  });

  test("when it comes, under the name that it then has, and not when it has gone", async () => {
    await start();
    kernel.setLink(link(7, "eth7", { address: MAC }));
    expect(provider.run()).toBe(true);
    expect(ask({ mac: MAC })).toEqual(found("eth7"));
    kernel.setLink(link(7, "lan0", { address: MAC }));
    expect(ask({ mac: MAC })).toEqual(found("lan0"));
    kernel.removeLink(7);
    expect(ask({ mac: MAC })).toEqual(refused(/there is no network device with MAC address/));
  });

  test("not before udev has dealt with it, or a quiet period is over", async () => {
    await mkdir(join(root, "run/udev/data"), { recursive: true });
    await Bun.write(join(root, "run/udev/control"), "");
    kernel.setLink(link(7, "eth7"));
    await start();
    expect(ask({ name: "eth7" })).toEqual(refused(/udev has not dealt with it/));
    const { promise, resolve } = Promise.withResolvers<void>();
    woken = resolve;
    await Bun.write(join(root, "run/udev/data/n7"), "");
    await promise;
    expect(ask({ name: "eth7" })).toEqual(found("eth7"));
  });
});

describe("a MAC address is not looked for among devices that borrow it", () => {
  const { name: bridge } = prepareInput("web1").bridge;

  test("because they are Open vSwitch's own, on a datapath of either kind", async () => {
    kernel.setLink(link(4, "br-ex", { address: MAC, kind: "openvswitch" }));
    kernel.setLink(link(5, bridge, { address: MAC, kind: "tun" }));
    await start();
    expect(ask({ mac: MAC })).toEqual(refused(/there is no network device with MAC address/));
    kernel.setLink(link(7, "eth7", { address: MAC }));
    expect(ask({ mac: MAC })).toEqual(found("eth7"));
    expect(ask({ mac: MAC }, inPlace("eth7"))).toEqual(found("eth7"));
    expect(ask({ name: bridge })).toEqual(refused(/it is the local port of the integration bridge/));
  });

  test("and cannot be plugged, where another one is in place: the members of a bond", async () => {
    kernel.setLink(link(2, "bond0", { address: MAC, kind: "bond" }));
    kernel.setLink(link(3, "eth3", { address: MAC, permanentAddress: MAC, master: 2 }));
    kernel.setLink(link(4, "eth4", { address: MAC, master: 2 }));
    await start();
    expect(ask({ mac: MAC })).toEqual(refused(/several network devices match .*: bond0, eth3, eth4/));
    expect(ask({ mac: MAC }, inPlace("bond0"))).toEqual(found("bond0"));
  });

  test("and stand on the device in place, as a VLAN does", async () => {
    await start();
    kernel.setLink(link(7, "eth7", { address: MAC }));
    kernel.tell(PROTOCOL.route, [standingOn(7, link(8, "vlan8", { address: MAC, kind: "vlan" }))]);
    expect(ask({ mac: MAC })).toEqual(refused(/several network devices match .*: eth7, vlan8/));
    expect(ask({ mac: MAC }, inPlace("eth7"))).toEqual(found("eth7"));
    expect(ask({ mac: MAC }, inPlace("vlan8"))).toEqual(
      refused(/several network devices match .*: eth7, vlan8/),
    );
  });
});

describe("a device is refused", () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["without any option", {}, /expected exactly one of the options .*; there is none$/],
    ["with two", { name: "a", mac: MAC }, /there is vif-plug:netdev:name and vif-plug:netdev:mac$/],
    ["with a MAC address that is none", { mac: "x" }, /expected a MAC address/],
    ["with a PCI address that is none", { pci: "3:0" }, /expected a PCI address/],
  ])("%s", async (_, options, words) => {
    await start();
    expect(ask(options)).toEqual(refused(words));
  });

  test("where several match", async () => {
    kernel.setLink(link(7, "eth7", { address: MAC }));
    kernel.setLink(link(8, "vlan8", { address: MAC }));
    await start();
    expect(ask({ mac: MAC })).toEqual(refused(/several network devices match .*: eth7, vlan8/));
  });

  test("where the interface in place shares its MAC address with a device that could be plugged as well", async () => {
    kernel.setLink(link(7, "eth7", { address: MAC }));
    kernel.setLink(link(8, "eth8", { address: MAC }));
    await start();
    expect(ask({ mac: MAC }, inPlace("eth7"))).toEqual(
      refused(/several network devices match .*: eth7, eth8/),
    );
  });

  test("that is a part of something else, or Open vSwitch's own, or the loopback", async () => {
    kernel.setLink(link(1, "lo"));
    kernel.setLink(link(2, "bond0", { kind: "bond" }));
    kernel.setLink(link(3, "eth3", { master: 2 }));
    kernel.setLink(link(4, "ovs-system", { kind: "openvswitch" }));
    kernel.setLink(link(5, "eth5", { master: 4 }));
    await start();
    expect(ask({ name: "lo" })).toEqual(refused(/loopback/));
    expect(ask({ name: "eth3" })).toEqual(refused(/it is a part of bond0/));
    expect(ask({ name: "ovs-system" })).toEqual(refused(/internal interface of Open vSwitch/));
    expect(ask({ name: "eth5" })).toEqual(refused(/in a bridge of Open vSwitch already/));
    expect(ask({ name: "eth5" }, inPlace("eth5"))).toEqual(found("eth5"));
  });

  test("that is the uplink of a switch, or this host's way out", async () => {
    kernel.setLink(link(6, "enp3s0np1s1", { switchId: "00aa", portName: "p1s1" }));
    kernel.setLink(link(7, "enp3s0np0", { switchId: "00aa", portName: "p0" }));
    kernel.setLink(link(8, "eth8"));
    kernel.setLink(link(9, "eth9"));
    await start();
    await Bun.write(
      join(root, "proc/self/net/route"),
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth8\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\n",
    );
    const nowhere = "0".repeat(32);
    await Bun.write(
      join(root, "proc/self/net/ipv6_route"),
      `${nowhere} 00 ${nowhere} 00 fe80 00000400 00000001 00000000 00000003     eth9\n`,
    );
    expect(ask({ name: "enp3s0np0" })).toEqual(refused(/uplink/));
    expect(ask({ name: "enp3s0np1s1" })).toEqual(refused(/uplink/));
    expect(ask({ name: "eth8" })).toEqual(refused(/default route/));
    expect(ask({ name: "eth9" })).toEqual(refused(/default route/));
  });

  test("that has a route to half of all addresses, or to all global ones of IPv6, and no other for the sake of its routes", async () => {
    const names = ["eth6", "eth7", "eth8", "eth9", "eth10"];
    for (const [index, name] of names.entries()) kernel.setLink(link(6 + index, name));
    await start();
    const route = (device: string, to: string, mask: string) =>
      `${device}\t${to}\t0100A8C0\t0003\t0\t0\t0\t${mask}\t0\t0\t0\n`;
    const half = endianness() === "LE" ? "00000080" : "80000000";
    await Bun.write(
      join(root, "proc/self/net/route"),
      [
        route("eth6", "00000000", half),
        route("eth7", half, half),
        route("eth10", "0000000A", "000000FF"),
        // A blackhole has no device.
        route("*", "00000000", "00000000"),
      ].join(""),
    );
    const route6 = (device: string, to: string, length: string) =>
      `${to.padEnd(32, "0")} ${length} ${"0".repeat(32)} 00 fe80 00000400 00000001 00000000 00000003     ${device}\n`;
    await Bun.write(
      join(root, "proc/self/net/ipv6_route"),
      [
        route6("eth8", "2", "03"),
        route6("eth9", "8", "01"),
        route6("eth10", "fe80", "40"),
        route6("eth10", "", "80"),
      ].join(""),
    );
    for (const name of ["eth6", "eth7", "eth8", "eth9"])
      expect(ask({ name })).toEqual(refused(/default route/));
    expect(ask({ name: "eth10" })).toEqual(found("eth10"));
  });

  test("where nobody can tell which way this host's way out is", async () => {
    kernel.setLink(link(7, "eth7"));
    await start();
    expect(ask({ name: "eth7" })).toEqual(found("eth7"));
    await mkdir(join(root, "proc/self/net/ipv6_route"));
    const unreadable =
      /may carry a default route.*ipv6_route cannot be read: illegal operation on a directory$/;
    expect(ask({ name: "eth7" })).toEqual(refused(unreadable));
    await rm(join(root, "proc/self/net"), { recursive: true });
    expect(ask({ name: "eth7" })).toEqual(refused(/may carry a default route.*net\/route cannot be read/));
  });
});

test("what is plugged and renamed leaves the datapath, to be plugged anew", async () => {
  kernel.setLink(link(4, "ovs-system", { kind: "openvswitch" }));
  kernel.setLink(link(7, "eth7", { master: 4 }));
  kernel.vports.set(3, "lan0");
  await start();
  provider.arrange({ ...prepareInput("web1"), interface: { name: "eth7", type: "", options: new Map() } });
  const { promise, resolve } = Promise.withResolvers<void>();
  provider.init({ wake() {}, log: (_, message) => resolve(void log.push(message)) });
  kernel.setLink(link(7, "lan0", { master: 4 }));
  await promise;
  expect(log).toEqual(["lan0 has a new name: it has left the datapath, to be plugged anew"]);
});
