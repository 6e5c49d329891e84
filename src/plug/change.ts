/**
 * A change: what has to be written for one logical port, as plain data, and how it follows from what a provider wants
 * and what is in place. Rules P2, P3 and P4: only what differs is written, and keys of other users never.
 */
import type { WantedInterface } from "../providers/provider.ts";
import { IFACE_ID, OVN_PLUGGED } from "./observed-interface.ts";
import type { Consultation } from "./question.ts";
import type { BridgeRef, InterfaceRow, PortRow } from "./rows.ts";

/** The interface in full as it has to be: what the provider wants, and what comes from the logical port itself. */
export interface DesiredInterface {
  readonly lport: string;
  readonly plugType: string;
  readonly wanted: WantedInterface;
  /** Options of which one that is not wanted is removed. */
  readonly maintainedOptions: ReadonlySet<string>;
  /** Bytes; null clears the column. */
  readonly mtuRequest: number | null;
}

/** Keys to set and keys to remove in one map column. */
export interface MapEdit {
  readonly set: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

/** What differs between an interface and its target; absent: that column is right. */
export interface InterfaceEdit {
  readonly type?: string;
  readonly mtuRequest?: number | null;
  readonly externalIds?: MapEdit;
  readonly options?: MapEdit;
  readonly otherConfig?: MapEdit;
}

export interface Create {
  readonly kind: "create";
  readonly desired: DesiredInterface;
  readonly bridge: BridgeRef;
}
export interface Update {
  readonly kind: "update";
  readonly desired: DesiredInterface;
  readonly interface: InterfaceRow;
  readonly edit: InterfaceEdit;
  /** The interface is taken over from another logical port, whose provider agreed to let it go. */
  readonly adoption?: Adoption;
}
export interface Adoption {
  readonly from: string;
  readonly leaving: Consultation;
}
export interface Remove {
  readonly kind: "remove";
  readonly lport: string;
  readonly plugType: string;
  readonly bridge: BridgeRef;
  readonly interface: InterfaceRow;
  readonly port: PortRow;
  /** Whose the interface is by now (rule U7). */
  readonly misplaced?: string;
}
/** The old port goes and the new one comes in one transaction. */
export interface Replug {
  readonly kind: "replug";
  readonly remove: Remove;
  readonly create: Create;
}

export type Change = Create | Update | Remove | Replug;

/** Whose the interface that goes is by now (rule U7); null: nothing goes for that reason. */
export function misplacedOf(change: Change): string | null {
  if (change.kind === "replug") return misplacedOf(change.remove);
  return change.kind === "remove" ? (change.misplaced ?? null) : null;
}

export function lportOfChange(change: Change): string {
  switch (change.kind) {
    case "create":
    case "update":
      return change.desired.lport;
    case "remove":
      return change.lport;
    case "replug":
      return change.create.desired.lport;
  }
}

/** What the interface is to be after the change; null: there is to be none. */
export function desiredAfter(change: Change): DesiredInterface | null {
  switch (change.kind) {
    case "create":
    case "update":
      return change.desired;
    case "replug":
      return change.create.desired;
    case "remove":
      return null;
  }
}

/**
 * What has to be edited in `current` to make it `target`; null when nothing differs. The names are the same.
 * @param isMarked it carries the two external_ids already; whoever does not know leaves it out
 */
export function diffInterface(
  current: InterfaceRow,
  desired: DesiredInterface,
  isMarked = false,
): InterfaceEdit | null {
  const { wanted, maintainedOptions, mtuRequest } = desired;
  const externalIds = isMarked ? null : diffIds(current.external_ids, desired);
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

function diffIds(
  current: ReadonlyMap<string, string>,
  { lport, plugType }: DesiredInterface,
): MapEdit | null {
  return diffMap(current, { [IFACE_ID]: lport, [OVN_PLUGGED]: plugType }, NO_KEYS);
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

/** The interface as it is in place already satisfies the target. */
export function satisfies(current: InterfaceRow, desired: DesiredInterface): boolean {
  return current.name === desired.wanted.name && diffInterface(current, desired) === null;
}

/** The rows and names a change stands on. Two changes with the same basis would be answered alike by the server. */
export function sameBasis(a: Change, b: Change): boolean {
  if (a.kind === "create" && b.kind === "create") {
    return a.bridge.uuid === b.bridge.uuid && sameDesired(a.desired, b.desired);
  }
  if (a.kind === "update" && b.kind === "update") {
    return sameContent(a.interface, b.interface) && sameDesired(a.desired, b.desired);
  }
  if (a.kind === "remove" && b.kind === "remove") {
    const samePort = a.port === b.port && a.bridge.uuid === b.bridge.uuid;
    return samePort && sameContent(a.interface, b.interface);
  }
  if (a.kind === "replug" && b.kind === "replug") {
    return sameBasis(a.remove, b.remove) && sameBasis(a.create, b.create);
  }
  return false;
}

/** What ovs-vswitchd and ovn-controller write to the row does not count: a change stands on no word of theirs. */
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
    a.external_ids.get(OVN_PLUGGED) === b.external_ids.get(OVN_PLUGGED)
  );
}

function sameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

export function sameDesired(a: DesiredInterface, b: DesiredInterface): boolean {
  return (
    a.plugType === b.plugType &&
    a.mtuRequest === b.mtuRequest &&
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
