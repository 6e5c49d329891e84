/**
 * Ports on a real userspace datapath: Debian's Open vSwitch with DPDK, beside ovn-northd and ovn-controller. The guests are
 * ports of virtio-user on a second such switch, which is to the first what QEMU is: the other end of a vhost-user socket.
 * `npm run test:dpdk` runs this; it needs root, no hardware and no huge pages.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { type Chassis, startChassis } from "../../tools/chassis/chassis.ts";
import { baseConfig, configPath, executable, startDaemon } from "../../tools/chassis/daemon.ts";
import type { Program } from "../../tools/chassis/program.ts";
import { ofctl, startDpdkSwitch } from "./support/dpdk-switch.ts";

const PATIENCE = 60_000;
setDefaultTimeout(5 * PATIENCE);

const UDP_PORT = 4242;
/** Between looks at what a flow has counted, of which nobody tells. */
const LOOK_MS = 200;

interface Guest {
  readonly lport: string;
  readonly mac: string;
  readonly ip: string;
  /** Its port on the guests' switch. */
  readonly device: string;
}
const guests: readonly [Guest, Guest] = [
  { lport: "web1", mac: "02:00:00:00:00:01", ip: "10.0.0.1", device: "virtio0" },
  { lport: "web2", mac: "02:00:00:00:00:02", ip: "10.0.0.2", device: "virtio1" },
];
const [from, to] = guests;

const PF_MAC = "b8:ce:f6:00:00:10";
const vfNetdev = (vf: number) => `ens3f0npf0vf${vf}`;

let host: Chassis;
let peer: Chassis;
let daemon: Program;
let sockets: string;
let nic: string;
beforeAll(async () => {
  [host, peer] = await Promise.all([
    startChassis({ name: "host", vswitchd: false, controller: false }),
    startChassis({ name: "guests", vswitchd: false, controller: false, northd: false }),
  ]);
  sockets = join(host.dir, "guests");
  await mkdir(sockets);
  await startDpdkSwitch(host);
  await startDpdkSwitch(peer);
  await host.start("ovn-controller");
  const table = join(host.dir, "ports.yaml");
  await Bun.write(
    table,
    JSON.stringify({ null: { name: "null0", type: "dpdk", options: { "dpdk-devargs": "net_null0" } } }),
  );
  const folder = join(host.dir, "nic");
  await mkdir(folder);
  nic = join(folder, "nic.txt");
  await showVfs(0, 1);
  const module = join(import.meta.dir, "support/representor-module.ts");
  const providers = [
    { type: "vhost-user", socket_dir: sockets },
    { type: "table", file: table },
    { type: "nic", module, options: { file: nic } },
  ];
  daemon = await startDaemon({ chassis: host, config: { ...baseConfig(host), providers } });
  await daemon.waitLog(/OVN_Southbound: in sync/, PATIENCE);
  await host.nbctl("ls-add", "sw0");
}, 5 * PATIENCE);
afterAll(async () => {
  await Promise.all([host?.stop(), peer?.stop()]);
});

