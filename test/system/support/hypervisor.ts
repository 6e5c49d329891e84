/** An OVN chassis on a real kernel's datapath, for a test that runs in the virtual machine. */
import { type Chassis, startChassis } from "../../../tools/chassis/chassis.ts";
import { baseConfig, startDaemon } from "../../../tools/chassis/daemon.ts";
import type { RowOf } from "../../../tools/chassis/databases.ts";
import { type Program, run } from "../../../tools/chassis/program.ts";
import { commandLine, readyLine } from "../../../tools/chassis/programs.ts";
import { type Nic, nic } from "./nic.ts";

/** Milliseconds; the machine computes slowly. */
export const PATIENCE = 60_000;

type Interface = RowOf<"Open_vSwitch", "Interface", "name" | "external_ids" | "ofport">;

/** Everything but a plugger: databases, northd, and ovs-vswitchd on the kernel's datapath. */
export async function startHypervisor(): Promise<Chassis> {
  const chassis = await startChassis({ vswitchd: false, controller: false });
  await startVswitchd(chassis);
  await chassis.nbctl("ls-add", "sw0");
  return chassis;
}

async function startVswitchd(chassis: Chassis): Promise<void> {
  const vswitchd = chassis.spawn("ovs-vswitchd", vswitchdOnTheKernel(chassis));
  await vswitchd.waitLog(readyLine["ovs-vswitchd"] ?? / /, PATIENCE);
}

/** What the machine loses in a reboot: the datapath, and what happened to devices meanwhile is seen by nobody. */
export async function restartVswitchd(chassis: Chassis, meanwhile: () => Promise<void>): Promise<void> {
  await chassis.program("ovs-vswitchd").stop("SIGKILL");
  await meanwhile();
  await run(["ovs-dpctl", "del-dp", "ovs-system"], { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" });
  await startVswitchd(chassis);
}

export async function startController(chassis: Chassis): Promise<Program> {
  const controller = await chassis.start("ovn-controller");
  await chassis.waitUntil("OVN_Southbound", "Chassis", ["name"], (rows) => rows.length > 0, PATIENCE);
  return controller;
}

/** vifplugd with the representor provider, which answers to a plug type that ovn-controller knows nothing of. */
export function startVifplugd(
  chassis: Chassis,
  config = configWith(chassis, "representor"),
): Promise<Program> {
  return startDaemon({ chassis, config });
}

/** A configuration with the providers of these types, each for that plug type. */
export function configWith(chassis: Chassis, ...types: readonly string[]): object {
  return { ...baseConfig(chassis), providers: types.map((type) => ({ type, match: ["vifplugd"] })) };
}

/** A logical port that asks for a VF's representor. */
export async function addLport(
  chassis: Chassis,
  lport: string,
  plugType: string,
  vf: number,
  of: Nic = nic,
): Promise<void> {
  const options = {
    "requested-chassis": chassis.name,
    "vif-plug-type": plugType,
    "vif-plug:representor:pf-mac": of.pfMac,
    "vif-plug:representor:vf-num": String(vf),
  };
  const settings = Object.entries(options).map(([key, value]) => `options:"${key}"="${value}"`);
  await chassis.nbctl("lsp-add", "sw0", lport, "--", "set", "Logical_Switch_Port", lport, ...settings);
}

/** Removes every logical port. */
export async function removeLports(chassis: Chassis): Promise<void> {
  await chassis.nbctl("ls-del", "sw0", "--", "ls-add", "sw0");
}

/** Returns when the logical port is up through an interface of that name. */
export async function up(chassis: Chassis, lport: string, netdev: string, within = PATIENCE): Promise<void> {
  await chassis.waitUntil(
    "Open_vSwitch",
    "Interface",
    ["name", "external_ids", "ofport"],
    (rows) =>
      rows.some((row) => row.name === netdev && row.external_ids.get("iface-id") === lport && works(row)),
    within,
  );
  await chassis.waitUntil(
    "OVN_Northbound",
    "Logical_Switch_Port",
    ["name", "up"],
    (rows) => rows.some((row) => row.name === lport && row.up === true),
    within,
  );
}

/** Returns when the logical port has no interface that works, and is down. */
export async function down(chassis: Chassis, lport: string, within = PATIENCE): Promise<void> {
  await chassis.waitUntil(
    "OVN_Northbound",
    "Logical_Switch_Port",
    ["name", "up"],
    (rows) => rows.some((row) => row.name === lport && row.up !== true),
    within,
  );
}

/** The command line of a chassis' ovs-vswitchd without what keeps it from the kernel's datapath. */
function vswitchdOnTheKernel(chassis: Chassis): readonly string[] {
  const dummy = /^--(enable-dummy|disable-system)/;
  return commandLine("ovs-vswitchd", chassis.dir).filter((argument) => !dummy.test(argument));
}

/** The names of the interfaces that carry the logical port's iface-id. */
export async function interfacesOf(chassis: Chassis, lport: string): Promise<readonly string[]> {
  const rows = await chassis.rows("Open_vSwitch", "Interface", ["name", "external_ids"]);
  return rows.filter(({ external_ids }) => external_ids.get("iface-id") === lport).map(({ name }) => name);
}

/** Returns when the logical port has no interface. */
export async function unplugged(chassis: Chassis, lport: string): Promise<void> {
  await chassis.waitUntil(
    "Open_vSwitch",
    "Interface",
    ["external_ids"],
    (rows) => rows.every(({ external_ids }) => external_ids.get("iface-id") !== lport),
    PATIENCE,
  );
}

function works({ ofport }: Interface): boolean {
  return ofport !== null && ofport > 0;
}
