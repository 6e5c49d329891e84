/**
 * The last message of the kernel about each devlink port and each network device. switch-ports.ts derives the rest.
 *
 * Invariant: the removal of a network device removes its index from its port. The kernel has to name the device of the port
 * again, because another device may have the same index later.
 */
import type { DevlinkPort, PortName } from "../../netlink/devlink.ts";
import type { Link } from "../../netlink/link.ts";
import { nameOfPort } from "./names.ts";

/** A network device, with every name since the device appeared: devlink sends no message about a port when a name changes. */
export interface KnownLink {
  readonly link: Link;
  readonly names: ReadonlySet<string>;
}

export interface KernelFacts {
  readonly ports: ReadonlyMap<string, DevlinkPort>;
  /** The outer devlink device of each nested devlink device, where the kernel names the outer device. */
  readonly parents: ReadonlyMap<string, string>;
  readonly links: ReadonlyMap<number, KnownLink>;
  /** Ports whose network device was removed while the port stayed: the device may come back from another namespace. */
  readonly deserted: ReadonlySet<string>;
}

export class Facts implements KernelFacts {
  readonly ports = new Map<string, DevlinkPort>();
  readonly parents = new Map<string, string>();
  readonly links = new Map<number, KnownLink>();
  readonly deserted = new Set<string>();
  readonly #isInPlace: (name: string) => boolean;
  /** A number that changes with every fact that an answer may depend on. */
  version = 0;
  /** The number of network devices that have appeared: each may belong to a port without a device. */
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

  /** Sets the nested devices of a devlink device. */
  setNested(device: string, nested: readonly string[]): void {
    const before = [...this.parents].flatMap(([part, whole]) => (whole === device ? [part] : []));
    if (Bun.deepEquals(before, [...nested])) return;
    for (const part of before) this.parents.delete(part);
    for (const part of nested) this.parents.set(part, device);
    this.version++;
  }

  /** Stores the network device. @returns the former state of the device; undefined: the device is new */
  setLink(link: Link): Link | undefined {
    const before = this.links.get(link.ifindex);
    if (before === undefined) {
      this.links.set(link.ifindex, { link, names: new Set([link.name]) });
      // A software device, as of a container, belongs to no port.
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

  /** Whether answers may depend on the device. A software device matters only when it has the name of an interface in place. */
  #matters(link: Link): boolean {
    return link.kind === null || this.#isInPlace(link.name);
  }

  /** Replaces all ports by those of a dump. */
  replacePorts(ports: readonly DevlinkPort[]): void {
    const named = new Set(ports.map(nameOfPort));
    for (const port of [...this.ports.values()]) if (!named.has(nameOfPort(port))) this.removePort(port);
    for (const port of ports) this.setPort(port);
  }

  /** Replaces all nested devices by those of a dump. */
  replaceDevices(devices: ReadonlyMap<string, readonly string[]>): void {
    for (const whole of new Set(this.parents.values())) if (!devices.has(whole)) this.setNested(whole, []);
    for (const [device, nested] of devices) this.setNested(device, nested);
  }

  /** Replaces all network devices by those of a dump. */
  replaceLinks(links: readonly Link[]): void {
    const indexes = new Set(links.map(({ ifindex }) => ifindex));
    for (const ifindex of [...this.links.keys()]) if (!indexes.has(ifindex)) this.removeLink(ifindex);
    for (const link of links) this.setLink(link);
  }
}

/** Whether two states differ at most by `isUp` and `master`, on which no answer depends. */
function isSameToPorts(a: Link, b: Link): boolean {
  return Bun.deepEquals({ ...a, isUp: b.isUp, master: b.master }, b);
}
