/**
 * The desired interface of a logical port, as plain data, and the difference between an interface in place and the desired
 * interface. Rules P2 and P3: vifplugd writes only the difference, and never a key of another user.
 */
import type { WantedInterface } from "../providers/provider.ts";
import { IFACE_ID, IFACE_ID_VER, OVN_PLUGGED } from "./observed-interface.ts";
import type { InterfaceRow } from "./rows.ts";

/** The complete desired interface: what the provider wants, and what the logical port itself asks for. */
export interface DesiredInterface {
  readonly lport: string;
  readonly plugType: string;
  readonly wanted: WantedInterface;
  /** Options that vifplugd removes where the provider does not want them. */
  readonly maintainedOptions: ReadonlySet<string>;
  /** Bytes; null clears the column. */
  readonly mtuRequest: number | null;
  /** The value without which ovn-controller does not bind the interface; null: any value stays. */
  readonly ifaceIdVer: string | null;
}

/** Keys to set and keys to remove in one map column. */
export interface MapEdit {
  readonly set: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

/** The difference between an interface and the desired interface; absent: the column is right. */
export interface InterfaceEdit {
  readonly type?: string;
  readonly mtuRequest?: number | null;
  readonly externalIds?: MapEdit;
  readonly options?: MapEdit;
  readonly otherConfig?: MapEdit;
}

/**
 * The edit that makes `current` the desired interface; null: nothing differs. Both have the same name.
 * @param isMarked true: the caller knows that `current` carries the right iface-id and ovn-plugged
 */
export function diffInterface(
  current: InterfaceRow,
  desired: DesiredInterface,
  isMarked = false,
): InterfaceEdit | null {
  const { wanted, maintainedOptions, mtuRequest } = desired;
  const { ifaceIdVer } = desired;
  const isVersioned = ifaceIdVer === null || current.external_ids.get(IFACE_ID_VER) === ifaceIdVer;
  const externalIds = isMarked && isVersioned ? null : diffIds(current.external_ids, desired);
  const options = diffMap(current.options, wanted.options, maintainedOptions);
  const otherConfig = diffMap(current.other_config, wanted.otherConfig, NO_KEYS);
  const sameColumns = current.type === wanted.type && current.mtu_request === mtuRequest;
  if (sameColumns && externalIds === null && options === null && otherConfig === null) return null;
  return {
    ...(current.type === wanted.type ? {} : { type: wanted.type }),
    ...(current.mtu_request === mtuRequest ? {} : { mtuRequest }),
    ...(externalIds === null ? {} : { externalIds }),
    ...(options === null ? {} : { options }),
    ...(otherConfig === null ? {} : { otherConfig }),
  };
}

const NO_KEYS: ReadonlySet<string> = new Set();

function diffIds(current: ReadonlyMap<string, string>, desired: DesiredInterface): MapEdit | null {
  return diffMap(current, idsOf(desired), NO_KEYS);
}

/** The external_ids that are ours. */
export function idsOf({ lport, plugType, ifaceIdVer }: DesiredInterface): Readonly<Record<string, string>> {
  const ids = { [IFACE_ID]: lport, [OVN_PLUGGED]: plugType };
  return ifaceIdVer === null ? ids : { ...ids, [IFACE_ID_VER]: ifaceIdVer };
}

const NOTHING: Readonly<Record<string, string>> = {};

/** Usually nothing differs, and then nothing is allocated. */
function diffMap(
  current: ReadonlyMap<string, string>,
  wanted: Readonly<Record<string, string>> = NOTHING,
  maintained: ReadonlySet<string>,
): MapEdit | null {
  let set: Map<string, string> | null = null;
  let remove: string[] | null = null;
  for (const key in wanted) {
    const value = wanted[key];
    if (value === undefined || current.get(key) === value) continue;
    set ??= new Map();
    set.set(key, value);
  }
  for (const key of maintained) {
    if (!current.has(key) || Object.hasOwn(wanted, key)) continue;
    remove ??= [];
    remove.push(key);
  }
  return set === null && remove === null ? null : { set: set ?? new Map(), remove: remove ?? [] };
}

/** True when the interface in place is the desired interface already. */
export function satisfies(current: InterfaceRow, desired: DesiredInterface): boolean {
  return current.name === desired.wanted.name && diffInterface(current, desired) === null;
}

/** True when two rows are alike but for what ovs-vswitchd and ovn-controller write: no change stands on that. */
export function sameContent(a: InterfaceRow, b: InterfaceRow): boolean {
  if (a === b) return true;
  return (
    a._uuid === b._uuid &&
    a.name === b.name &&
    a.type === b.type &&
    a.mtu_request === b.mtu_request &&
    sameMap(a.options, b.options) &&
    sameMap(a.other_config, b.other_config) &&
    a.external_ids.get(IFACE_ID) === b.external_ids.get(IFACE_ID) &&
    a.external_ids.get(OVN_PLUGGED) === b.external_ids.get(OVN_PLUGGED) &&
    a.external_ids.get(IFACE_ID_VER) === b.external_ids.get(IFACE_ID_VER)
  );
}

export function sameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

export function sameDesired(a: DesiredInterface, b: DesiredInterface): boolean {
  return (
    a.plugType === b.plugType &&
    a.mtuRequest === b.mtuRequest &&
    a.ifaceIdVer === b.ifaceIdVer &&
    a.wanted.name === b.wanted.name &&
    a.wanted.type === b.wanted.type &&
    sameRecord(a.wanted.options, b.wanted.options) &&
    sameRecord(a.wanted.otherConfig ?? {}, b.wanted.otherConfig ?? {})
  );
}

function sameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
