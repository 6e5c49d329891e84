/**
 * What the kernel would tell of a machine, put together port by port, and what the CMS knows of the NICs' PFs. random-drivers.ts
 * composes NICs from it.
 */
import type { DevlinkPort } from "../../../../src/netlink/devlink.ts";
import type { Link } from "../../../../src/netlink/link.ts";
import { link, port } from "./nic.ts";
import type { NicTable, Question } from "./nic-table.ts";

export interface Represented {
  readonly option: Readonly<Record<string, string>>;
  readonly representor: string;
}

/** A PF as the CMS knows it. */
interface Pf {
  readonly mac: string;
  readonly device: string;
  /** Null: the kernel does not tell. */
  readonly controller: number | null;
  readonly functions: readonly Represented[];
}

export const PF = {};
export const vf = (number: number) => ({ "vf-num": String(number) });
export const sf = (number: number) => ({ "sf-num": String(number) });
const ASKED = [PF, vf(0), vf(1), vf(2), sf(5)];

export class RandomMachine {
  readonly ports: DevlinkPort[] = [];
  readonly links: Link[] = [];
  readonly nested: Record<string, readonly string[]> = {};
  readonly smartNic: Record<string, string> = {};
  readonly pins: { device: string; pf: number; controller?: number; mac: string }[] = [];
  /** Devices that count their VFs from 1. */
  readonly devices: { device: string; vf_base: 1 }[] = [];
  readonly pfs: Pf[] = [];
  #addresses = 0;
  #nics = 0;
  #parts = 0;

  address(): string {
    return `b8:ce:f6:00:00:${(0x10 + this.#addresses++).toString(16)}`;
  }

  /** The number of a new PCI slot, in hexadecimal digits, which also tells switches apart. */
  slot(): string {
    return (0x10 + this.#nics++).toString(16);
  }

  part(): string {
    return `auxiliary/mlx5_core.eth.${this.#parts++}`;
  }

  /** Adds a network device, and its port unless devlink has none. @returns its name */
  add(of: Partial<DevlinkPort> | null, how: Partial<Link>): string {
    const ifindex = 2 + this.links.length;
    const name = `n${ifindex}`;
    this.links.push(link(ifindex, name, how));
    if (of !== null) {
      this.ports.push(port({ external: null, ...of, index: ifindex, netdev: { ifindex, name } }));
    }
    return name;
  }

  /** An uplink with an address of its own, or in a bond with the bond's in use. */
  addUplink(
    of: Partial<DevlinkPort> | null,
    how: Partial<Link>,
    bond: string | null = null,
  ): [string, string] {
    const mac = this.address();
    return [this.add(of, { ...how, address: bond ?? mac, permanentAddress: mac }), mac];
  }

  table(): NicTable {
    const { ports, links, nested, smartNic, pins, devices } = this;
    const questions = this.pfs.flatMap(({ mac, device, controller, functions }) =>
      [
        { "pf-mac": mac },
        ...(controller === null ? [] : [{ "pf-pci": device, controller: String(controller) }]),
      ].flatMap((which) =>
        ASKED.map((option): Question => {
          const options = { ...which, ...option };
          const found = functions.find((one) => JSON.stringify(one.option) === JSON.stringify(option));
          return { what: JSON.stringify(options), options, representor: found?.representor ?? null };
        }),
      ),
    );
    return {
      ...{ nic: "random", ports, links, nested, smartNic, permanent: {}, questions },
      options: { pf: pins, devices },
    };
  }
}
