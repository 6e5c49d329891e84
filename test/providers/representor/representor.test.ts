/** The provider over a kernel made of tables: what it answers, when it wakes the graph, and what it does to a port. */
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROTOCOL } from "../../../src/netlink/transport.ts";
import type { PrepareInput, Provider } from "../../../src/providers/provider.ts";
import type { RepresentorOptions } from "../../../src/providers/representor/config.ts";
import { representorProvider } from "../../../src/providers/representor/representor.ts";
import { lookUpsIn } from "../../../src/providers/representor/sysfs.ts";
import { encodeLink, encodePort } from "../../netlink/support/encode.ts";
import { FakeKernel } from "./support/fake-kernel.ts";
import {
  device,
  hostMac,
  hostPf,
  hostPfLink,
  link,
  ofHost,
  port,
  uplink,
  uplinkLink,
  uplinkMac,
  vf,
  vfLink,
} from "./support/nic.ts";

const GENERIC = 16;

let root = "";
let kernel = new FakeKernel();
let wakes = 0;
let said: string[] = [];
const running: Provider[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "vr-"));
  kernel = new FakeKernel();
  for (const one of [uplink, vf(0), vf(1)]) kernel.setPort(one);
  for (const one of [uplinkLink, vfLink(0), vfLink(1)]) kernel.setLink(one);
  wakes = 0;
  said = [];
});
afterEach(async () => {
  jest.useRealTimers();
  for (const provider of running.splice(0)) provider.destroy?.();
  await rm(root, { recursive: true });
});

/** The provider, once it has read what the kernel knows. */
async function start(options: Partial<RepresentorOptions> = {}): Promise<Provider> {
  const provider = representorProvider(options, { netlink: kernel, lookUps: lookUpsIn(root), root });
  provider.init?.({ wake: () => wakes++, log: (level, text) => said.push(`${level}: ${text}`) }, {});
  running.push(provider);
  await turn();
  provider.run?.();
  wakes = 0;
  return provider;
}

/** Lets everything happen that waits for no timer. */
async function turn(): Promise<void> {
  for (let times = 0; times < 30; times++) await Promise.resolve();
}

function input(
  number: string | null,
  fields: Partial<Pick<PrepareInput, "operation" | "interface">> & { pfMac?: string; key?: string } = {},
): PrepareInput {
  const { pfMac = uplinkMac, key = "vf-num", operation = "create" } = fields;
  const options = new Map([["vif-plug:representor:pf-mac", pfMac]]);
  if (number !== null) options.set(`vif-plug:representor:${key}`, number);
  return {
    operation,
    openVSwitch: { external_ids: new Map(), other_config: new Map() },
    bridge: { name: "br-int", datapath_type: "", other_config: new Map() },
    lport: { name: "lp0", options },
    interface: fields.interface ?? null,
  };
}

function answerOf(provider: Provider, number: string | null, fields?: Parameters<typeof input>[1]): string {
  provider.run?.();
  const answer = provider.prepare(input(number, fields));
  if (!answer.ready) return answer.reason;
  return "interface" in answer ? answer.interface.name : "go ahead";
}

function plugged(name: string) {
  return { name, type: "", options: {} };
}

