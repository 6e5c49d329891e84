/**
 * Classifies an interface of the local database: on the integration bridge or not, ours or foreign.
 *
 * Owned: the only interface of a port of the integration bridge, not the bridge's local port, and marked with both
 * `external_ids:iface-id` and `external_ids:ovn-plugged`. Only owned interfaces are ever changed or removed.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { InterfaceRow, PortRow } from "./rows.ts";

export const IFACE_ID = "iface-id";
export const OVN_PLUGGED = "ovn-plugged";
/** Where a port's options have this key, ovn-controller binds the port only to an interface with the same value (ovn-nb(5)). */
export const IFACE_ID_VER = "iface-id-ver";

/** Immutable; follows from the arguments of `classify` alone. */
export interface ObservedInterface {
  readonly interface: InterfaceRow;
  /** The port that holds the interface; null only between the batches of a database that is being rebuilt. */
  readonly port: PortRow | null;
  readonly onBridge: boolean;
  readonly isOwned: boolean;
  /** The logical port that the interface realises on the integration bridge, by its iface-id; null: none. */
  readonly lport: string | null;
  /** The plug type under which the interface was plugged (`ovn-plugged`); empty: the key is absent. */
  readonly plugType: string;
}

/** The columns of the integration bridge that `classify` needs. */
export interface BridgePorts {
  readonly name: string;
  readonly ports: ReadonlySet<Uuid>;
}

export function classify(
  iface: InterfaceRow,
  port: PortRow | undefined,
  bridge: BridgePorts | undefined,
): ObservedInterface {
  const onBridge = isOn(bridge, port);
  const lport = onBridge ? (iface.external_ids.get(IFACE_ID) ?? null) : null;
  const plugType = iface.external_ids.get(OVN_PLUGGED);
  const isMarked = lport !== null && plugType !== undefined;
  const isOwned = isMarked && port?.interfaces.size === 1 && iface.name !== bridge?.name;
  return { interface: iface, port: port ?? null, onBridge, isOwned, lport, plugType: plugType ?? "" };
}

/** True when `classify` would give the same again; the name of a bridge never changes (ovs-vswitchd.conf.db(5)). */
export function isClassified(
  observed: ObservedInterface,
  iface: InterfaceRow,
  port: PortRow | undefined,
  bridge: BridgePorts | undefined,
): boolean {
  return (
    observed.interface === iface &&
    observed.port === (port ?? null) &&
    observed.onBridge === isOn(bridge, port)
  );
}

function isOn(bridge: BridgePorts | undefined, port: PortRow | undefined): port is PortRow {
  return port !== undefined && bridge?.ports.has(port._uuid) === true;
}
