/** Interfaces that others make, on a real chassis: network devices of this machine's kernel, sockets, and lines of a file. */
import { afterAll, expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../tools/chassis/program.ts";
import { commandLine } from "../../../tools/chassis/programs.ts";
import { type Hypervisor, startHypervisor } from "../support/hypervisor.ts";

/** Names that nobody else on this machine has. */
const [near, far, renamed] = ["a", "b", "c"].map((end) => `vp${process.pid % 1_000_000}${end}`) as [
  string,
  string,
  string,
];

function ip(...args: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["ip", ...args]);
  if (exitCode !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}

afterAll(() => {
  for (const name of [near, renamed]) Bun.spawnSync(["ip", "link", "del", name]);
});

test("netdev: a veth is plugged when it comes, found by an alternative name, followed when it is renamed, and waited for when it is made anew", async () => {
  await using hv = await startHypervisor({ config: { providers: [{ type: "dummy" }, { type: "netdev" }] } });
  const altname = `container-of-${process.pid}-with-a-long-name`;
  await hv.addLport("web1", { "vif-plug-type": "netdev", "vif-plug:netdev:altname": altname });
  await hv.daemon.waitLog(/ web1: waiting: there is no network device with the alternative name/);
  ip("link", "add", near, "type", "veth", "peer", "name", far);
  ip("link", "property", "add", "dev", near, "altname", altname);
  const plugged = await hv.interface(near);
  expect(plugged.type).toBe("");
  ip("link", "set", near, "name", renamed);
  const before = await hv.interface(renamed);
  await hv.gone(near);

  const isAway = hv.daemon.waitLog(/ web1: .*there is no network device/, 30_000, hv.daemon.lines.length);
  ip("link", "del", renamed);
  await isAway;
  const isBack = hv.daemon.waitLog(/ web1: plugged/, 30_000, hv.daemon.lines.length);
  ip("link", "add", renamed, "type", "veth", "peer", "name", far);
  ip("link", "property", "add", "dev", renamed, "altname", altname);
  await isBack;
  expect((await hv.interface(renamed))._uuid).toBe(before._uuid);
  await hv.deleteLport("web1");
  await hv.gone(renamed);
});

test("netdev: a device found by its MAC address stays plugged when the bridge and a macvlan take that address", async () => {
  await using hv = await startHypervisor({ daemon: false, vswitchd: false, controller: false });
  const inNamespace = await startUserspaceSwitch(hv);
  const mac = "00:53:00:00:00:42";
  const addressOf = async (name: string) =>
    (await run([...inNamespace, "ip", "-brief", "link", "show", "dev", name], hv.chassis.env)).split(
      /\s+/,
    )[2];
  await hv.launchDaemon({ providers: [{ type: "dummy" }, { type: "netdev" }] }, inNamespace);
  await hv.addLport("web1", {
    ...{ "vif-plug-type": "netdev", "vif-plug:netdev:mac": mac, "vif-plug-mtu-request": "1400" },
  });
  await hv.daemon.waitLog(/ web1: waiting: there is no network device with MAC address/);
  await run([...inNamespace, "ip", "link", "add", "eth7", "address", mac, "type", "veth"], hv.chassis.env);
  await hv.interface("eth7", (row) => row.ofport !== null && row.ofport > 0);
  await hv.chassis.waitUntil("Open_vSwitch", "Interface", ["name", "mac_in_use"], (rows) =>
    rows.some(({ name, mac_in_use }) => name === "br-int" && mac_in_use === mac),
  );
  expect(await addressOf("br-int")).toBe(mac);
  const macvlan = [
    "ip",
    "link",
    "add",
    "link",
    "eth7",
    "name",
    "above",
    "type",
    "macvlan",
    "mode",
    "passthru",
  ];
  await run([...inNamespace, ...macvlan], hv.chassis.env);
  expect(await addressOf("above")).toBe(mac);
  await hv.settle();
  expect(await hv.chassis.appctl("vifplugd", "plug/show", "web1")).toMatch(/^web1 +plugged /m);
  expect((await hv.interface("eth7")).mtu_request).toBe(1400);
  expect(hv.daemon.lines.filter((line) => line.includes("several network devices"))).toEqual([]);
});

test("netdev: which devices are refused for their default routes, as the table in docs/providers.md says of the kernel", async () => {
  await using hv = await startHypervisor({ daemon: false, vswitchd: false, controller: false });
  const inNamespace = await startUserspaceSwitch(hv);
  const ip = (line: string) => run([...inNamespace, "ip", ...line.split(" ")], hv.chassis.env);
  const seen = ["first", "grouped", "first6", "second6", "table6", "grouped6"];
  const unseen = ["second", "other", "table", "other6", "later"];
  const number = (name: string) => 1 + [...seen, ...unseen].indexOf(name);
  for (const name of [...seen, ...unseen]) {
    await ip(`link add ${name} type veth peer name to-${name}`);
    await ip(`addr add 10.0.${number(name)}.1/24 dev ${name}`);
    await ip(`addr add fd00:${number(name)}::1/64 dev ${name} nodad`);
    for (const end of [name, `to-${name}`]) await ip(`link set ${end} up`);
  }
  const via = (name: string) => `via 10.0.${number(name)}.2 dev ${name}`;
  const via6 = (name: string) => `via fd00:${number(name)}::2 dev ${name}`;
  await ip(`route add default nexthop ${via("first")} nexthop ${via("second")}`);
  await ip(`route add default ${via("table")} table 100`);
  await ip(`-6 route add default nexthop ${via6("first6")} nexthop ${via6("second6")}`);
  await ip(`-6 route add default ${via6("table6")} table 100`);
  for (const [id, hop] of [via("grouped"), via("other"), via6("grouped6"), via6("other6")].entries())
    await ip(`nexthop add id ${id + 1} ${hop}`);
  await ip("nexthop add id 10 group 1/2");
  await ip("nexthop add id 11 group 3/4");
  await ip("route add default nhid 10 metric 50");
  await ip("-6 route add default nhid 11 metric 50");

  await hv.launchDaemon({ providers: [{ type: "dummy" }, { type: "netdev" }] }, inNamespace);
  const options = (name: string) => ({ "vif-plug-type": "netdev", "vif-plug:netdev:name": name });
  await hv.addLports(Object.fromEntries([...seen, ...unseen].map((name) => [name, options(name)])));
  await hv.interfaces(unseen);
  await ip(`route add default ${via("later")} metric 60`);
  await hv.settle();
  const shown = await hv.chassis.appctl("vifplugd", "plug/show");
  for (const name of seen) expect(shown).toMatch(new RegExp(`^${name} +waiting `, "m"));
  expect(await hv.interfacesOf(...seen)).toEqual([]);
  expect(await hv.interfacesOf(...unseen)).toHaveLength(unseen.length);
});

test("vhost-user: the interface is a client of the socket below its folder, which may come later", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const folder = join(hv.chassis.dir, "sockets");
  await hv.startDaemon({ providers: [{ type: "dummy" }, { type: "vhost-user", socket_dir: folder }] });
  await hv.addLport("web1", { "vif-plug-type": "vhost-user", "vif-plug:vhost-user:socket": "vm1" });
  const { type, options } = await hv.interface("vhuweb1");
  expect(type).toBe("dpdkvhostuserclient");
  expect(options.get("vhost-server-path")).toBe(join(folder, "vm1"));
});