describe("a logical port", () => {
  test("gets the representor's network device, as a device of the system", async () => {
    expect((await start()).prepare(input("1"))).toEqual({ ready: true, interface: plugged("pf0vf1") });
  });

  test("that is to go may go", async () => {
    expect((await start()).prepare(input("1", { operation: "remove" }))).toEqual({ ready: true });
  });

  test.each([
    [
      "options that do not parse",
      "1x",
      'option vif-plug:representor:vf-num is "1x": expected a whole number from 0 to 65535',
    ],
    [
      "a VF that is not there",
      "9",
      `PF ${uplinkMac} (pci/0000:03:00.0 pf 0) has no VF 9 among its 2 representors yet (VF 0, VF 1)`,
    ],
  ])("is told why it is not ready: %s", async (_, number, reason) => {
    expect(answerOf(await start(), number)).toBe(reason);
  });

  test("on a DPU is found by the address that the host sees", async () => {
    kernel.setPort(hostPf);
    kernel.setLink(hostPfLink);
    kernel.setPort(vf(5, { ...ofHost, netdev: { ifindex: 1005, name: "pf0vf5" } }));
    kernel.setLink(vfLink(5));
    const provider = await start();
    expect(answerOf(provider, "5", { pfMac: hostMac })).toBe("pf0vf5");
    expect(answerOf(provider, null, { pfMac: hostMac })).toBe("pf0hpf");
  });

  test("on an older DPU is found by the address in sysfs", async () => {
    const folder = join(root, "sys/class/net/p0/smart_nic/pf");
    await mkdir(folder, { recursive: true });
    await Bun.write(join(folder, "config"), `MAC        : ${hostMac}\nMaxTxRate  : 0\nState      : Follow\n`);
    for (const number of [0, 1]) kernel.setPort(vf(number, { external: null }));
    expect(answerOf(await start(), "1", { pfMac: hostMac })).toBe("pf0vf1");
  });

  test("is found by that address as soon as the file is there, without another word of the kernel", async () => {
    kernel.setPort({
      ...hostPf,
      external: null,
      controller: 0,
      function: { hardwareAddress: null, active: null },
    });
    for (const number of [0, 1]) kernel.setPort(vf(number, { external: null }));
    const provider = await start();
    expect(answerOf(provider, "1", { pfMac: hostMac })).toStartWith("no PF with MAC address");
    const folder = join(root, "sys/class/net/p0/smart_nic/pf");
    await mkdir(folder, { recursive: true });
    await Bun.write(join(folder, "config"), `MAC : ${hostMac}\n`);
    expect(provider.run?.()).toBe(true);
    expect(answerOf(provider, "1", { pfMac: hostMac })).toBe("pf0vf1");
  });

  test("is found by the address that the configuration gives", async () => {
    const mac = "00:53:00:00:00:99";
    const provider = await start({ pf: [{ device: "pci/0000:03:00.0", pf: 0, mac }] });
    expect(answerOf(provider, "1", { pfMac: mac })).toBe("pf0vf1");
  });
});

describe("a device that moves to another namespace", () => {
  const gone = "port pci/0000:03:00.0/101 has no network device yet";

  test("takes its index with it, whoever has it next", async () => {
    const provider = await start();
    kernel.moveAway(1001);
    kernel.setLink(link(1001, "intruder"));
    expect(answerOf(provider, "1")).toBe(gone);
  });

  test("leaves its port without one, whatever software gets its index and its name", async () => {
    kernel.removePort(vf(1));
    kernel.removeLink(1001);
    const provider = await start();
    kernel.setLink(link(1001, "pf0vf1", { kind: "dummy" }));
    kernel.tell(GENERIC, [encodePort(vf(1))]);
    const answer = answerOf(provider, "1");
    expect(answer).toStartWith("port pci/0000:03:00.0/101 has network device pf0vf1 (1001), which is pf0vf1");
    expect(provider.prepare(input("1", { interface: viewOf("pf0vf1") }))).toHaveProperty("misplaced");
  });

  test("is found again when it comes back, under whatever index", async () => {
    const provider = await start();
    kernel.moveAway(1001);
    kernel.setLink(link(1001, "intruder"));
    expect(answerOf(provider, "1")).toBe(gone);
    kernel.moveBack(vf(1), 2001);
    provider.run?.();
    await turn();
    expect(answerOf(provider, "1")).toBe("pf0vf1");
  });
});

test("a device that came back while the kernel could not be asked again is found a moment later", async () => {
  jest.useFakeTimers();
  const provider = await start();
  kernel.moveAway(1001);
  provider.run?.();
  await turn();
  kernel.refusesDumps = true;
  kernel.moveBack(vf(1), 2001);
  provider.run?.();
  await turn();
  kernel.refusesDumps = false;
  expect(answerOf(provider, "1")).toBe("port pci/0000:03:00.0/101 has no network device yet");
  jest.advanceTimersByTime(1000);
  await turn();
  provider.run?.();
  expect(answerOf(provider, "1")).toBe("pf0vf1");
});

