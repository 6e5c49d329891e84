/**
 * Facts about uplinks from sysfs and older system calls, where netlink has none: the address of the host's PF, the permanent
 * address, and the parent of a network device.
 *
 * Invariant: each fact is looked up once for a network device and its name. {@link refresh} looks again for missing files,
 * because the kernel sends no message when a file appears.
 */
import { readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import type { Link } from "../../netlink/link.ts";
import { formatMac } from "../../netlink/mac.ts";
import { permanentAddress } from "../../netlink/socket-calls.ts";
import { readSmartNic } from "./smart-nic.ts";

export interface LookUps {
  smartNic(uplink: string): string | null;
  permanentAddress(uplink: string): string | null;
  parentOf(netdev: string): string | null;
}

/** @param root the folder that contains `sys` */
export function lookUpsIn(root: string): LookUps {
  return {
    smartNic: (uplink) => readSmartNic(root, uplink),
    permanentAddress: (uplink) => formatMac(permanentAddress(uplink)),
    parentOf: (netdev) => readParent(root, netdev),
  };
}

function readParent(root: string, netdev: string): string | null {
  try {
    const device = join(root, "sys/class/net", netdev, "device");
    const bus = basename(readlinkSync(join(device, "subsystem")));
    return `${bus}/${basename(readlinkSync(device))}`;
  } catch {
    return null;
  }
}

export class Sysfs {
  readonly #lookUps: LookUps;
  readonly #smartNic = new Map<string, string | null>();
  readonly #permanent = new Map<string, string | null>();
  readonly #parents = new Map<string, string | null>();
  version = 0;

  constructor(lookUps: LookUps) {
    this.#lookUps = lookUps;
  }

  smartNic(uplink: Link): string | null {
    return remembered(this.#smartNic, uplink, (name) => this.#lookUps.smartNic(name));
  }

  permanentAddress(uplink: Link): string | null {
    return remembered(this.#permanent, uplink, (name) => this.#lookUps.permanentAddress(name));
  }

  parentOf(link: Link): string | null {
    return remembered(this.#parents, link, (name) => this.#lookUps.parentOf(name));
  }

  /** Looks again for missing files. */
  refresh(): void {
    for (const [key, mac] of this.#smartNic) {
      if (mac !== null) continue;
      const now = this.#lookUps.smartNic(key.slice(key.indexOf(" ") + 1));
      if (now === null) continue;
      this.#smartNic.set(key, now);
      this.version++;
    }
  }

  /** Forgets the facts about removed devices. */
  forgetAllBut(isThere: (ifindex: number) => boolean): void {
    for (const cache of [this.#smartNic, this.#permanent, this.#parents]) {
      for (const key of cache.keys()) if (!isThere(Number.parseInt(key, 10))) cache.delete(key);
    }
  }
}

function remembered(
  cache: Map<string, string | null>,
  { ifindex, name }: Link,
  lookUp: (name: string) => string | null,
): string | null {
  const key = `${ifindex} ${name}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const found = lookUp(name);
  cache.set(key, found);
  return found;
}
