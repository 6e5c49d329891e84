/**
 * A logical port as the two databases hold it, and what its port binding says: whether the port is a VIF, is wanted on this
 * chassis, and may be bound here. Pure functions of one row and of this chassis, in the words of ovn-sb(5) and
 * ovn-architecture(7).
 */

import type { ObservedInterface } from "./observed-interface.ts";
import type { ChassisRow, PortBindingRow } from "./rows.ts";

export interface Lport {
  readonly name: string;
  /** Null: the port binding is not in view. */
  readonly binding: PortBindingRow | null;
  /** The first interface of ours by name, among those on the integration bridge that carry the iface-id; null: none. */
  readonly inPlace: ObservedInterface | null;
  /** All other interfaces with the iface-id, in the order of their names; hardly ever any. */
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

/** Every interface on the integration bridge that carries the iface-id of the logical port. */
export function interfacesOf({ inPlace, others }: Lport): readonly ObservedInterface[] {
  return inPlace === null ? others : [inPlace, ...others];
}

/** This chassis as the Southbound knows it: its row, and the name, which is known even while the row is absent. */
export interface ChassisIdentity {
  readonly name: string;
  readonly record: ChassisRow | null;
  /** The hostnames that the row had before in the life of this daemon; absent: none. */
  readonly formerHostnames?: ReadonlySet<string>;
}

/** Whether the logical port is a VIF: no special type, and no parent port. */
export function isVif(binding: PortBindingRow): boolean {
  return binding.type === "" && (binding.parent_port ?? "") === "";
}

/** The plug type that the CMS asks for, by the present option name or the name that OVN first proposed; null: none. */
export function plugTypeOf(binding: PortBindingRow): string | null {
  return binding.options.get("vif-plug-type") ?? binding.options.get("plug-type") ?? null;
}

/** The largest value of the column Interface.mtu_request, and more than any device takes. */
const MAX_MTU = 2 ** 31 - 1;

/** The MTU that the CMS asks for, in bytes (ovn-nb(5), `vif-plug-mtu-request`); null: no request, 0, or no valid MTU. */
export function mtuRequestOf(binding: Pick<PortBindingRow, "options">): number | null {
  const given = mtuTextOf(binding);
  const mtu = given === null ? null : mtuIn(given.text);
  return mtu === 0 ? null : mtu;
}

/** The option that asks for an invalid MTU, or null. */
export function badMtuOf(binding: PortBindingRow): MtuText | null {
  const given = mtuTextOf(binding);
  return given === null || mtuIn(given.text) !== null ? null : given;
}

/** @returns null: the text is not decimal digits alone, or the number is too large */
function mtuIn(text: string): number | null {
  const mtu = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return mtu <= MAX_MTU ? mtu : null;
}

export interface MtuText {
  readonly option: string;
  readonly text: string;
}

/** The option that asks for an MTU, as it is; null: no option asks for one. */
export function mtuTextOf({ options }: Pick<PortBindingRow, "options">): MtuText | null {
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

/** Whether this chassis may bind the logical port. */
export function isBindable(binding: PortBindingRow, chassis: ChassisIdentity): boolean {
  if (requestedHere(binding, chassis) || requestedHereAsAdditional(binding, chassis)) return true;
  const requested = binding.options.get("requested-chassis") ?? "";
  return requested === "" || namesChassis(binding, chassis);
}

/** Whether the option `requested-chassis` names this chassis, by its present name or hostname. */
export function namesChassis({ options }: PortBindingRow, chassis: ChassisIdentity): boolean {
  const names = namesIn(options.get("requested-chassis") ?? "");
  return names.some((name) => name === chassis.name || name === chassis.record?.hostname);
}

function namesIn(requested: string): readonly string[] {
  return requested
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/**
 * The requested name that means this chassis by another name, or null. A name without a Chassis row that this host had a
 * moment ago, or spells in another way, is no new decision of the cloud: this host itself has changed.
 */
export function anotherNameOf(binding: PortBindingRow, chassis: ChassisIdentity): string | null {
  if (isBindable(binding, chassis) || chassis.record === null) return null;
  const names = namesIn(binding.options.get("requested-chassis") ?? "");
  const rows = (binding.requested_chassis === null ? 0 : 1) + binding.requested_additional_chassis.size;
  if (names.length <= rows) return null;
  const { record, formerHostnames } = chassis;
  return names.find((name) => formerHostnames?.has(name) || isSameHost(name, record.hostname)) ?? null;
}

/** True when two names differ only by upper and lower case, or only by a domain after the first label of one of them. */
function isSameHost(one: string, other: string): boolean {
  if (other === "") return false;
  return one.toLowerCase() === other.toLowerCase() || isShortFor(one, other) || isShortFor(other, one);
}

function isShortFor(short: string, full: string): boolean {
  return !short.includes(".") && full.startsWith(`${short}.`);
}