describe("the interface in place", () => {
  const other = "pci/0000:41:00.0";
  const otherMac = "00:53:00:00:00:77";
  const asked = async (number: string, name: string) =>
    (await start()).prepare(input(number, { interface: viewOf(name) }));
  const ofOther = (fields: Parameters<typeof port>[0]) => port({ device: other, ...fields });

  beforeEach(() => {
    kernel.setPort(ofOther({ number: 0, netdev: { ifindex: 3, name: "q0" } }));
    kernel.setLink(link(3, "q0", { permanentAddress: otherMac }));
    kernel.setPort(
      ofOther({ index: 1, flavour: "pcivf", pf: 0, vf: 1, netdev: { ifindex: 3001, name: "theirs" } }),
    );
    kernel.setLink(link(3001, "theirs"));
  });

  test("is the function's own", async () => {
    expect(await asked("1", "pf0vf1")).toEqual({ ready: true, interface: plugged("pf0vf1") });
  });

  test.each([
    ["another NIC's function of the same number", "theirs", `VF 1 of PF ${otherMac} (${other} pf 0)`],
    ["another function of the PF", "pf0vf0", `VF 0 of PF ${uplinkMac} (pci/0000:03:00.0 pf 0)`],
    ["an uplink", "q0", `the uplink ${other}/0`],
  ])("is %s by now: whose it is, is said beside the answer", async (_, name, misplaced) => {
    expect(await asked("1", name)).toEqual({ ready: true, interface: plugged("pf0vf1"), misplaced });
    expect(await asked("9", name)).toMatchObject({ ready: false, misplaced });
  });

  test("is said to be another's also when it is to go", async () => {
    const removal = input("1", { operation: "remove", interface: viewOf("theirs") });
    expect((await start()).prepare(removal)).toMatchObject({ ready: true, misplaced: expect.any(String) });
  });

  test.each([
    ["a device that is no port's", () => kernel.setLink(link(4000, "tap0")), "tap0"],
    ["no device at all", () => {}, "nothing"],
    ["of a PF whose address is not known yet", () => kernel.removeLink(3), "theirs"],
  ])("is nobody's for sure when it is %s", async (_, happen, name) => {
    happen();
    expect(await asked("1", name)).toEqual({ ready: true, interface: plugged("pf0vf1") });
  });

  test("is nobody's for sure while the tables are being read anew", async () => {
    const provider = await start();
    kernel.overrun(() => {});
    const question = input("1", { interface: viewOf("theirs") });
    expect(provider.prepare(question)).not.toHaveProperty("misplaced");
    await turn();
    expect(provider.prepare(question)).toHaveProperty("misplaced");
  });

  test("is nobody's for sure while the tables cannot be read", async () => {
    const provider = await start();
    kernel.refusesDumps = true;
    kernel.overrun(() => {});
    await turn();
    const answer = provider.prepare(input("1", { interface: viewOf("theirs") }));
    expect(answer).toMatchObject({ ready: false, reason: expect.stringContaining("cannot be read") });
    expect(answer).not.toHaveProperty("misplaced");
  });
});

describe("the graph is woken", () => {
  test("once for a batch of messages that changes something, and then finds the tables changed", async () => {
    const provider = await start();
    expect(provider.run?.()).toBe(false);
    kernel.tell(
      GENERIC,
      [2, 3, 4].map((number) => encodePort(vf(number))),
    );
    expect(wakes).toBe(1);
    expect(provider.run?.()).toBe(true);
    expect(provider.run?.()).toBe(false);
  });

  test("not for what it knows, nor for network devices that are no port's", async () => {
    await start();
    kernel.setPort(vf(0));
    kernel.setLink(vfLink(0));
    kernel.setLink(link(500, "tap0", { kind: "veth" }));
    kernel.setLink({ ...vfLink(1), isUp: false, master: 77 });
    kernel.removeLink(500);
    expect(wakes).toBe(0);
  });

  test("when a VF comes, is renamed and goes", async () => {
    const provider = await start();
    kernel.setPort(vf(7));
    kernel.setLink(vfLink(7));
    expect(answerOf(provider, "7")).toBe("pf0vf7");
    kernel.setLink(vfLink(7, "enp3s0f0r7"));
    expect(answerOf(provider, "7")).toBe("enp3s0f0r7");
    kernel.removeLink(1007);
    expect(answerOf(provider, "7")).toBe("port pci/0000:03:00.0/107 has no network device yet");
    kernel.removePort(vf(7));
    expect(answerOf(provider, "7")).toContain("has no VF 7");
    expect(wakes).toBe(5);
  });

  test("when a new network device has settled, and not plugged before", async () => {
    await mkdir(join(root, "run/udev/data"), { recursive: true });
    for (const ifindex of [2, 1000, 1001]) await Bun.write(join(root, `run/udev/data/n${ifindex}`), "");
    await Bun.write(join(root, "run/udev/control"), "");
    const found = Promise.withResolvers<void>();
    const provider = representorProvider({}, { netlink: kernel, lookUps: lookUpsIn(root), root });
    const wake = () => answerOf(provider, "7") === "pf0vf7" && found.resolve();
    provider.init?.({ wake, log() {} }, {});
    running.push(provider);
    await turn();
    expect(answerOf(provider, "1")).toBe("pf0vf1");
    kernel.setPort(vf(7, { netdev: { ifindex: 1007, name: "eth0" } }));
    kernel.setLink(vfLink(7, "eth0"));
    expect(answerOf(provider, "7")).toBe(
      "network device eth0: udev has not dealt with it yet and may rename it",
    );
    kernel.setLink(vfLink(7, "pf0vf7"));
    expect(answerOf(provider, "7")).toStartWith("network device pf0vf7: udev");
    await Bun.write(join(root, "run/udev/data/n1007"), "");
    await found.promise;
  });
});

