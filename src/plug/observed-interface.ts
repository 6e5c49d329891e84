/**
 * What an interface in the local database is to us: on the integration bridge or not, ours or somebody else's.
 *
 * Owned: the only interface of a port of the integration bridge, not the bridge's local port, and marked with both
 * `external_ids:iface-id` and `external_ids:ovn-plugged`. Only owned interfaces are ever changed or removed.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { InterfaceRow, PortRow } from "./rows.ts";

export const IFACE_ID = "iface-id";
export const OVN_PLUGGED = "ovn-plugged";
/** ovn-controller binds a port whose options have this key only to an interface that has the same (ovn-nb(5)). */
export const IFACE_ID_VER = "iface-id-ver";

/** Immutable, and a pure outcome of what `classify` is given. */
export interface ObservedInterface {
  readonly interface: InterfaceRow;
  /** The port that holds the interface; null only between the batches of a database that is being rebuilt. */
  readonly port: PortRow | null;
  readonly onBridge: boolean;
  readonly isOwned: boolean;
  /** The logical port that it realises on the integration bridge, by its iface-id; null: none. */
  readonly lport: string | null;
  /** The plug type under which it was plugged, by its ovn-plugged; empty where there is none. */
  readonly plugType: string;
}

/** The integration bridge, as far as classifying interfaces needs it. */
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

/** What `classify` would answer; the name of a bridge never changes (ovs-vswitchd.conf.db(5)). */
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
