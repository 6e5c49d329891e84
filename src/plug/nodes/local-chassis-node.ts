/**
 * Node `local_chassis`: the identity of this chassis: its name and its Southbound row, the integration bridge, the parts of
 * the Open_vSwitch row that matter, and whether ovn-northd has filled the Southbound. The data are small, so every handler
 * makes all of them; parts that did not change keep their identity.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import { unchanged, updated } from "../../graph/index.ts";
import type { BridgeView, OpenVSwitchView } from "../../providers/provider.ts";
import type { FormerHostnames } from "../former-hostnames.ts";
import type { ChassisIdentity } from "../lport.ts";
import type { BridgeRef, BridgeRow, ChassisRow, OpenVSwitchRow, SbGlobalRow } from "../rows.ts";
import { bridgeNameOf, chassisNameOf, type PlugSettings } from "../settings.ts";
import type { Current } from "./input-nodes.ts";

export interface LocalChassis {
  /** Null while no name is known. */
  readonly chassis: ChassisIdentity | null;
  readonly openVSwitch: OpenVSwitchView | null;
  readonly bridge: (BridgeRef & BridgeView) | null;
  /** The name that the integration bridge has to have. */
  readonly bridgeName: string;
  /** ovn-northd writes `northd_internal_version` when it has filled a Southbound (ovn-sb(5), SB_Global). */
  readonly northdHasWritten: boolean;
}

export const unknownChassis: LocalChassis = {
  chassis: null,
  openVSwitch: null,
  bridge: null,
  bridgeName: "br-int",
  northdHasWritten: false,
};

interface Table<Row> {
  readonly data: ReadonlyMap<Uuid, Row>;
}

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly openVSwitch: Table<OpenVSwitchRow>;
  readonly bridge: Table<BridgeRow>;
  readonly chassis: Table<ChassisRow>;
  readonly sbGlobal: Table<SbGlobalRow>;
  readonly formerHostnames: { readonly data: { readonly current: FormerHostnames } };
}

export function refreshLocalChassis(context: {
  readonly inputs: Inputs;
  readonly data: Current<LocalChassis>;
}) {
  const { inputs, data } = context;
  const last = data.current;
  const next = observe(inputs, last);
  const same =
    next.chassis === last.chassis &&
    next.openVSwitch === last.openVSwitch &&
    next.bridge === last.bridge &&
    next.bridgeName === last.bridgeName &&
    next.northdHasWritten === last.northdHasWritten;
  if (same) return unchanged;
  data.current = next;
  return updated;
}

export const localChassisSettingsHandler = refreshLocalChassis;
export const localChassisOpenVSwitchHandler = refreshLocalChassis;
export const localChassisBridgeHandler = refreshLocalChassis;
export const localChassisChassisHandler = refreshLocalChassis;
export const localChassisSbGlobalHandler = refreshLocalChassis;

function observe(inputs: Inputs, last: LocalChassis): LocalChassis {
  const settings = inputs.settings.data.current;
  const openVSwitch = first(inputs.openVSwitch.data);
  const externalIds = openVSwitch?.external_ids ?? new Map<string, string>();
  const name = chassisNameOf(settings, externalIds);
  const bridgeName = bridgeNameOf(settings, externalIds, name);
  return {
    chassis: name === null ? null : keepChassis(last.chassis, identify(inputs, name)),
    openVSwitch: openVSwitch ?? null,
    bridge: keepBridge(last.bridge, find(inputs.bridge.data, bridgeName)),
    bridgeName,
    northdHasWritten: first(inputs.sbGlobal.data)?.options.has("northd_internal_version") ?? false,
  };
}

function identify(inputs: Inputs, name: string): ChassisIdentity {
  const record = find(inputs.chassis.data, name) ?? null;
  const formerHostnames = inputs.formerHostnames.data.current.get(name);
  return formerHostnames === undefined ? { name, record } : { name, record, formerHostnames };
}

function keepChassis(last: ChassisIdentity | null, next: ChassisIdentity): ChassisIdentity {
  const same =
    last?.name === next.name && last.record === next.record && last.formerHostnames === next.formerHostnames;
  return same ? last : next;
}

/** The view is a new object only when one of its columns changed: the row itself changes with every port of the bridge. */
function keepBridge(last: LocalChassis["bridge"], row: BridgeRow | undefined): LocalChassis["bridge"] {
  if (row === undefined) return null;
  const same =
    last !== null &&
    last.uuid === row._uuid &&
    last.name === row.name &&
    last.datapath_type === row.datapath_type &&
    last.other_config === row.other_config;
  if (same) return last;
  return {
    uuid: row._uuid,
    name: row.name,
    datapath_type: row.datapath_type,
    other_config: row.other_config,
  };
}

function first<Row>(rows: ReadonlyMap<Uuid, Row>): Row | undefined {
  return rows.values().next().value;
}

function find<Row extends { readonly name: string }>(
  rows: ReadonlyMap<Uuid, Row>,
  name: string,
): Row | undefined {
  for (const row of rows.values()) if (row.name === name) return row;
  return undefined;
}
