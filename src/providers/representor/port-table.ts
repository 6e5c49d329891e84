/**
 * The table of devlink ports and network devices, and the answer to the provider's one question: which network device
 * represents this function of the PF with that MAC address?
 *
 * Pure but for one question put to sysfs: it is told of ports and links, in any order, and keeps what it is told
 * indexed. Functions belong to a PF by its key (device, controller, number) and not to a PF's row, so they may come
 * before it and stay when it goes; what an event costs does not depend on how many functions there are.
 *
 * Invariants: the table depends on the last word about each port and link only, not on the order of the words. A network
 * device that has gone takes its index with it: which device a port has is known again when the kernel says it again,
 * because another device may have the index by then.
 */
import type { DevlinkPort, PortName } from "../../netlink/devlink.ts";
import type { Link } from "../../netlink/link.ts";
import { fail, ok, type Result } from "../../result.ts";
import { add, drop } from "./multimap.ts";
import { functionKey, functionOf, nameOfPf, nameOfPort, pfKey } from "./names.ts";
import { nameOfFunction, type PciFunction, type WantedFunction } from "./options.ts";
import { type PfAddress, type PfAddressSources, pfAddress } from "./pf-address.ts";

/** A PF, known by itself or by its functions, and what belongs to it. */
interface Pf {
  readonly device: string;
  readonly controller: number;
  readonly number: number;
  /** By function: the ports that represent it. More than one is a fault of the driver's, and an ambiguity. */
  readonly functions: Map<string, Set<DevlinkPort>>;
  members: number;
  externalMembers: number;
  address: PfAddress;
}

/** A port of the table with everything that is known of it: a row for people to read. */
export interface PortRow {
  readonly port: DevlinkPort;
  /** The name of its network device now; null while there is none. */
  readonly netdev: string | null;
  /** Of the PF that it belongs to, or is. */
  readonly pfMac: string | null;
}

export interface Representor {
  readonly port: DevlinkPort;
  readonly link: Link;
}

export interface PortTableOptions {
  readonly addresses: PfAddressSources;
  /** A network device has become some port's, or no port's any more. */
  readonly onNetdev: (ifindex: number, present: boolean) => void;
  /** A port's network device has another name than before. */
  readonly onRename: (link: Link, before: Link) => void;
}

export class PortTable {
  readonly #options: PortTableOptions;
  readonly #ports = new Map<string, DevlinkPort>();
  readonly #links = new Map<number, Link>();
  readonly #pfs = new Map<string, Pf>();
  readonly #pfsByMac = new Map<string, Set<Pf>>();
  readonly #pfsByDevice = new Map<string, Set<Pf>>();
  /** The physical ports of each device. */
  readonly #uplinks = new Map<string, Set<DevlinkPort>>();
  readonly #portsByIfindex = new Map<number, Set<DevlinkPort>>();
  readonly #ifindexesByName = new Map<string, Set<number>>();
  /** The ports whose network device has gone without a word about them: it may be in another namespace, and come back. */
  readonly #deserted = new Set<string>();

  constructor(options: PortTableOptions) {
    this.#options = options;
  }

  /** @returns whether the table is another one than before */
  setPort(port: DevlinkPort): boolean {
    const name = nameOfPort(port);
    const before = this.#ports.get(name);
    if (port.netdev !== null) this.#deserted.delete(name);
    if (before !== undefined && Bun.deepEquals(before, port)) return false;
    this.#exchange(before, port);
    return true;
  }

  /** @returns whether the table is another one than before */
  removePort(name: PortName): boolean {
    const before = this.#ports.get(nameOfPort(name));
    if (before === undefined) return false;
    this.#deserted.delete(nameOfPort(name));
    this.#exchange(before, undefined);
    return true;
  }

  /** Which of the ports' network devices have gone without a word about the ports: none of them has an index any more. */
  get hasDeserted(): boolean {
    return this.#deserted.size > 0;
  }

