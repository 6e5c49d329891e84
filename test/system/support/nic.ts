/** A pretended NIC in switchdev mode (netdevsim of the Linux kernel), for a test that runs in the virtual machine. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../tools/chassis/program.ts";

const bus = "/sys/bus/netdevsim";
const number = 7;
const device = `${bus}/devices/netdevsim${number}`;
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/** The devlink device's name. */
export const deviceName = `netdevsim/netdevsim${number}`;
/** The address of the NIC's physical port, which is the PF's. */
export const pfMac = "00:53:00:00:00:42";

/** The NIC comes, with no VF yet, and with the address that the CMS knows. */
export async function addNic(): Promise<void> {
  await writeFile(`${bus}/new_device`, `${number} 1`);
  await run(["ip", "link", "set", await uplink(), "address", pfMac], environment);
}

export async function removeNic(): Promise<void> {
  if (existsSync(device)) await writeFile(`${bus}/del_device`, String(number));
}

/** Without VFs the driver leaves switchdev mode. */
export async function setVfs(count: number): Promise<void> {
  if (count > 0)
    await run(["devlink", "dev", "eswitch", "set", deviceName, "mode", "switchdev"], environment);
  await writeFile(join(device, "sriov_numvfs"), String(count));
}

/** The network device of the physical port. */
export function uplink(): Promise<string> {
  return netdevOf("p1");
}

export function representorOf(vf: number): Promise<string> {
  return netdevOf(`pf0vf${vf}`);
}

export async function rename(netdev: string, name: string): Promise<void> {
  await run(["ip", "link", "set", netdev, "name", name], environment);
}

/** Changes a network device so many times, each of which the kernel tells of. */
export async function changeOften(netdev: string, times: number): Promise<void> {
  const commands = Array.from(
    { length: times },
    (_, index) => `link set ${netdev} mtu ${1400 + (index % 2)}\n`,
  );
  const file = "/tmp/changes";
  await writeFile(file, commands.join(""));
  await run(["ip", "-batch", file], environment);
}

/** The network device of a port, by the name that the driver gives the port. */
async function netdevOf(port: string): Promise<string> {
  for (const netdev of new Bun.Glob("*").scanSync({ cwd: join(device, "net"), onlyFiles: false })) {
    const name = await readFile(join(device, "net", netdev, "phys_port_name"), "utf8");
    if (name.trim() === port) return netdev;
  }
  throw new Error(`the NIC has no port ${port}`);
}
