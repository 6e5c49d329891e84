/**
 * The ports of NICs' embedded switches, joined from devlink's ports and rtnetlink's network devices. Pure.
 *
 * Devlink names the network device of a port by its index; from Linux 6.2 on, the device also names its port. The two sockets
 * are read in any order, so an index alone proves nothing: the device must have had the name that devlink gives, and the
 * driver's name (phys_port_name) must not be that of another function. Some drivers make no devlink port for a VF; then the
 * driver's name decides. When devlink and the driver's name contradict each other, the port is in doubt, and the kernel is
 * asked again.
 */
import type { DevlinkPort, Flavour } from "../../netlink/devlink.ts";
import type { Link } from "../../netlink/link.ts";
import type { KernelFacts, KnownLink } from "./facts.ts";
import { add, only } from "./multimap.ts";
import { type DriverName, functionKey, nameOfPf, nameOfPort, parseDriverName, pfNameOf } from "./names.ts";
import { nameOfFunction, type PciFunction } from "./options.ts";
import { portsByName } from "./ports-by-name.ts";
import type { PortSources, SwitchPort } from "./switch-port.ts";

export interface SwitchPorts {
  readonly ports: readonly SwitchPort[];
  /** The contradictions, in words; when they change, the kernel has to be asked again. */
  readonly doubts: readonly string[];
}

interface Known {
  readonly facts: KernelFacts;
  readonly sources: PortSources;
}

interface Pairing {
  readonly link: Link | null;
  readonly fault: string | null;
  readonly doubt: boolean;
}

const SWITCH_FLAVOURS: ReadonlySet<Flavour | null> = new Set(["physical", "pcipf", "pcivf", "pcisf"]);

export function composePorts(facts: KernelFacts, sources: PortSources): SwitchPorts {
  const bySaidPort = new Map<string, KnownLink>();
  for (const known of facts.links.values()) {
    const { devlinkPort } = known.link;
    if (devlinkPort !== null) bySaidPort.set(nameOfPort(devlinkPort), known);
  }
  const taken = new Set<number>();
  const doubts: string[] = [];
  const told: SwitchPort[] = [];
  for (const [name, port] of facts.ports) {
    const pairing = pair(port, bySaidPort.get(name), facts);
    if (pairing.link !== null) taken.add(pairing.link.ifindex);
    if (pairing.doubt) doubts.push(`${name}: ${pairing.fault}`);
    const composed = SWITCH_FLAVOURS.has(port.flavour)
      ? toldByDevlink(name, port, pairing, { facts, sources })
      : null;
    if (composed !== null) told.push(composed);
  }
  const placed = placeUplinks(told);
  const named = portsByName(facts, taken, placed, sources);
  const byFunction = new Map(placed.map((port) => [identityOf(port), port]));
  const ports = new Set(placed);
  for (const port of named) {
    const other = byFunction.get(identityOf(port));
    if (other === undefined) ports.add(port);
    else if (other.role.kind === "function" && other.link === null) {
      const fault = `devlink shows no network device for port ${other.name}, and ${port.link?.name} calls itself ${port.link?.portName}: the kernel's two tables do not agree yet`;
      ports.delete(other);
      ports.add({ ...other, fault });
      doubts.push(`${other.name}: ${fault}`);
    }
  }
  for (const name of facts.deserted) doubts.push(`${name}: its network device has gone`);
  return { ports: [...ports], doubts: doubts.sort() };
}

/** The network device of a port, where it is certain. */
function pair(port: DevlinkPort, saying: KnownLink | undefined, { links }: KernelFacts): Pairing {
  if (saying !== undefined) return { link: saying.link, fault: null, doubt: false };
  const none = { link: null, fault: `port ${nameOfPort(port)} has no network device yet`, doubt: false };
  if (port.netdev === null) return none;
  const { ifindex, name } = port.netdev;
  const known = links.get(ifindex);
  if (known === undefined) return { ...none, doubt: true };
  const { link, names } = known;
  const another = link.devlinkPort !== null || (name !== "" && !names.has(name)) || isSoftware(link);
  if (!another && !contradicts(port, parseDriverName(link.portName)))
    return { link, fault: null, doubt: false };
  const calls = link.portName === null ? "" : `, which calls itself ${link.portName}`;
  const fault = `port ${nameOfPort(port)} has network device ${name} (${ifindex}), which is ${link.name}${calls}: the kernel's two tables do not agree yet`;
  return { link: null, fault, doubt: true };
}

/** Whether the device is no NIC's: it has got the index and the name of a device that has gone. */
function isSoftware({ kind, parent, portName, switchId }: Link): boolean {
  return kind !== null && parent === null && portName === null && switchId === null;
}

