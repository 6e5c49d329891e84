/** A port of a NIC's embedded switch, and the sources beside the kernel's messages from which ports are joined. */
import type { DevlinkPort } from "../../netlink/devlink.ts";
import type { Link } from "../../netlink/link.ts";
import type { PciFunction } from "./options.ts";

export type Role =
  /** The uplink: the physical port, or the network device of the PF itself. */
  | { readonly kind: "uplink"; readonly number: number | null }
  | { readonly kind: "function"; readonly function: PciFunction };

export interface SwitchPort {
  /** The name for people. */
  readonly name: string;
  /** Null: devlink has no such port. */
  readonly devlink: DevlinkPort | null;
  /** The devlink device of the PF, which has the functions. */
  readonly device: string;
  /** The device was found by the port's switch, because the kernel tells no device of the port. */
  readonly isPlaced?: true;
  readonly controller: number;
  readonly external: boolean | null;
  /** Null: an uplink that is not the port of a PF. */
  readonly pf: number | null;
  readonly role: Role;
  readonly link: Link | null;
  /** Why the port has no network device; null: the port has one. */
  readonly fault: string | null;
}

export interface PortSources {
  /** The number of the NIC's first VF; 1: the number 0 is the PF. */
  readonly vfBase: (device: string) => number;
  /** Looks up the parent of a network device, for kernels whose messages have none; null: unknown. */
  readonly parentOf: (link: Link) => string | null;
}
