/**
 * The provider `netdev`: plugs an existing network device, which the provider finds by name, alternative name, MAC address or
 * PCI address: a container's veth, an appliance's port, a function of a NIC that is not in switchdev mode.
 *
 * Invariants: an answer depends on the options of the logical port, the interface in place and the kernel's network devices.
 * The provider guesses no device. It refuses the device of a default route, as far as `routeFault` sees such a route; a device that
 * is part of another device; and one of several devices that match. Many devices borrow the MAC address of another one, among them
 * the local port of the bridge as soon as the port is plugged. So no device that can never be plugged counts for a MAC address; and
 * the interface in place counts alone beside devices that cannot be plugged now, or that stand on it.
 */
import { existsSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { endianness } from "node:os";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { kernelTransport } from "../../netlink/kernel-transport.ts";
import { leaveDatapath } from "../../netlink/leave-datapath.ts";
import { OVS_DATAPATH_KIND } from "../../netlink/ovs-vport.ts";
import { parsePciAddress } from "../../netlink/pci-address.ts";
import type { NetlinkTransport } from "../../netlink/transport.ts";
import { fail, hasCode, ok, type Result, systemMessageOf } from "../../result.ts";
import { shellWord } from "../../text/shell.ts";
import { InPlace } from "../in-place.ts";
import { defineProvider } from "../module.ts";
import type { PrepareAnswer, PrepareInput, Provider, ProviderHost, WantedInterface } from "../provider.ts";
import { Settling } from "../settling.ts";
import { type Device, Devices } from "./devices.ts";
import { nameOfWanted, parseOptions, READ_OPTIONS } from "./options.ts";

const quietMs = "expected milliseconds, a whole number from 0 to 60000";

export const netdev = defineProvider({
  type: "netdev",
  summary: "an existing network device",
  reads: READ_OPTIONS,
  keys: {
    quiet_ms: v.optional(
      v.pipe(
        v.number(),
        v.integer(quietMs),
        v.minValue(0, quietMs),
        v.maxValue(60_000, quietMs),
        v.description("How long a new network device is left alone where no udev runs."),
      ),
      0,
    ),
  },
  create: ({ quiet_ms }) => new NetdevProvider(quiet_ms, { netlink: kernelTransport(), root: "/" }),
});

/** The parts of the host that tests replace. */
export interface Host {
  readonly netlink: NetlinkTransport;
  /** Where `proc`, `sys` and `run/udev` are. */
  readonly root: string;
}

export class NetdevProvider implements Provider {
  readonly type: string = "netdev";
  readonly #machine: Host;
  readonly #inPlace = new InPlace();
  readonly #devices: Devices;
  readonly #settling: Settling;
  #host: ProviderHost | null = null;
  #changed = false;

  constructor(quietMs: number, machine: Host) {
    const { netlink, root } = machine;
    this.#machine = machine;
    this.#settling = new Settling({
      root,
      quietMs,
      onSettled: () => this.#wake(),
      warn: (message) => this.#host?.log("warn", message),
    });
    this.#devices = new Devices({
      netlink,
      pciOf: (name) => pciOf(root, name),
      onAppeared: ({ ifindex }, isFresh) => this.#settling.appeared(ifindex, isFresh),
      onGone: (ifindex) => this.#settling.gone(ifindex),
      onRename: (device, before) => this.#releaseRenamed(device, before),
      onChange: () => this.#wake(),
      log: (level, message) => this.#host?.log(level, message),
    });
  }

  init(host: ProviderHost): void {
    this.#host = host;
    void this.#devices.open();
  }

  destroy(): void {
    this.#host = null;
    this.#devices.close();
    this.#settling.close();
  }

  run(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  prepare({ operation, bridge, lport, interface: current }: PrepareInput): PrepareAnswer {
    if (operation === "remove") return { ready: true };
    if (this.#devices.fault !== null) return { ready: false, reason: this.#devices.fault };
    const wanted = parseOptions(lport.options);
    if (!wanted.ok) return { ready: false, reason: wanted.error };
    const matching = this.#devices.find(wanted.value);
    const found =
      wanted.value.by === "mac" ? this.#ofMac(matching, bridge.name, current?.name ?? null) : matching;
    const [device] = found;
    const what = nameOfWanted(wanted.value);
    if (device === undefined) {
      if (wanted.value.by === "altname") this.#devices.askAgain();
      return { ready: false, reason: `there is no ${what}` };
    }
    if (found.length > 1) {
      const names = found.map(({ name }) => name).join(", ");
      return {
        ready: false,
        reason: `several network devices match ${what}: ${names}; set an option that only one of them matches`,
      };
    }
    const fault =
      this.#settling.pending(device.ifindex) ?? this.#whyNot(device, bridge.name, current?.name ?? null);
    if (fault !== null) return { ready: false, reason: `network device ${device.name}: ${fault}` };
    return { ready: true, interface: { name: device.name, type: "", options: {} } };
  }

  arrange({ lport, interface: current }: PrepareInput): void {
    this.#inPlace.set(lport.name, current === null ? null : { name: current.name, ifindex: null });
  }

  finish({ lport }: PrepareInput, output: WantedInterface | null): void {
    this.#inPlace.set(lport.name, output === null ? null : { name: output.name, ifindex: null });
  }

  /** Those of the devices with a MAC address that do not merely borrow the address. @param inPlace as for {@link #whyNot} */
  #ofMac(matching: readonly Device[], bridge: string, inPlace: string | null): readonly Device[] {
    const possible = matching.filter((device) => whyNever(device, bridge) === null);
    const ours = possible.find(({ name }) => name === inPlace);
    if (ours === undefined) return possible;
    const isRival = (device: Device) =>
      device.below !== ours.ifindex && this.#whyNot(device, bridge, inPlace) === null;
    return possible.filter((device) => device === ours || isRival(device));
  }

  /** Says why the device cannot be plugged, or null. @param inPlace the present interface name of the logical port, or null */
  #whyNot(device: Device, bridge: string, inPlace: string | null): string | null {
    const { name, master, portName, switchId } = device;
    const never = whyNever(device, bridge);
    if (never !== null) return never;
    // A physical port, or a part of a split one.
    if (switchId !== null && /^p\d+(s\d+)?$/.test(portName ?? ""))
      return "it is the uplink of a NIC in switchdev mode";
    const routed = routeFault(this.#machine.root, name);
    if (routed !== null) return routed;
    if (master === null) return null;
    const whole = this.#devices.get(master);
    // A device that we plugged is part of the datapath; a renamed device is about to leave the datapath.
    const isInDatapath = whole?.kind === OVS_DATAPATH_KIND;
    if (isInDatapath && inPlace === name) return null;
    if (isInDatapath) return "it is in a bridge of Open vSwitch already (ovs-vsctl port-to-br)";
    return `it is a part of ${whole?.name ?? `network device ${master}`} (ip link set ${shellWord(name)} nomaster)`;
  }

  /** A plugged device with a new name has to leave the datapath before it can be plugged under the new name. */
  #releaseRenamed(device: Device, before: string): void {
    const { ifindex, name, master } = device;
    if (!this.#inPlace.has(before) || master === null) return;
    if (this.#devices.get(master)?.kind !== OVS_DATAPATH_KIND) return;
    const leaving = leaveDatapath(this.#machine.netlink, master, device).then((left) => {
      if (left.ok && !left.value) return;
      const words = left.ok
        ? "it has left the datapath, to be plugged anew"
        : `it cannot leave the datapath: ${left.error.message}`;
      this.#host?.log(left.ok ? "info" : "warn", `${name} has a new name: ${words}`);
    });
    this.#settling.leaves(ifindex, leaving);
  }

  #wake(): void {
    this.#changed = true;
    this.#host?.wake();
  }
}

