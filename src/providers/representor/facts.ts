/**
 * What the kernel has told of devlink ports and of network devices, as it told it: the last word about each. What
 * follows from it is worked out in switch-ports.ts.
 *
 * Invariant: a network device that has gone takes its index with it. Which device a port has is known again when the
 * kernel says it again, because another device may have the index by then.
 */
import type { DevlinkPort, PortName } from "../../netlink/devlink.ts";
import type { Link } from "../../netlink/link.ts";
import { nameOfPort } from "./names.ts";

/** A network device, and every name that it had since it appeared: devlink tells no port of a new name. */
export interface KnownLink {
  readonly link: Link;
  readonly names: ReadonlySet<string>;
}

export interface KernelFacts {
  readonly ports: ReadonlyMap<string, DevlinkPort>;
  /** By a devlink device that is a part of another: that other one, as far as the kernel tells. */
  readonly parents: ReadonlyMap<string, string>;
  readonly links: ReadonlyMap<number, KnownLink>;
  /** Ports whose network device has gone without a word about them: it may be in another namespace, and come back. */
  readonly deserted: ReadonlySet<string>;
}

export class Facts implements KernelFacts {
  readonly ports = new Map<string, DevlinkPort>();
  readonly parents = new Map<string, string>();
  readonly links = new Map<number, KnownLink>();
  readonly deserted = new Set<string>();
  readonly #isInPlace: (name: string) => boolean;
  /** Another number whenever something else is known that an answer may depend on. */
  version = 0;
  /** Network devices that came, and may be those of ports that lack theirs. */
  arrivals = 0;

  /** @param isInPlace whether an interface of this name is in place for one of our logical ports */
  constructor(isInPlace: (name: string) => boolean = () => false) {
    this.#isInPlace = isInPlace;
  }

  setPort(port: DevlinkPort): void {
    const name = nameOfPort(port);
    if (port.netdev !== null) this.deserted.delete(name);
    const before = this.ports.get(name);
    if (before !== undefined && Bun.deepEquals(before, port)) return;
    this.ports.set(name, port);
    this.version++;
  }

  removePort(name: PortName): void {
    const key = nameOfPort(name);
    this.deserted.delete(key);
    if (this.ports.delete(key)) this.version++;
  }

  /** Which devices are parts of this one. */
  setNested(device: string, nested: readonly string[]): void {
    const before = [...this.parents].flatMap(([part, whole]) => (whole === device ? [part] : []));
    if (Bun.deepEquals(before, [...nested])) return;
    for (const part of before) this.parents.delete(part);
    for (const part of nested) this.parents.set(part, device);
    this.version++;
  }

  /** @returns what was known of the device, or undefined */
  setLink(link: Link): Link | undefined {
    const before = this.links.get(link.ifindex);
    if (before === undefined) {
      this.links.set(link.ifindex, { link, names: new Set([link.name]) });
      // A device of software, a container's for instance, is no port's.
      if (link.kind === null) this.arrivals++;
      if (this.#matters(link)) this.version++;
      return undefined;
    }
    const names = before.names.has(link.name) ? before.names : new Set([...before.names, link.name]);
    this.links.set(link.ifindex, { link, names });
    if (!isSameToPorts(before.link, link) && (this.#matters(before.link) || this.#matters(link))) {
      this.version++;
    }
    return before.link;
  }

  removeLink(ifindex: number): void {
    const known = this.links.get(ifindex);
    this.links.delete(ifindex);
    if (known !== undefined && this.#matters(known.link)) this.version++;
    for (const [name, port] of this.ports) {
      if (port.netdev?.ifindex !== ifindex) continue;
      this.deserted.add(name);
      this.ports.set(name, { ...port, netdev: null });
      this.version++;
    }
  }

  /** Devices of software come and go by the dozen; only one that takes the name of an interface in place is of interest. */
  #matters(link: Link): boolean {
    return link.kind === null || this.#isInPlace(link.name);
  }

  /** Makes the ports what a dump of the kernel's says. */
  replacePorts(ports: readonly DevlinkPort[]): void {
    const named = new Set(ports.map(nameOfPort));
    for (const port of [...this.ports.values()]) if (!named.has(nameOfPort(port))) this.removePort(port);
    for (const port of ports) this.setPort(port);
  }

  /** Makes what is known of devices what a dump of the kernel's says. */
  replaceDevices(devices: ReadonlyMap<string, readonly string[]>): void {
    for (const whole of new Set(this.parents.values())) if (!devices.has(whole)) this.setNested(whole, []);
    for (const [device, nested] of devices) this.setNested(device, nested);
  }

  /** Makes the network devices what a dump of the kernel's says. */
  replaceLinks(links: readonly Link[]): void {
    const indexes = new Set(links.map(({ ifindex }) => ifindex));
    for (const ifindex of [...this.links.keys()]) if (!indexes.has(ifindex)) this.removeLink(ifindex);
    for (const link of links) this.setLink(link);
  }
}

/** Whether it is up, and what it is a part of, changes no answer. */
function isSameToPorts(a: Link, b: Link): boolean {
  return Bun.deepEquals({ ...a, isUp: b.isUp, master: b.master }, b);
}
