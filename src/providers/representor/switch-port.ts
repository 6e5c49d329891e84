/** A port of a NIC's embedded switch, as it is put together from what the kernel tells, and what that takes besides. */
import type { DevlinkPort } from "../../netlink/devlink.ts";
import type { Link } from "../../netlink/link.ts";
import type { PciFunction } from "./options.ts";

export type Role =
  /** The outside, or the network device that is the PF's own. */
  | { readonly kind: "uplink"; readonly number: number | null }
  | { readonly kind: "function"; readonly function: PciFunction };

export interface SwitchPort {
  /** For people. */
  readonly name: string;
  /** Null: devlink says nothing of it. */
  readonly devlink: DevlinkPort | null;
  /** Of the PF: the devlink device that functions are on. */
  readonly device: string;
  readonly controller: number;
  readonly external: boolean | null;
  /** Null for an uplink that is no PF's own port. */
  readonly pf: number | null;
  readonly role: Role;
  readonly link: Link | null;
  /** Why it has no network device; null when it has. */
  readonly fault: string | null;
}

export interface PortSources {
  /** From which number on the NIC counts its VFs; with 1, its number 0 is the PF. */
  readonly vfBase: (device: string) => number;
  /** The device that a network device belongs to, for kernels that do not tell; null: unknown. */
  readonly parentOf: (link: Link) => string | null;
}
