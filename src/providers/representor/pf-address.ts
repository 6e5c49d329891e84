/**
 * The MAC address by which the CMS knows a PF, from the first source that has the address:
 *
 * 1. The configuration, which can pin the address.
 * 2. The port of the PF: on a DPU the kernel shows the PF of the host with the address that the host sees.
 * 3. A file in sysfs: older kernels of DPUs tell the address of the first host's PF in this file only.
 * 4. For functions of this machine (a hypervisor, or a DPU's own): the network device of the uplink is that of the PF. Its
 *    permanent address counts, or its present address where the kernel tells no permanent address.
 *
 * Invariant: an address from the configuration or from sysfs belongs to one PF of one controller, never to several. An uplink
 * gives no PF an address that the configuration gives to another PF, also while that PF is away.
 */
import type { Link } from "../../netlink/link.ts";
import type { PfPin } from "./config.ts";
import { nameOfPf, type PfName, UNKNOWN_DEVICE } from "./names.ts";
import type { SwitchPort } from "./switch-port.ts";

export type PfAddress =
  | { readonly mac: string }
  | { readonly mac: null /** For people to read. */; readonly reason: string };

/** A PF that is known by its own port or by ports of its functions. */
export interface PfFacts extends PfName {
  /** The port of the PF and those of its functions; empty: only the uplink of the PF is known. */
  readonly ports: readonly SwitchPort[];
}

export interface AddressSources {
  readonly pins: readonly PfPin[];
  /** The address in sysfs of the PF behind an uplink; null: sysfs has none. */
  readonly smartNic: (uplink: Link) => string | null;
  /** The permanent address of an uplink whose rtnetlink message has none; null: the uplink has none. */
  readonly permanentAddress: (uplink: Link) => string | null;
}

/** The other ports of the machine. */
export interface Neighbours {
  readonly pfs: readonly PfFacts[];
  readonly uplinks: readonly SwitchPort[];
}

/** The controller of the first host, whose address the file in sysfs has. */
const FIRST_HOST = 1;

export function pfAddress(pf: PfFacts, around: Neighbours, sources: AddressSources): PfAddress {
  const told = toldAddress(pf);
  const pinned = sources.pins.find((pin) => pinnedBy(pin, around.pfs) === pf);
  // A NIC that tells the address of its own PF (EF100) has a pin for its host's PF of that number, which may be away.
  const isOfHost = told !== null && pf.ports.some(({ role }) => role.kind === "uplink");
  if (pinned !== undefined && !isOfHost) return { mac: pinned.mac };
  if (told !== null) return { mac: told };
  const uplink = uplinkOf(pf, around);
  // Where functions of hosts are told apart from others, those of which nothing is told are this machine's.
  const external = isExternal(pf) ?? (around.pfs.some((one) => isHostBeside(one, pf)) ? false : null);
  const file = uplink.link === null || external === false ? null : hostAddress(pf, uplink.link, sources);
  if (file !== null) return { mac: file };
  if (external === true || (isExternal(pf) === null && hasOwnPort(pf) && !isNamedOnly(pf, around))) {
    const whose = external === true ? "is" : "may be";
    return {
      mac: null,
      reason: `it ${whose} another host's, and the kernel does not tell its address; ${pinHint(pf)}`,
    };
  }
  if (!isOfThisMachine(pf, around.pfs)) {
    return { mac: null, reason: `the kernel does not tell the address of its controller; ${pinHint(pf)}` };
  }
  if (uplink.link === null) return { mac: null, reason: `${uplink.reason}; ${pinHint(pf)}` };
  const { link } = uplink;
  const mac = link.permanentAddress ?? sources.permanentAddress(link) ?? link.address;
  if (mac === null) return { mac, reason: `its uplink ${link.name} has no address; ${pinHint(pf)}` };
  const other = sources.pins.find((pin) => pin.mac === mac && !isNamedBy(pin, pf));
  return other === undefined
    ? { mac }
    : {
        mac: null,
        reason: `the address of its uplink ${link.name} is that of ${other.device} pf ${other.pf} in the configuration`,
      };
}

/** Says how to write the address into the configuration. */
export function pinHint({ device, controller, number }: PfName): string {
  const which = controller === 0 ? "" : `, controller: ${controller}`;
  return `write it in the configuration, under the provider: pf: [{ device: "${device}", pf: ${number}${which}, mac: "…" }]`;
}

/**
 * Whether the PF belongs to this machine, so that the uplink is its network device: a PF of the NIC's own controller, or of
 * another controller that the kernel calls not external. A further controller beside that one, and a PF with a port of its
 * own, have an address of their own and share the uplink.
 */
export function isOfThisMachine(pf: PfFacts, pfs: readonly PfFacts[]): boolean {
  if (pf.controller === 0) return !pf.isForeign;
  if (isExternal(pf) !== false || hasOwnPort(pf)) return false;
  const local = pfs.filter((one) => one.device === pf.device && isExternal(one) !== true && !hasOwnPort(one));
  return local.every((one) => one.controller === pf.controller || one.ports.length === 0);
}

/** The PF of a pin; null: no PF matches, or a pin without a controller matches several. */
function pinnedBy(pin: PfPin, pfs: readonly PfFacts[]): PfFacts | null {
  const named = pfs.filter((one) => isNamedBy(pin, one));
  const hosts = named.length > 1 ? named.filter((one) => isExternal(one) === true) : named;
  const [only, ...others] = hosts;
  return only === undefined || others.length > 0 ? null : only;
}