test("while somebody works on a NIC, ports wait with that reason, and nothing is said of what is in place", async () => {
  const work = Promise.withResolvers<void>();
  kernel.busy = work.promise;
  const provider = await start();
  expect(provider.prepare(input("1", { interface: viewOf("pf0vf0") }))).toEqual({
    ready: false,
    reason: expect.stringMatching(/^the kernel is being asked for its ports; .*devlink dev flash/),
  });
  work.resolve();
  await turn();
  expect(wakes).toBe(1);
  expect(answerOf(provider, "1")).toBe("pf0vf1");
});

describe("messages that were lost", () => {
  test("lead to a new dump, which counts as one change", async () => {
    const provider = await start();
    kernel.overrun(() => {
      kernel.removePort(vf(1));
      kernel.setPort(vf(2));
      kernel.setLink(vfLink(2));
    });
    await turn();
    expect(answerOf(provider, "1")).toContain("has no VF 1");
    expect(answerOf(provider, "2")).toBe("pf0vf2");
    expect(wakes).toBe(1);
    expect(kernel.listeners).toBe(2);
    expect(said).toEqual(["info: netlink messages were lost (ENOBUFS): reading the kernel's ports anew"]);
  });

  test("leave ports not ready while the tables cannot be read", async () => {
    const provider = await start();
    kernel.refusesDumps = true;
    kernel.overrun(() => {});
    await turn();
    expect(answerOf(provider, "1")).toBe("the kernel's ports cannot be read: netlink: no memory");
    expect(kernel.listeners).toBe(0);
  });
});

describe("the provider", () => {
  test("works by the drivers' names where the kernel has no devlink", async () => {
    kernel.hasDevlink = false;
    for (const number of [0, 1]) {
      kernel.setLink({ ...vfLink(number), portName: `pf0vf${number}`, switchId: "0102", parent: device });
    }
    kernel.setLink({ ...uplinkLink, portName: "p0", switchId: "0102", parent: device });
    expect(answerOf(await start(), "1")).toBe("pf0vf1");
    expect(kernel.listeners).toBe(1);
  });

  test("listens from init to destroy", async () => {
    const provider = await start();
    expect(kernel.listeners).toBe(2);
    provider.destroy?.();
    expect(kernel.listeners).toBe(0);
    expect(provider.prepare(input("1"))).toEqual({ ready: false, reason: "the provider is not running" });
  });

  test("leaves representors as they are with set_link: leave", async () => {
    for (const one of [vfLink(0), vfLink(1)]) kernel.setLink({ ...one, isUp: false });
    const provider = await start({ set_link: "leave" });
    provider.arrange?.(input("0", { interface: viewOf("pf0vf0") }));
    provider.prepare(input("1"));
    provider.finish?.(input("1"), plugged("pf0vf1"));
    provider.finish?.(input("1", { operation: "remove", interface: viewOf("pf0vf1") }), null);
    expect(kernel.changes).toEqual([]);
  });

  test("activates sub-functions that are inactive with sf_activate", async () => {
    const sf = (number: number, active: boolean) =>
      port({
        index: 200 + number,
        flavour: "pcisf",
        pf: 0,
        sf: number,
        netdev: { ifindex: 2000 + number, name: `sf${number}` },
        function: { hardwareAddress: null, active },
      });
    for (const one of [sf(0, false), sf(1, true)]) kernel.setPort(one);
    for (const number of [0, 1]) kernel.setLink(link(2000 + number, `sf${number}`));
    const provider = await start({ sf_activate: true });
    expect(answerOf(provider, "0", { key: "sf-num" })).toBe("sf0");
    for (const name of ["sf0", "sf1", "pf0vf1"])
      provider.finish?.(input("0", { key: "sf-num" }), plugged(name));
    await turn();
    expect(kernel.changes).toEqual(["function pci/0000:03:00.0/200 active"]);
  });
});