test("table: a line is plugged, another one replaces it, and one that is not valid changes nothing", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const file = join(hv.chassis.dir, "ports.yaml");
  const write = async (text: string) => {
    await Bun.write(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  await write("web1: { name: eth-a, type: internal }\n");
  await hv.startDaemon({ providers: [{ type: "dummy" }, { type: "table", file }] });
  await hv.addLport("web1", { "vif-plug-type": "table" });
  await hv.installed("eth-a");
  await write("web1: { name: eth-b, type: internal, other_config: { x: '1' } }\n");
  const second = await hv.installed("eth-b");
  expect(second.other_config.get("x")).toBe("1");
  await hv.gone("eth-a");
  await write("web1: [eth-c]\n");
  await hv.daemon.waitLog(/ warn provider: table: .*ports\.yaml:1:7: web1: /);
  await hv.settle();
  expect((await hv.interface("eth-b"))._uuid).toBe(second._uuid);
});

/**
 * Starts the chassis' ovs-vswitchd with the userspace datapath of Open vSwitch, whose bridges are tap devices, in a network
 * namespace of its own. @returns what puts a command into that namespace
 */
async function startUserspaceSwitch({ chassis }: Hypervisor): Promise<readonly string[]> {
  await chassis.vsctl(
    ...["--no-wait", "set", "Bridge", "br-int", "datapath_type=netdev"],
    ...["--", "set", "Open_vSwitch", ".", "external_ids:ovn-bridge-datapath-type=netdev"],
  );
  const argv = commandLine("ovs-vswitchd", chassis.dir).filter((one) => !one.startsWith("--enable-dummy"));
  const vswitchd = chassis.spawn("ovs-vswitchd", ["unshare", "--net", ...argv]);
  await vswitchd.waitLog(/\|INFO\|ovs-vswitchd \(/);
  await chassis.start("ovn-controller");
  await chassis.nbctl("--wait=hv", "sync");
  return ["nsenter", "--net", `--target=${vswitchd.pid}`];
}