  /** @returns whether a port's row is another one than before */
  setLink(link: Link): boolean {
    const before = this.#links.get(link.ifindex);
    this.#links.set(link.ifindex, link);
    if (before?.name !== link.name) {
      drop(this.#ifindexesByName, before?.name, link.ifindex);
      add(this.#ifindexesByName, link.name, link.ifindex);
    }
    if (before !== undefined && isSameToPorts(before, link)) return false;
    const isPorts = this.#linkChanged(link.ifindex);
    if (isPorts && before !== undefined && before.name !== link.name) this.#options.onRename(link, before);
    return isPorts;
  }

  link(ifindex: number): Link | undefined {
    return this.#links.get(ifindex);
  }

  /** @returns whether a port's row is another one than before */
  removeLink(ifindex: number): boolean {
    const link = this.#links.get(ifindex);
    this.#links.delete(ifindex);
    drop(this.#ifindexesByName, link?.name, ifindex);
    const ports = [...(this.#portsByIfindex.get(ifindex) ?? [])];
    for (const port of ports) {
      this.#deserted.add(nameOfPort(port));
      this.#exchange(port, { ...port, netdev: null });
    }
    return ports.length > 0;
  }

  /** Makes the table what a dump of the kernel's says. @returns whether it is another one than before */
  replace(ports: readonly DevlinkPort[], links: readonly Link[]): boolean {
    const portKeys = new Set(ports.map(nameOfPort));
    const ifindexes = new Set(links.map(({ ifindex }) => ifindex));
    const changes = [
      ...[...this.#ports.values()]
        .filter((port) => !portKeys.has(nameOfPort(port)))
        .map((port) => this.removePort(port)),
      ...[...this.#links.keys()]
        .filter((ifindex) => !ifindexes.has(ifindex))
        .map((gone) => this.removeLink(gone)),
      ...links.map((link) => this.setLink(link)),
      ...ports.map((port) => this.setPort(port)),
    ];
    return changes.includes(true);
  }

  /** The representor of a function, or the reason why there is none (yet). */
  find({ pfMac, function: wanted }: WantedFunction): Result<Representor, string> {
    const pfs = [...(this.#pfsByMac.get(pfMac) ?? [])];
    if (pfs.length === 0) return fail(`no PF with MAC address ${pfMac} is known: ${this.#whatIsKnown()}`);
    const ports = pfs.flatMap((pf) => [...(pf.functions.get(functionKey(wanted)) ?? [])]);
    const [port, ...others] = ports;
    if (port === undefined) return fail(whyNone(pfs, pfMac, wanted));
    if (others.length > 0) {
      const names = ports.map(nameOfPort).sort().join(", ");
      return fail(
        `${nameOfFunction(wanted)} of PF ${pfMac} is ambiguous: ${names} all claim to represent it`,
      );
    }
    const link = port.netdev === null ? undefined : this.#links.get(port.netdev.ifindex);
    if (link === undefined) return fail(`port ${nameOfPort(port)} has no network device yet`);
    return ok({ port, link });
  }

  /** The representor whose network device has this name. */
  named(netdev: string): Representor | null {
    for (const ifindex of this.#ifindexesByName.get(netdev) ?? []) {
      const link = this.#links.get(ifindex);
      const [port] = this.#portsByIfindex.get(ifindex) ?? [];
      if (link !== undefined && port !== undefined) return { port, link };
    }
    return null;
  }

  /**
   * Whose the network device of this name is, when it is known for sure that it is not that function's; null otherwise.
   * A port of the same number is another function's only where the address of its PF is known, and is another one.
   */
  otherOwner(netdev: string, { pfMac, function: wanted }: WantedFunction): string | null {
    const owner = this.named(netdev)?.port;
    if (owner === undefined) return null;
    const owned = functionOf(owner);
    if (owned === null) return owner.flavour === "physical" ? `physical port ${nameOfPort(owner)}` : null;
    const pf = this.#pfs.get(pfKey(owner) ?? "");
    if (pf === undefined) return null;
    const mac = pf.address.mac;
    if (functionKey(owned) === functionKey(wanted) && (mac === null || mac === pfMac)) return null;
    return `${nameOfFunction(owned)} of PF ${mac === null ? nameOfPf(pf) : `${mac} (${nameOfPf(pf)})`}`;
  }

  /** Every port, by device and index. */
  rows(): readonly PortRow[] {
    const rows = Array.from(this.#ports.values(), (port): PortRow => {
      const pf = this.#pfs.get(pfKey(port) ?? "");
      return {
        port,
        netdev: port.netdev === null ? null : (this.#links.get(port.netdev.ifindex)?.name ?? null),
        pfMac: pf?.address.mac ?? null,
      };
    });
    return rows.sort(({ port: a }, { port: b }) =>
      a.device === b.device ? a.index - b.index : a.device < b.device ? -1 : 1,
    );
  }

  #exchange(before: DevlinkPort | undefined, after: DevlinkPort | undefined): void {
    if (after !== undefined) this.#ports.set(nameOfPort(after), after);
    else if (before !== undefined) this.#ports.delete(nameOfPort(before));
    this.#exchangeNetdev(before, after);
    if (before?.flavour === "physical") drop(this.#uplinks, before.device, before);
    if (after?.flavour === "physical") add(this.#uplinks, after.device, after);
    // The PF that the port comes to is made before the one that it leaves may go: mostly they are the same.
    const comesTo = after === undefined ? null : this.#join(after);
    const leaves = before === undefined ? null : this.#leave(before);
    for (const pf of new Set([comesTo, leaves])) if (pf !== null) this.#resolve(pf);
    if (before?.flavour === "physical") this.#resolveDevice(before.device);
    if (after?.flavour === "physical") this.#resolveDevice(after.device);
  }

  #exchangeNetdev(before: DevlinkPort | undefined, after: DevlinkPort | undefined): void {
    const [left, come] = [before?.netdev?.ifindex, after?.netdev?.ifindex];
    const isNew = come !== undefined && !this.#portsByIfindex.has(come);
    if (after !== undefined) add(this.#portsByIfindex, come, after);
    if (before !== undefined) drop(this.#portsByIfindex, left, before);
    if (left !== undefined && !this.#portsByIfindex.has(left)) this.#options.onNetdev(left, false);
    if (isNew) this.#options.onNetdev(come, true);
  }

  /** @returns the PF when its address may be another one now */
  #join(port: DevlinkPort): Pf | null {
    const key = pfKey(port);
    const wanted = functionOf(port);
    if (key === null || wanted === null || port.pf === null) return null;
    let pf = this.#pfs.get(key);
    const isNew = pf === undefined;
    if (pf === undefined) {
      const { device, controller } = port;
      const address: PfAddress = { mac: null, reason: "" };
      pf = {
        device,
        controller,
        number: port.pf,
        functions: new Map(),
        members: 0,
        externalMembers: 0,
        address,
      };
      this.#pfs.set(key, pf);
      add(this.#pfsByDevice, device, pf);
    }
    add(pf.functions, functionKey(wanted), port);
    pf.members++;
    if (port.external) pf.externalMembers++;
    const decides = isNew || port.flavour === "pcipf" || (port.external && pf.externalMembers === 1);
    return decides ? pf : null;
  }

  /** @returns the PF when its address may be another one now */
  #leave(port: DevlinkPort): Pf | null {
    const key = pfKey(port);
    const wanted = functionOf(port);
    const pf = key === null ? undefined : this.#pfs.get(key);
    if (key === null || wanted === null || pf === undefined) return null;
    drop(pf.functions, functionKey(wanted), port);
    pf.members--;
    if (port.external) pf.externalMembers--;
    if (pf.members > 0) {
      return port.flavour === "pcipf" || (port.external && pf.externalMembers === 0) ? pf : null;
    }
    this.#pfs.delete(key);
    drop(this.#pfsByDevice, pf.device, pf);
    drop(this.#pfsByMac, pf.address.mac, pf);
    return null;
  }

  #resolve(pf: Pf): void {
    const physical = [...(this.#uplinks.get(pf.device) ?? [])].map((port) => ({
      number: port.number,
      link: port.netdev === null ? null : (this.#links.get(port.netdev.ifindex) ?? null),
    }));
    const [own] = [...(pf.functions.get(functionKey({ kind: "pf" })) ?? [])].sort(
      (a, b) => a.index - b.index,
    );
    const address = pfAddress(
      {
        device: pf.device,
        controller: pf.controller,
        number: pf.number,
        external: pf.externalMembers > 0,
        hardwareAddress: own?.function.hardwareAddress ?? null,
        physical,
      },
      this.#options.addresses,
    );
    if (address.mac !== pf.address.mac) {
      drop(this.#pfsByMac, pf.address.mac, pf);
      add(this.#pfsByMac, address.mac, pf);
    }
    pf.address = address;
  }

  #resolveDevice(device: string): void {
    for (const pf of this.#pfsByDevice.get(device) ?? []) this.#resolve(pf);
  }

  #linkChanged(ifindex: number): boolean {
    const ports = this.#portsByIfindex.get(ifindex);
    if (ports === undefined) return false;
    for (const port of ports) if (port.flavour === "physical") this.#resolveDevice(port.device);
    return true;
  }

  #whatIsKnown(): string {
    if (this.#pfs.size === 0) return "the kernel shows no representor at all (is the NIC in switchdev mode?)";
    const known = [...this.#pfsByMac.keys()].sort();
    const unresolved = [...this.#pfs.values()].flatMap((pf) =>
      pf.address.mac === null ? [`${nameOfPf(pf)} has none (${pf.address.reason})`] : [],
    );
    return [
      known.length === 0 ? "no PF has one" : `there are ${known.join(", ")}`,
      ...unresolved.sort(),
    ].join("; ");
  }
}

function whyNone(pfs: readonly Pf[], pfMac: string, wanted: PciFunction): string {
  const names = pfs.map(nameOfPf).sort().join(", ");
  if (wanted.kind === "pf") {
    return `PF ${pfMac} (${names}) has no representor of its own here: give a VF or a sub-function`;
  }
  const functions = pfs.reduce((sum, pf) => sum + pf.members, 0);
  return `PF ${pfMac} (${names}) has no ${nameOfFunction(wanted)} among its ${functions} representors yet`;
}

function isSameToPorts(a: Link, b: Link): boolean {
  return a.name === b.name && a.address === b.address && a.permanentAddress === b.permanentAddress;
}
