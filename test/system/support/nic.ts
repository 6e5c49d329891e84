/** Pretended NICs in switchdev mode (netdevsim of the Linux kernel), for a test that runs in the virtual machine. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../tools/chassis/program.ts";

const bus = "/sys/bus/netdevsim";
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

export class Nic {
  /** The devlink device's name. */
  readonly device: string;
  /** The address of the NIC's physical port, which is the PF's. */
  readonly pfMac: string;
  readonly #number: number;
  readonly #folder: string;

  constructor(number: number) {
    this.#number = number;
    this.#folder = `${bus}/devices/netdevsim${number}`;
    this.device = `netdevsim/netdevsim${number}`;
    this.pfMac = `00:53:00:00:00:${number.toString(16).padStart(2, "0")}`;
  }

  /** The NIC comes, with no VF yet, and with the address that the CMS knows. */
  async add(): Promise<void> {
    await writeFile(`${bus}/new_device`, `${this.#number} 1`);
    await run(["ip", "link", "set", await this.uplink(), "address", this.pfMac], environment);
  }

  /** The driver begins anew: with no VF, and with network devices of new names. */
  async reload(): Promise<void> {
    await run(["devlink", "dev", "reload", this.device], environment);
    await run(["ip", "link", "set", await this.uplink(), "address", this.pfMac], environment);
  }

  async remove(): Promise<void> {
    if (existsSync(this.#folder)) await writeFile(`${bus}/del_device`, String(this.#number));
  }

  /** Without VFs the driver leaves switchdev mode. */
  async setVfs(count: number): Promise<void> {
    if (count > 0)
      await run(["devlink", "dev", "eswitch", "set", this.device, "mode", "switchdev"], environment);
    await writeFile(join(this.#folder, "sriov_numvfs"), String(count));
  }

  /** The driver makes 4 VFs at most, unless told otherwise. */
  async allowVfs(count: number): Promise<void> {
    await writeFile(`/sys/kernel/debug/netdevsim/netdevsim${this.#number}/max_vfs`, String(count));
  }

  /** Somebody works on the NIC for some seconds, and nobody else can meanwhile; resolves when that has begun. */
  async flash(): Promise<{ readonly over: Promise<void>; isOver(): boolean }> {
    // The kernel looks for firmware in the root folder of its first program.
    const folder = "/proc/1/root/lib/firmware";
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "pretended"), "firmware");
    const flash = Bun.spawn(["devlink", "dev", "flash", this.device, "file", "pretended"], {
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { value } = await flash.stdout.getReader().read();
    if (value === undefined) throw new Error("devlink dev flash ended before it began");
    let isOver = false;
    const over = flash.exited.then((code) => {
      isOver = true;
      if (code !== 0) throw new Error(`devlink dev flash: exit code ${code}`);
    });
    return { over, isOver: () => isOver };
  }

  /** The network device of the physical port. */
  uplink(): Promise<string> {
    return this.#netdevOf("p1");
  }

  representorOf(vf: number): Promise<string> {
    return this.#netdevOf(`pf0vf${vf}`);
  }

  /** The network device of a port, by the name that the driver gives the port. */
  async #netdevOf(port: string): Promise<string> {
    for (const netdev of new Bun.Glob("*").scanSync({
      cwd: join(this.#folder, "net"),
      onlyFiles: false,
    })) {
      const name = await readFile(join(this.#folder, "net", netdev, "phys_port_name"), "utf8");
      if (name.trim() === port) return netdev;
    }
    throw new Error(`the NIC has no port ${port}`);
  }
}

/** The NIC of the tests that need one only. */
export const nic = new Nic(7);

/** Kernels before 6.2 rename no device that is up. */
export async function rename(netdev: string, name: string): Promise<void> {
  await ip("link", "set", netdev, "down");
  await ip("link", "set", netdev, "name", name);
}

/** Runs ip(8). */
export async function ip(...args: readonly string[]): Promise<void> {
  await run(["ip", ...args], environment);
}

export async function ifindexOf(netdev: string): Promise<number> {
  return Number(await readFile(`/sys/class/net/${netdev}/ifindex`, "utf8"));
}

/** Changes a network device so many times, each of which the kernel tells of. */
export async function changeOften(netdev: string, times: number): Promise<void> {
  const commands = Array.from(
    { length: times },
    (_, index) => `link set ${netdev} mtu ${1400 + (index % 2)}\n`,
  );
  const file = "/tmp/changes";
  await writeFile(file, commands.join(""));
  await run(["ip", "-batch", file], environment, 120_000);
}
