/**
 * Whether ovn-controller has bound a logical port on this chassis, and which chassis has bound the port instead (rule P8): a
 * port that is plugged and not bound passes no traffic. Pure functions of one port binding and of this chassis; ovn-sb(5)
 * describes the columns.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import { cut } from "../text/cut.ts";
import type { ChassisIdentity } from "./lport.ts";
import { IFACE_ID_VER } from "./observed-interface.ts";
import type { InterfaceRow, PortBindingRow } from "./rows.ts";

export interface Unbound {
  /** The Chassis row that has bound the port instead; null: no chassis has. */
  readonly by: Uuid | null;
}

/** The names in the Chassis row of another chassis; null: the row does not exist. */
export type OtherChassis = { readonly name: string; readonly hostname: string } | null;

/** @returns null: the port is bound here, or this chassis has no row and could not bind the port */
export function unboundOf(binding: PortBindingRow, chassis: ChassisIdentity | null): Unbound | null {
  const here = chassis?.record?._uuid;
  if (here === undefined) return null;
  if (binding.chassis === here || binding.additional_chassis.has(here)) return null;
  if (binding.chassis !== null) return { by: binding.chassis };
  // The order in which a server tells the elements of a set is its own.
  const [additional = null] = [...binding.additional_chassis].sort();
  return { by: additional };
}

export function sameUnbound(a: Unbound | undefined, b: Unbound | undefined): boolean {
  return a?.by === b?.by;
}

/** @param other undefined: the Southbound has not told yet whose row that is */
export function whoHasIt({ by }: Unbound, other: OtherChassis | undefined): string {
  if (by === null) return "no chassis has it";
  if (other === undefined) return `chassis row ${by} has it`;
  if (other === null) return `chassis row ${by}, which is gone, has it`;
  const [name, hostname] = [cut(other.name), cut(other.hostname)];
  return hostname === "" || hostname === name
    ? `chassis ${name} has it`
    : `chassis ${name} (${hostname}) has it`;
}

/** The interface carries the iface-id-ver that ovn-controller wants to see, if it wants one. */
export function hasWantedVersion(
  { options }: Pick<PortBindingRow, "options">,
  { external_ids }: Pick<InterfaceRow, "external_ids">,
): boolean {
  // An empty version is compared, too.
  return !options.has(IFACE_ID_VER) || options.get(IFACE_ID_VER) === external_ids.get(IFACE_ID_VER);
}
