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

/** This chassis as the Southbound knows it: its row, and the name we know even while the row is absent. */
export interface ChassisIdentity {
  readonly name: string;
  readonly record: ChassisRow | null;
  /** Those that its row has had in this daemon's life; absent: none but the one that it has. */
  readonly formerHostnames?: ReadonlySet<string>;
}

/** A logical port that a virtual network interface can realise: no special type, not a nested (parent) port. */
export function isVif(binding: PortBindingRow): boolean {
  return binding.type === "" && (binding.parent_port ?? "") === "";
}

/** The plug type the CMS directs, by today's option name or by the one OVN first proposed; null when there is none. */
export function plugTypeOf(binding: PortBindingRow): string | null {
  return binding.options.get("vif-plug-type") ?? binding.options.get("plug-type") ?? null;
}

/** What the column Interface.mtu_request can hold, and more than any device takes. */
const MAX_MTU = 2 ** 31 - 1;

/** The MTU the CMS asks for, in bytes (ovn-nb(5), `vif-plug-mtu-request`), or null: none, 0, or what is no MTU. */
export function mtuRequestOf(binding: Pick<PortBindingRow, "options">): number | null {
  const given = mtuTextOf(binding);
  const mtu = given === null ? null : mtuIn(given.text);
  return mtu === 0 ? null : mtu;
}

/** The option that asks for an MTU with what is none, or null. */
export function badMtuOf(binding: PortBindingRow): MtuText | null {
  const given = mtuTextOf(binding);
  return given === null || mtuIn(given.text) !== null ? null : given;
}

/** @returns null: not decimal digits alone, or too large */
function mtuIn(text: string): number | null {
  const mtu = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return mtu <= MAX_MTU ? mtu : null;
}

export interface MtuText {
  readonly option: string;
  readonly text: string;
}

/** The option that asks for an MTU, as it stands there; null: there is none. */
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

/** Nothing in the port binding keeps this chassis from binding it. */
export function isBindable(binding: PortBindingRow, chassis: ChassisIdentity): boolean {
  if (requestedHere(binding, chassis) || requestedHereAsAdditional(binding, chassis)) return true;
  const requested = binding.options.get("requested-chassis") ?? "";
  return requested === "" || namesChassis(binding, chassis);
}

/** Its option `requested-chassis` names this chassis, by the name or hostname that it has now. */
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
 * Which of the requested names is this chassis's by another name, or null. The cloud has not decided anew where a name has
 * no row yet, and that name is one that this host had a moment ago, or writes in another way: then the change is in
 * ourselves.
 */
export function anotherNameOf(binding: PortBindingRow, chassis: ChassisIdentity): string | null {
  if (isBindable(binding, chassis) || chassis.record === null) return null;
  const names = namesIn(binding.options.get("requested-chassis") ?? "");
  const rows = (binding.requested_chassis === null ? 0 : 1) + binding.requested_additional_chassis.size;
  if (names.length <= rows) return null;
  const { record, formerHostnames } = chassis;
  return names.find((name) => formerHostnames?.has(name) || isSameHost(name, record.hostname)) ?? null;
}

/** They differ only by upper and lower case, or only by one of the two having a domain after the same first label. */
function isSameHost(one: string, other: string): boolean {
  if (other === "") return false;
  return one.toLowerCase() === other.toLowerCase() || isShortFor(one, other) || isShortFor(other, one);
}

function isShortFor(short: string, full: string): boolean {
  return !short.includes(".") && full.startsWith(`${short}.`);
}