/** Says why the device can be plugged on no account, or null. On a userspace datapath a local port is a tap device. */
function whyNever({ name, kind }: Device, bridge: string): string | null {
  if (kind === OVS_DATAPATH_KIND) return "it is an internal interface of Open vSwitch";
  if (name === bridge) return "it is the local port of the integration bridge";
  return name === "lo" ? "it is the loopback device" : null;
}

/**
 * Reads the PCI address from the link `device` in sysfs, whose last part is the address, or is the virtio device below it. A PCI
 * function has one virtio device. Other devices below a function do not count, because the function can have many of them: a
 * sub-function is on the auxiliary bus below its PF, and a USB device below its controller.
 */
function pciOf(root: string, name: string): string | null {
  try {
    const link = join(root, "sys/class/net", name, "device");
    const device = basename(readlinkSync(link));
    const address = /^virtio\d+$/.test(device) ? basename(dirname(realpathSync(link))) : device;
    return parsePciAddress(address);
  } catch {
    return null;
  }
}

/**
 * Says why the device may be this host's way out, or null. A route counts that leads everywhere, or to so large a part of all
 * addresses that it stands for a default route: a half (as 0.0.0.0/1), or all global addresses of IPv6 (2000::/3).
 *
 * The files show less than the kernel has (proc_net(5)): of IPv4 the routes of the table main alone, and of a route with several
 * next hops the first one; of IPv6 all tables, and of a route to a group of next hops (`ip nexthop`) the first one. The files are
 * those below /proc/self: a service may see nothing else of /proc (ProcSubset=pid).
 */
function routeFault(root: string, name: string): string | null {
  const mayCarry = "it may carry a default route of this host";
  const v4 = linesOf(root, "proc/self/net/route");
  if (!v4.ok) return `${mayCarry}: ${v4.error}`;
  const v6 = linesOf(root, "proc/self/net/ipv6_route");
  if (!v6.ok) return `${mayCarry}: ${v6.error}`;
  const isDefault = v4.value.some((line) => line.startsWith(`${name}\t`) && leadsOut4(line));
  const isDefault6 = v6.value.some((line) => leadsOut6(line) && line.split(/\s+/).at(-1) === name);
  return isDefault || isDefault6
    ? "it carries a default route of this host, and the host would lose its uplink"
    : null;
}

/** The second field is the destination, and the eighth one the mask, as numbers in the order of the host's bytes. */
function leadsOut4(line: string): boolean {
  const [, to = "", , , , , , mask = ""] = line.split("\t", 8);
  return LARGE_PARTS.has(`${to}/${mask}`);
}

const HALF = endianness() === "LE" ? "00000080" : "80000000";
const LARGE_PARTS = new Set(["00000000/00000000", `00000000/${HALF}`, `${HALF}/${HALF}`]);

/** An "unreachable" default route is one of the loopback. */
function leadsOut6(line: string): boolean {
  return /^(?:0{32} 0[01]|80{31} 01|20{31} 03) /.test(line);
}

/** A kernel without IPv4 or IPv6 has no such file. */
function linesOf(root: string, path: string): Result<readonly string[], string> {
  try {
    return ok(readFileSync(join(root, path), "utf8").trim().split("\n"));
  } catch (thrown) {
    const isAbsent = hasCode(thrown, "ENOENT") && existsSync(join(root, dirname(path)));
    return isAbsent ? ok([]) : fail(`/${path} cannot be read: ${systemMessageOf(thrown)}`);
  }
}
