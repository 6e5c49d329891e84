/**
 * What a port binding says about a logical port: is it a VIF, is it wanted on this chassis, may it be bound here.
 * Pure functions of one row and of this chassis; the words are those of ovn-sb(5) and ovn-architecture(7).
 */
import type { ChassisRow, PortBindingRow } from "./rows.ts";

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

export function requestedHere(binding: PortBindingRow, chassis: ChassisIdentity): boolean {
  return chassis.record !== null && binding.requested_chassis === chassis.record._uuid;
}

export function requestedHereAsAdditional(binding: PortBindingRow, chassis: ChassisIdentity): boolean {
  return chassis.record !== null && binding.requested_additional_chassis.has(chassis.record._uuid);
}

/** The CMS directs that this logical port be plugged on this chassis. */
export function isWanted(binding: PortBindingRow, chassis: ChassisIdentity, additional: boolean): boolean {
  if (!isVif(binding) || plugTypeOf(binding) === null) return false;
  return requestedHere(binding, chassis) || (additional && requestedHereAsAdditional(binding, chassis));
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
