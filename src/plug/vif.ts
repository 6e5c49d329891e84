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

export interface Vif {
  readonly interface: InterfaceRow;
  /** The port that holds the interface; null only between the batches of a database that is being rebuilt. */
  readonly port: PortRow | null;
  readonly onBridge: boolean;
  readonly owned: boolean;
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
): Vif {
  const onBridge = port !== undefined && bridge?.ports.has(port._uuid) === true;
  return {
    interface: iface,
    port: port ?? null,
    onBridge,
    owned:
      onBridge &&
      port.interfaces.size === 1 &&
      iface.name !== bridge.name &&
      iface.external_ids.has(IFACE_ID) &&
      iface.external_ids.has(OVN_PLUGGED),
  };
}

/** The logical port an interface on the integration bridge realises, or undefined. */
export function lportOf(vif: Vif): string | undefined {
  return vif.onBridge ? vif.interface.external_ids.get(IFACE_ID) : undefined;
}

/** The plug type under which an owned interface was plugged. */
export function pluggedTypeOf(vif: Vif): string {
  return vif.interface.external_ids.get(OVN_PLUGGED) ?? "";
}
