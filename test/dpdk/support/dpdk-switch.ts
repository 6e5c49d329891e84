/**
 * Debian's ovs-vswitchd with DPDK on a throwaway chassis, without huge pages and without hardware. It is in a network
 * namespace of its own: a userspace datapath makes a network device of a fixed name.
 */
import { join } from "node:path";
import type { Chassis } from "../../../tools/chassis/chassis.ts";
import { run } from "../../../tools/chassis/program.ts";
import { commandLine } from "../../../tools/chassis/programs.ts";

/** What tools/dpdk.sh unpacked. */
const root = join(import.meta.dir, "../../../.cache/dpdk/root/usr/lib");
const libraries = join(root, "x86_64-linux-gnu");
/** Loaded with the program: DPDK itself loads drivers from no folder that somebody else may write above. */
const drivers = ["mempool_ring", "bus_vdev", "bus_pci", "net_virtio", "net_null"];
const EXTRA = "--no-huge --legacy-mem -m 512 --no-pci";
const READY = /\|INFO\|ovs-vswitchd-dpdk \(/;
const PATIENCE = 60_000;

/** Starts the chassis' ovs-vswitchd with DPDK; its bridges are to have the datapath type `netdev`. */
export async function startDpdkSwitch(chassis: Chassis): Promise<void> {
  const settings = [
    ...["dpdk-init=true", "per-port-memory=true", "pmd-cpu-mask=0x1"],
    `dpdk-extra="${EXTRA} --file-prefix=${chassis.name}"`,
  ];
  await chassis.vsctl(
    ...["--no-wait", "set", "Open_vSwitch", ".", ...settings.map((one) => `other_config:${one}`)],
    ...["external_ids:ovn-bridge-datapath-type=netdev", "--"],
    ...["set", "Bridge", "br-int", "datapath_type=netdev"],
  );
  const [, ...options] = commandLine("ovs-vswitchd", chassis.dir);
  const environment = [
    `LD_LIBRARY_PATH=${libraries}`,
    `LD_PRELOAD=${drivers.map((driver) => join(libraries, `librte_${driver}.so.23`)).join(":")}`,
    `RUNTIME_DIRECTORY=${chassis.runDir}`,
  ];
  const program = join(root, "openvswitch-switch-dpdk/ovs-vswitchd-dpdk");
  const switchd = chassis.spawn("ovs-vswitchd", [
    ...["unshare", "-n", "nice", "-n", "10", "env", ...environment, program],
    ...options.filter((option) => !/^--(enable-dummy|disable-system)/.test(option)),
  ]);
  await switchd.waitLog(READY, PATIENCE);
  await chassis.waitUntil(
    "Open_vSwitch",
    "Interface",
    ["name", "ofport"],
    (rows) => rows.some(({ name, ofport }) => name === "br-int" && ofport !== null),
    PATIENCE,
  );
}

/** Runs ovs-ofctl on the chassis' integration bridge. */
export function ofctl(chassis: Chassis, command: string, ...args: readonly string[]): Promise<string> {
  const bridge = `unix:${join(chassis.runDir, "br-int.mgmt")}`;
  return run(["ovs-ofctl", command, bridge, ...args], chassis.env);
}