function contradicts(port: DevlinkPort, said: DriverName | null): boolean {
  const is = functionOf(port);
  if (said?.kind !== "function" || is === null) return false;
  if (said.pf !== port.pf || functionKey(said.function) !== functionKey(is)) return true;
  return said.controller !== null && port.controller !== 0 && said.controller !== port.controller;
}

/** The function that a port represents; null: none. */
function functionOf({ flavour, vf, sf }: DevlinkPort): PciFunction | null {
  if (flavour === "pcipf") return { kind: "pf" };
  if (flavour === "pcivf" && vf !== null) return { kind: "vf", number: vf };
  if (flavour === "pcisf" && sf !== null) return { kind: "sf", number: sf };
  return null;
}

function toldByDevlink(
  name: string,
  port: DevlinkPort,
  { link, fault }: Pairing,
  known: Known,
): SwitchPort | null {
  const { pf, number } = port;
  const common = { name, devlink: port, ...hostOf(port, link), link, fault };
  if (port.flavour === "physical") {
    const device = deviceOf(port.device, link, known);
    if (known.sources.vfBase(device) > 0 && number !== null) {
      return { ...common, device, pf: number, role: { kind: "function", function: { kind: "pf" } } };
    }
    return { ...common, device, pf: null, role: { kind: "uplink", number } };
  }
  const represented = functionOf(port);
  if (represented === null || pf === null) return null;
  const { device } = port;
  if (represented.kind === "pf" && isOwnNetdev(port, link)) {
    return { ...common, device, pf, role: { kind: "uplink", number: pf } };
  }
  return { ...common, device, pf, role: { kind: "function", function: represented } };
}

/** Whose the port is. Where devlink does not tell (before Linux 5.10), a newer driver's name for the device may. */
function hostOf(
  { controller, external }: DevlinkPort,
  link: Link | null,
): Pick<SwitchPort, "controller" | "external"> {
  const said = external === null && link !== null ? parseDriverName(link.portName) : null;
  if (said?.kind !== "function" || said.controller === null) return { controller, external };
  return { controller: said.controller, external: said.external };
}

/** Whether the device of a PF's port is the PF itself, as with some drivers: the port is the uplink, and represents nothing. */
function isOwnNetdev({ external, function: { hardwareAddress } }: DevlinkPort, link: Link | null): boolean {
  if (external === true || link === null) return false;
  if (parseDriverName(link.portName)?.kind === "physical") return true;
  return link.permanentAddress !== null && link.permanentAddress === hardwareAddress;
}

/** The PF's device of a port. An uplink can have a nested device (mlx5 from Linux 6.5 on); then the outer device counts. */
function deviceOf(device: string, link: Link | null, { facts, sources }: Known): string {
  const nested = facts.parents.get(device) ?? null;
  const isPci = device.startsWith("pci/");
  const parent = link?.parent ?? (isPci ? null : (nested ?? (link === null ? null : sources.parentOf(link))));
  return parent === null || busOf(parent) === busOf(device) ? device : parent;
}

function busOf(device: string): string {
  return device.slice(0, device.indexOf("/"));
}

/** Whether the device is a part of another device, which nobody has told. */
function isPart(device: string): boolean {
  return busOf(device) === "auxiliary";
}

/**
 * Finds the device of each uplink that is a part of an unknown device: the device that has functions of the same switch, when there
 * is only one such device. A NIC can have one switch for all ports; then the device that has functions of the uplink's own number.
 * An uplink on a device of its own stays there: its PF may have no functions yet.
 */
function placeUplinks(told: readonly SwitchPort[]): readonly SwitchPort[] {
  const places = new Map<string, Set<string>>();
  const numbered = new Map<string, Set<string>>();
  for (const { role, link, device, pf } of told) {
    if (role.kind !== "function") continue;
    add(places, link?.switchId, device);
    if (link?.switchId) add(numbered, `${link.switchId} ${pf}`, device);
  }
  return told.map((port) => {
    const { role, link, device } = port;
    if (role.kind === "function" || !isPart(device) || !link?.switchId) return port;
    const place = only(places.get(link.switchId)) ?? only(numbered.get(`${link.switchId} ${role.number}`));
    return place === null ? port : { ...port, device: place, isPlaced: true };
  });
}

/** A key that is equal for two descriptions of the same port. */
function identityOf(port: SwitchPort): string {
  const { device, role } = port;
  if (role.kind === "uplink") return `${device} p${role.number}`;
  return `${nameOfPf(pfNameOf(port))} ${nameOfFunction(role.function)}`;
}
