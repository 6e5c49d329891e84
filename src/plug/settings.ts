/** The settings that the graph needs of the configuration file and of the host. */
import type { TlsFiles } from "ovsdb-jsonrpc";

export interface PlugSettings {
  /** The chassis name from the configuration or from system-id-override; null: `external_ids:system-id`. */
  readonly chassis: string | null;
  /** The integration bridge from the configuration; null: `external_ids:ovn-bridge`, else br-int. */
  readonly bridge: string | null;
  readonly onWithdraw: "unplug" | "keep";
  readonly onRename: "replug" | "report";
  readonly additionalChassis: boolean;
  /** Percent of the owned ports that may be unplugged in one pass. */
  readonly maxUnplugPercent: number;
  readonly southbound: SouthboundSettings;
}

/** The address of the Southbound in the configuration; where a member is null or absent, the local database decides. */
export interface SouthboundSettings {
  readonly remote: string | null;
  readonly probeIntervalMs: number | null;
  readonly tls: TlsFiles;
}

/**
 * A setting of OVN in the Open_vSwitch row: `external_ids:KEY-CHASSIS` beats `external_ids:KEY` (ovn-controller(8)).
 * An empty value counts as absent.
 */
export function externalId(
  externalIds: ReadonlyMap<string, string>,
  key: string,
  chassis: string | null,
): string | null {
  return externalIds.get(externalIdKey(externalIds, key, chassis)) || null;
}

/** The key that counts: KEY-CHASSIS if it is set, else KEY. */
export function externalIdKey(
  externalIds: ReadonlyMap<string, string>,
  key: string,
  chassis: string | null,
): string {
  const own = `${key}-${chassis}`;
  return chassis !== null && externalIds.get(own) ? own : key;
}

export function chassisNameOf(
  settings: PlugSettings,
  externalIds: ReadonlyMap<string, string>,
): string | null {
  return settings.chassis ?? (externalIds.get("system-id") || null);
}

export function bridgeNameOf(
  settings: PlugSettings,
  externalIds: ReadonlyMap<string, string>,
  chassis: string | null,
): string {
  return settings.bridge ?? externalId(externalIds, "ovn-bridge", chassis) ?? "br-int";
}