describe("vhost-user on a userspace datapath", () => {
  test("passes a packet from one guest to another, through OVN's pipeline", async () => {
    for (const guest of guests) await addGuest(guest);
    await Promise.all(guests.map(({ lport }) => isUp(lport)));
    await Promise.all(guests.map(({ lport }) => hasStatus(lport, "connected")));
    const rows = await host.rows("Open_vSwitch", "Interface", ["type", "external_ids"]);
    for (const { lport } of guests) {
      const plugged = rows.find(({ external_ids }) => external_ids.get("iface-id") === lport);
      expect(plugged?.type).toBe("dpdkvhostuserclient");
      expect(plugged?.external_ids.get("ovn-plugged")).toBe("vhost-user");
    }
    const [out, back] = [await ofportOf(from), await ofportOf(to)];
    await ofctl(
      peer,
      "add-flow",
      `in_port=${back},udp,tp_dst=${UDP_PORT},dl_src=${from.mac},dl_dst=${to.mac},nw_dst=${to.ip},actions=drop`,
    );
    await until(async () => {
      await ofctl(
        peer,
        "packet-out",
        `in_port=controller packet=${packetHex(from, to)} actions=output:${out}`,
      );
      return /n_packets=[1-9]/.test(await ofctl(peer, "dump-flows", `in_port=${back},udp`));
    });
  });

  test("keeps the interface when a guest goes, and connects again when it comes back", async () => {
    const before = await rowOf(from);
    await peer.vsctl("--no-wait", "del-port", from.device);
    await hasStatus(from.lport, "disconnected");
    await listen(from);
    await hasStatus(from.lport, "connected");
    expect(await rowOf(from)).toBe(before);
  });

  test("unplugs it when the port goes", async () => {
    await host.nbctl("lsp-del", to.lport);
    await host.waitUntil(
      "Open_vSwitch",
      "Interface",
      ["external_ids"],
      (rows) => rows.every(({ external_ids }) => external_ids.get("iface-id") !== to.lport),
      PATIENCE,
    );
  });
});

describe("a port of type dpdk", () => {
  test("is plugged where DPDK finds its device", async () => {
    await addLport("null", "table", {});
    await isUp("null");
  });
});

describe("a representor with userspace: dpdk, whose NIC only the kernel shows", () => {
  const failed = / vf1: error: .*0000:98:00\.0,representor=pf0vf1/;

  test("is plugged by DPDK's name for it, and shows DPDK's words", async () => {
    const asked = { "pf-mac": PF_MAC, "vf-num": "1" };
    const options = Object.entries(asked).map(([key, value]) => [`vif-plug:representor:${key}`, value]);
    await addLport("vf1", "nic", Object.fromEntries(options));
    await daemon.waitLog(failed, PATIENCE);
    const row = await host.vsctl("get", "Interface", vfNetdev(1), "type", "options");
    expect(row.split("\n").map((line) => line.trim())).toEqual([
      "dpdk",
      '{dpdk-devargs="0000:98:00.0,representor=pf0vf1"}',
    ]);
    const status = host.spawn("status", [executable, "status", "--json", "--config", configPath(host)]);
    await status.exited;
    const { ports } = JSON.parse(status.lines.join(""));
    expect(ports).toContainEqual(
      expect.objectContaining({
        lport: "vf1",
        state: "error",
        reason: expect.stringContaining("0000:98:00.0,representor=pf0vf1"),
      }),
    );
  });

  test("waits when its VF goes, and is what it was when that comes back", async () => {
    await showVfs(0);
    await daemon.waitLog(/ vf1: waiting: .* has no VF 1 among its 1 representor yet/, PATIENCE);
    const from = daemon.lines.length;
    await showVfs(0, 1);
    await daemon.waitLog(failed, PATIENCE, from);
  });

  test("is unplugged when the port goes", async () => {
    await host.nbctl("lsp-del", "vf1");
    await host.waitUntil(
      "Open_vSwitch",
      "Interface",
      ["name"],
      (rows) => rows.every(({ name }) => name !== vfNetdev(1)),
      PATIENCE,
    );
  });
});

/** The NIC has these VFs from now on. */
async function showVfs(...vfs: readonly number[]): Promise<void> {
  const device = "pci/0000:98:00.0";
  const common = `switch 6c6d95fd1824 parent ${device}`;
  const lines = [
    "# ConnectX in a hypervisor",
    `${device}/65535: type eth netdev ens3f0np0 flavour physical port 0 splittable false`,
    `netdev 2 ens3f0np0 address ${PF_MAC} permanent ${PF_MAC} port p0 ${common}`,
    ...vfs.flatMap((vf) => [
      `${device}/${vf + 1}: type eth netdev ${vfNetdev(vf)} flavour pcivf controller 0 pfnum 0 vfnum ${vf} external false`,
      `netdev ${10 + vf} ${vfNetdev(vf)} port pf0vf${vf} ${common}`,
    ]),
  ];
  await Bun.write(`${nic}.new`, `${lines.join("\n")}\n`);
  await rename(`${nic}.new`, nic);
}