describe("set_link: up, which is the default,", () => {
  const down = (number: number) => ({ ...vfLink(number), isUp: false });
  beforeEach(() => {
    for (const number of [0, 1]) kernel.setLink(down(number));
  });

  /** Plugged, and seen to by the provider. */
  async function startPlugged(): Promise<Provider> {
    const provider = await start();
    provider.finish?.(input("1"), plugged("pf0vf1"));
    await turn();
    kernel.setLink(vfLink(1));
    return provider;
  }
  const removal = input(null, { operation: "remove", interface: viewOf("pf0vf1") });

  test("sets a representor up when it is plugged, and down when it is unplugged", async () => {
    const provider = await startPlugged();
    provider.finish?.(removal, null);
    await turn();
    expect(kernel.changes).toEqual(["link pf0vf1 up", "link pf0vf1 down"]);
  });

  test("leaves one up that was up before it was plugged", async () => {
    kernel.setLink(vfLink(1));
    const provider = await startPlugged();
    provider.finish?.(removal, null);
    await turn();
    expect(kernel.changes).toEqual([]);
  });

  test("sets up what is in place at the start, whoever plugged it, once", async () => {
    const provider = await start();
    const inPlaceNow = input("1", { interface: viewOf("pf0vf1") });
    provider.arrange?.(inPlaceNow);
    provider.arrange?.(inPlaceNow);
    await turn();
    expect(kernel.changes).toEqual(["link pf0vf1 up"]);
  });

  test("leaves down what somebody sets down later, until the device appears anew", async () => {
    const provider = await startPlugged();
    kernel.setLink(down(1));
    provider.run?.();
    const inPlaceNow = input("1", { interface: viewOf("pf0vf1") });
    provider.arrange?.(inPlaceNow);
    await turn();
    expect(kernel.changes).toEqual(["link pf0vf1 up"]);
    kernel.removeLink(1001);
    kernel.setPort(vf(1, { netdev: null }));
    provider.run?.();
    kernel.setLink(down(1));
    kernel.setPort(vf(1));
    provider.run?.();
    provider.arrange?.(inPlaceNow);
    await turn();
    expect(kernel.changes).toEqual(["link pf0vf1 up", "link pf0vf1 up"]);
  });

  test("touches no device that is another function's by now", async () => {
    const provider = await startPlugged();
    kernel.removeLink(1001);
    kernel.setLink(link(1001, "pf0vf1", { kind: "veth" }));
    provider.arrange?.(input("1", { interface: viewOf("pf0vf1") }));
    provider.finish?.(removal, null);
    await turn();
    expect(kernel.changes).toEqual(["link pf0vf1 up"]);
  });

  test("keeps one up that changes hands", async () => {
    const provider = await startPlugged();
    provider.finish?.(removal, null);
    provider.finish?.(
      { ...input("1"), lport: { name: "lp1", options: input("1").lport.options } },
      plugged("pf0vf1"),
    );
    await turn();
    expect(kernel.changes).toEqual(["link pf0vf1 up"]);
  });
});