function isNamedBy({ device, pf, controller }: PfPin, one: PfFacts): boolean {
  if (one.device !== device || one.number !== pf) return false;
  return controller === undefined || controller === one.controller;
}

function toldAddress({ ports }: PfFacts): string | null {
  const own = ports.filter(isOwnPort).sort((a, b) => (a.devlink?.index ?? 0) - (b.devlink?.index ?? 0));
  return own[0]?.devlink?.function.hardwareAddress ?? null;
}

function isOwnPort({ role }: SwitchPort): boolean {
  return role.kind === "uplink" || role.function.kind === "pf";
}

/**
 * Whether names alone tell the functions on the PF's device, and nobody tells the parent of the PF's ports: so does a driver (nfp)
 * that shows no other host's PF. On a DPU devlink tells the ports, and the network devices their parents, whoever is read first.
 */
function isNamedOnly({ device, ports }: PfFacts, { pfs }: Neighbours): boolean {
  const near = pfs.filter((one) => one.device === device).flatMap((one) => one.ports);
  return near.every(({ devlink }) => devlink === null) && ports.every(({ isPlaced }) => isPlaced === true);
}

function hasOwnPort({ ports }: PfFacts): boolean {
  return ports.some(isOwnPort);
}

/** Whether the PF is of another host; null: the kernel does not tell, as before Linux 5.10. */
function isExternal({ ports }: PfFacts): boolean | null {
  if (ports.length === 0) return false;
  const told = ports.map(({ external }) => external);
  return told.includes(true) ? true : told.includes(false) ? false : null;
}

function isHostBeside(one: PfFacts, pf: PfFacts): boolean {
  return one.device === pf.device && isExternal(one) === true;
}

function hostAddress(pf: PfFacts, uplink: Link, { smartNic }: AddressSources): string | null {
  return isExternal(pf) === true && pf.controller !== FIRST_HOST ? null : smartNic(uplink);
}

type Uplink =
  | { readonly link: Link }
  | { readonly link: null /** For people to read. */; readonly reason: string };

/**
 * Whether the device is the PF, and does not only show functions of another PF: drivers give a PF the number of its PCI function
 * or, on a DPU, the number of the host's PF behind the device. A device that is not on PCI has no number to compare.
 */
export function isDeviceOf(pf: PfFacts, pfs: readonly PfFacts[]): boolean {
  const { device, number } = pf;
  const pci = /^pci\/.*\.([0-7])$/.exec(device);
  if (pci === null || Number(pci[1]) === number) return true;
  const hosts = pfs.filter((one) => isHostBeside(one, pf) && hasOwnPort(one));
  return isExternal(pf) !== true && hosts.length > 0 && hosts.every((one) => one.number === number);
}

/** Whether the PF has a port or an uplink of its own on its device, or is another host's: other PFs have functions only there. */
export function isPfOfItsDevice(pf: PfFacts, around: Neighbours): boolean {
  return isExternal(pf) === true || hasOwnPort(pf) || uplinksOf(pf, around).length > 0;
}

/** The uplinks of which one is the PF's: those of its number, or all of the device that the PF is; empty: nobody can tell. */
export function uplinksOf(pf: PfFacts, { pfs, uplinks }: Neighbours): readonly SwitchPort[] {
  const near = uplinks.filter(({ device }) => device === pf.device);
  const same = near.filter(({ role }) => role.kind === "uplink" && role.number === pf.number);
  // Each host numbers its own PFs, so only PFs of the same controller count.
  const others = pfs.filter(
    ({ device, controller, number }) =>
      device === pf.device && controller === pf.controller && number !== pf.number,
  );
  const isDevice = isDeviceOf(pf, pfs);
  // Newer drivers give the number of a PCI function to a PF, and that of a port to an uplink: which number counts, nobody tells.
  const isContested = near.length === 1 && !isDevice && others.some((one) => isDeviceOf(one, pfs));
  if (same.length > 0) return isContested ? [] : same;
  // The kernel has to tell the device of each port: a port that was placed there by its switch may be another PF's.
  const isPlaced = [...near, ...pf.ports].some((port) => port.isPlaced === true);
  return !isPlaced && others.length === 0 && isDevice ? near : [];
}

/** The uplink of a PF, when there is one candidate. */
export function uplinkOf(pf: PfFacts, around: Neighbours): Uplink {
  const [only, ...others] = uplinksOf(pf, around);
  if (only !== undefined && others.length === 0) {
    return only.link === null
      ? { link: null, reason: "its uplink has no network device" }
      : { link: only.link };
  }
  const [one, ...more] = around.uplinks.filter(({ device }) => device === pf.device);
  if (one === undefined) {
    const isUnknown = pf.device.startsWith(UNKNOWN_DEVICE);
    return {
      link: null,
      reason: isUnknown
        ? "the kernel does not tell its device, and the switch does not have one uplink"
        : "its device has no uplink",
    };
  }
  const reason =
    more.length === 0
      ? `the kernel does not tell whether the uplink ${one.name} is that of ${nameOfPf(pf)} or of another PF`
      : `the kernel does not tell which of the ${more.length + 1} uplinks is that of ${nameOfPf(pf)}`;
  return { link: null, reason };
}