/** The guest listens on its socket, and starts when the other end has come. */
async function listen({ lport, device }: Guest): Promise<void> {
  const devargs = `net_virtio_user_${device},path=${join(sockets, socketOf(lport))},server=1`;
  await peer.vsctl(
    ...["--no-wait", "add-port", "br-int", device, "--"],
    ...["set", "Interface", device, "type=dpdk", `options:dpdk-devargs="${devargs}"`],
  );
}

async function addGuest(guest: Guest): Promise<void> {
  const { lport, mac, ip } = guest;
  await listen(guest);
  await addLport(lport, "vhost-user", { "vif-plug:vhost-user:socket": socketOf(lport) });
  await host.nbctl("lsp-set-addresses", lport, `${mac} ${ip}`);
}

const socketOf = (lport: string) => `${lport}.sock`;

async function addLport(lport: string, plugType: string, options: Record<string, string>): Promise<void> {
  const all = { "requested-chassis": host.name, "vif-plug-type": plugType, ...options };
  const settings = Object.entries(all).map(([key, value]) => `options:"${key}"="${value}"`);
  await host.nbctl("lsp-add", "sw0", lport, "--", "set", "Logical_Switch_Port", lport, ...settings);
}

function isUp(lport: string) {
  return host.waitUntil(
    "OVN_Northbound",
    "Logical_Switch_Port",
    ["name", "up"],
    (rows) => rows.some(({ name, up }) => name === lport && up === true),
    PATIENCE,
  );
}

function rowOf({ lport }: Guest): Promise<string> {
  return host.vsctl("get", "Interface", `vhu${lport}`, "_uuid");
}

function hasStatus(lport: string, wanted: string) {
  return host.waitUntil(
    "Open_vSwitch",
    "Interface",
    ["external_ids", "status"],
    (rows) =>
      rows.some(
        ({ external_ids, status }) =>
          external_ids.get("iface-id") === lport && status.get("status") === wanted,
      ),
    PATIENCE,
  );
}

async function ofportOf({ device }: Guest): Promise<number> {
  const rows = await peer.waitUntil(
    "Open_vSwitch",
    "Interface",
    ["name", "ofport"],
    (all) => all.some(({ name, ofport }) => name === device && ofport !== null && ofport > 0),
    PATIENCE,
  );
  return rows.find(({ name }) => name === device)?.ofport ?? 0;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error("no packet arrived");
    await Bun.sleep(LOOK_MS);
  }
}

/** A UDP datagram in Ethernet, in hexadecimal digits, as short as Ethernet allows. */
function packetHex(source: Guest, target: Guest): string {
  const bytes = new Uint8Array(60);
  const view = new DataView(bytes.buffer);
  bytes.set(macBytes(target.mac), 0);
  bytes.set(macBytes(source.mac), 6);
  view.setUint16(12, 0x0800);
  const [headerAt, length] = [14, 20];
  bytes.set([0x45, 0, 0, 46], headerAt);
  bytes.set([64, 17], headerAt + 8);
  bytes.set(source.ip.split(".").map(Number), headerAt + 12);
  bytes.set(target.ip.split(".").map(Number), headerAt + 16);
  let sum = 0;
  for (let at = headerAt; at < headerAt + length; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  view.setUint16(headerAt + 10, ~sum & 0xffff);
  view.setUint16(34, UDP_PORT);
  view.setUint16(36, UDP_PORT);
  view.setUint16(38, 26);
  return Buffer.from(bytes).toString("hex");
}

function macBytes(mac: string): readonly number[] {
  return mac.split(":").map((pair) => Number.parseInt(pair, 16));
}