describe("a device that is renamed in the kernel's datapath", () => {
  const inDatapath = { master: 77 };

  beforeEach(() => {
    kernel.setLink(link(77, "ovs-system", { kind: "openvswitch" }));
    for (const one of [uplinkLink, vfLink(0), vfLink(1)]) kernel.setLink({ ...one, ...inDatapath });
    kernel.vports.set(4, "uplink0").set(5, "renamed0").set(6, "renamed1");
  });

  async function renameAll(): Promise<void> {
    kernel.setLink({ ...uplinkLink, ...inDatapath, name: "uplink0" });
    for (const number of [0, 1]) kernel.setLink({ ...vfLink(number, `renamed${number}`), ...inDatapath });
    await turn();
  }

  test.each<[string, (provider: Provider) => void]>([
    ["was in place", (provider) => provider.arrange?.(input("1", inPlace("pf0vf1")))],
    ["has been plugged", (provider) => provider.finish?.(input("1"), plugged("pf0vf1"))],
    [
      "has changed hands",
      (provider) => {
        provider.arrange?.(input("1", inPlace("pf0vf1")));
        provider.finish?.(input("1", { operation: "remove", ...inPlace("pf0vf1") }), null);
        provider.finish?.({ ...input("1"), lport: { name: "lp1", options: new Map() } }, plugged("pf0vf1"));
      },
    ],
  ])("leaves it when it %s, and no other does", async (_, tell) => {
    tell(await start());
    await renameAll();
    expect(kernel.changes).toEqual(["datapath without renamed1"]);
  });

  test("leaves it by the name that it has in the end when it is renamed twice, as when names are exchanged", async () => {
    const provider = await start();
    provider.arrange?.(input("1", inPlace("pf0vf1")));
    const names = ["passing", "renamed1"];
    kernel.tell(
      PROTOCOL.route,
      names.map((name) => encodeLink({ ...vfLink(1, name), ...inDatapath })),
    );
    kernel.links.set(vfLink(1).ifindex, { ...vfLink(1, "renamed1"), ...inDatapath });
    await turn();
    expect(kernel.changes).toEqual(["datapath without renamed1"]);
  });

  test("leaves it by its name where the kernel tells no index", async () => {
    kernel.tellsVportIndexes = false;
    const provider = await start();
    provider.arrange?.(input("1", inPlace("pf0vf1")));
    await renameAll();
    expect(kernel.changes).toEqual(["datapath without renamed1"]);
  });

  test("leaves it also when the kernel's word of the new name was lost", async () => {
    const provider = await start();
    provider.arrange?.(input("1", inPlace("pf0vf1")));
    kernel.overrun(() => kernel.setLink({ ...vfLink(1, "renamed1"), ...inDatapath }));
    await turn();
    expect(kernel.changes).toEqual(["datapath without renamed1"]);
  });

  test("is not plugged under its new name before it has left", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const provider = await start();
    provider.arrange?.(input("1", inPlace("pf0vf1")));
    kernel.datapathBusy = promise;
    kernel.setLink({ ...vfLink(1, "renamed1"), ...inDatapath });
    await turn();
    provider.run?.();
    expect(provider.prepare(input("1", inPlace("pf0vf1")))).toEqual({
      ready: false,
      reason: "network device renamed1: it has a new name and has to leave the datapath first",
    });
    expect(kernel.changes).toEqual([]);
    resolve();
    await turn();
    expect(kernel.changes).toEqual(["datapath without renamed1"]);
    expect(provider.run?.()).toBe(true);
    expect(provider.prepare(input("1"))).toMatchObject({ ready: true, interface: { name: "renamed1" } });
  });

  test.each<[string, (provider: Provider) => void]>([
    ["nobody asked for", () => {}],
    ["is wanted, and somebody else's still", (provider) => answerOf(provider, "1")],
    [
      "was only asked about, as `vifplugd plan` asks",
      (provider) => {
        for (const operation of ["create", "remove"] as const) {
          provider.prepare(input("1", { operation, ...inPlace("pf0vf1") }));
        }
        provider.release?.(input("1", inPlace("pf0vf1")), plugged("pf0vf1"));
      },
    ],
    [
      "has been unplugged",
      (provider) => {
        provider.finish?.(input("1"), plugged("pf0vf1"));
        provider.finish?.(input("1", { operation: "remove", ...inPlace("pf0vf1") }), null);
      },
    ],
    [
      "was removed by hand",
      (provider) => {
        provider.arrange?.(input("1", inPlace("pf0vf1")));
        provider.release?.(input("1"), null);
      },
    ],
    [
      "has made room for another one",
      (provider) => {
        provider.arrange?.(input("1", inPlace("pf0vf1")));
        provider.finish?.(input("1", inPlace("pf0vf1")), plugged("other"));
      },
    ],
  ])("stays in it when it %s", async (_, tell) => {
    tell(await start());
    await renameAll();
    expect(kernel.changes).toEqual([]);
  });

  test("is nothing to deal with outside of it", async () => {
    const provider = await start();
    provider.arrange?.(input("1", inPlace("pf0vf1")));
    kernel.setLink(vfLink(1));
    kernel.setLink(vfLink(1, "renamed1"));
    expect(kernel.changes).toEqual([]);
  });
});

function inPlace(name: string) {
  return { interface: viewOf(name) };
}

function viewOf(name: string) {
  return { name, type: "", options: new Map<string, string>() };
}
