/**
 * A logical port as the two databases hold it, and what its port binding says: is it a VIF, is it wanted on this
 * chassis, may it be bound here. Pure functions of one row and of this chassis; the words are those of ovn-sb(5) and
 * ovn-architecture(7).
 */

import type { ObservedInterface } from "./observed-interface.ts";
import type { ChassisRow, PortBindingRow } from "./rows.ts";

export interface Lport {
  readonly name: string;
  /** Null: not in view. */
  readonly binding: PortBindingRow | null;
  /** Of the interfaces on the integration bridge that carry its iface-id, the first by its name that is ours, or null. */
  readonly inPlace: ObservedInterface | null;
  /** All others of them, in the order of their names; hardly ever any. */
  readonly others: readonly ObservedInterface[];
}

export function makeLport(
  name: string,
  binding: PortBindingRow | null,
  interfaces: readonly ObservedInterface[],
): Lport {
  if (interfaces.length === 0) return { name, binding, inPlace: null, others: NO_INTERFACES };
  const sorted = interfaces.toSorted((a, b) => (a.interface.name < b.interface.name ? -1 : 1));
  const inPlace = sorted.find((observed) => observed.isOwned) ?? null;
  const others = sorted.filter((observed) => observed !== inPlace);
  return { name, binding, inPlace, others: others.length === 0 ? NO_INTERFACES : others };
}

const NO_INTERFACES: readonly ObservedInterface[] = [];

/** Every interface on the integration bridge that carries its iface-id. */
export function interfacesOf({ inPlace, others }: Lport): readonly ObservedInterface[] {
  return inPlace === null ? others : [inPlace, ...others];
}

/** The interfaces that are ours besides the one that is dealt with: they wait until it is gone. */
export function leftoversOf({ others }: Lport): readonly ObservedInterface[] {
  return others.length === 0 ? others : others.filter((observed) => observed.isOwned);
}

/** This chassis as the Southbound knows it: its row, and the name we know even while the row is absent. */
export interface ChassisIdentity {
  readonly name: string;
  readonly record: ChassisRow | null;
}

/** A logical port that a virtual network interface can realise: no special type, not a nested (parent) port. */
export function isVif(binding: PortBindingRow): boolean {
  return binding.type === "" && (binding.parent_port ?? "") === "";
}

/** The plug type the CMS directs, by today's option name or by the one OVN first proposed; null when there is none. */
export function plugTypeOf(binding: PortBindingRow): string | null {
  return binding.options.get("vif-plug-type") ?? binding.options.get("plug-type") ?? null;
}

/** The MTU the CMS asks for, in bytes, or null: absent, not a number, or not above 0 (ovn-nb(5), `vif-plug-mtu-request`). */
export function mtuRequestOf(binding: PortBindingRow): number | null {
  const text = binding.options.get("vif-plug-mtu-request") ?? binding.options.get("plug-mtu-request");
  if (text === undefined || !/^\s*\+?\d{1,10}\s*$/.test(text)) return null;
  const mtu = Number(text);
  return mtu > 0 ? mtu : null;
}

/** The option that asks for an MTU, as it stands there; null: there is none. */
export function mtuTextOf({
  options,
}: PortBindingRow): { readonly option: string; readonly text: string } | null {
  for (const option of ["vif-plug-mtu-request", "plug-mtu-request"]) {
    const text = options.get(option);
    if (text !== undefined) return { option, text };
  }
  return null;
}

export function requestedHere(binding: PortBindingRow, chassis: ChassisIdentity): boolean {
  return chassis.record !== null && binding.requested_chassis === chassis.record._uuid;
}

export function requestedHereAsAdditional(binding: PortBindingRow, chassis: ChassisIdentity): boolean {
  return chassis.record !== null && binding.requested_additional_chassis.has(chassis.record._uuid);
}

/** Nothing in the port binding keeps this chassis from binding it. */
export function isBindable(binding: PortBindingRow, chassis: ChassisIdentity): boolean {
  if (requestedHere(binding, chassis) || requestedHereAsAdditional(binding, chassis)) return true;
  const requested = binding.options.get("requested-chassis") ?? "";
  if (requested === "") return true;
  return requested.split(",").some((name) => isNameOf(name.trim(), chassis));
}

function isNameOf(name: string, chassis: ChassisIdentity): boolean {
  return name !== "" && (name === chassis.name || name === chassis.record?.hostname);
}
