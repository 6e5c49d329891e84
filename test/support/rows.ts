/** Rows as the replica would make them: every column has the value of a fresh row unless a test says otherwise. */
import { parseUuid, type Uuid } from "ovsdb-jsonrpc";
import { IFACE_ID, OVN_PLUGGED } from "../../src/plug/observed-interface.ts";
import type {
  BridgeRow,
  ChassisRow,
  InterfaceRow,
  OpenVSwitchRow,
  PortBindingRow,
  PortRow,
  SbGlobalRow,
} from "../../src/plug/rows.ts";
import { type RowOf, TABLE_KEYS, type TableKey } from "../../src/plug/tables.ts";

/** What a database holds, as a test changes it: rows by table and uuid. */
export type Tables = { readonly [K in TableKey]: Map<Uuid, RowOf<K>> };

export function emptyTables(): Tables {
  // Exactly the members of the type, which is made from the same list.
  return Object.fromEntries(TABLE_KEYS.map((key) => [key, new Map()])) as Tables;
}

/** A uuid that spells `index`, so that rows are told apart in failures. */
export function uuid(index: number): Uuid {
  const parsed = parseUuid(`00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`);
  if (parsed === null) throw new RangeError(`no uuid is made of ${index}`);
  return parsed;
}

export const CHASSIS = uuid(0xc1);
export const OTHER_CHASSIS = uuid(0xc2);
export const BRIDGE = uuid(0xb1);

/** A map column. */
export function map(entries: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(entries));
}

export function bindingRow(columns: Partial<PortBindingRow> = {}): PortBindingRow {
  return {
    _uuid: uuid(0x1000),
    logical_port: "lsp1",
    type: "",
    parent_port: null,
    options: map(),
    requested_chassis: null,
    requested_additional_chassis: new Set(),
    chassis: null,
    additional_chassis: new Set(),
    ...columns,
  };
}

/** The binding of a logical port that is to be plugged on this chassis, and that ovn-controller has bound there. */
export function wantedRow(
  options: Readonly<Record<string, string>> = {},
  columns: Partial<Omit<PortBindingRow, "options">> = {},
): PortBindingRow {
  return bindingRow({
    options: map({ "requested-chassis": "hv1", "vif-plug-type": "dummy", ...options }),
    requested_chassis: CHASSIS,
    chassis: CHASSIS,
    ...columns,
  });
}

export function interfaceRow(columns: Partial<InterfaceRow> = {}): InterfaceRow {
  return {
    _uuid: uuid(0x2000),
    name: "lsp1",
    type: "",
    options: map(),
    other_config: map(),
    external_ids: map(),
    mtu_request: null,
    ofport: 1,
    error: null,
    admin_state: null,
    ...columns,
  };
}

/** An interface as vifplugd leaves it for the dummy provider. */
export function pluggedRow(lport = "lsp1", columns: Partial<InterfaceRow> = {}): InterfaceRow {
  return interfaceRow({
    name: lport,
    type: "internal",
    options: map({ "vif-plug-dummy-option": "value" }),
    external_ids: map({ [IFACE_ID]: lport, [OVN_PLUGGED]: "dummy" }),
    ...columns,
  });
}

export function portRow(columns: Partial<PortRow> = {}): PortRow {
  return { _uuid: uuid(0x3000), name: "lsp1", interfaces: new Set([uuid(0x2000)]), ...columns };
}

export function bridgeRow(columns: Partial<BridgeRow> = {}): BridgeRow {
  return {
    _uuid: BRIDGE,
    name: "br-int",
    datapath_type: "",
    other_config: map(),
    ports: new Set([uuid(0x3000)]),
    ...columns,
  };
}

export function chassisRow(columns: Partial<ChassisRow> = {}): ChassisRow {
  return { _uuid: CHASSIS, name: "hv1", hostname: "host1", ...columns };
}

export function openVSwitchRow(columns: Partial<OpenVSwitchRow> = {}): OpenVSwitchRow {
  return {
    _uuid: uuid(0xa1),
    external_ids: map({ "system-id": "hv1", "ovn-bridge": "br-int" }),
    other_config: map(),
    ...columns,
  };
}

export function sbGlobalRow(columns: Partial<SbGlobalRow> = {}): SbGlobalRow {
  return { _uuid: uuid(0xd1), options: map({ northd_internal_version: "23.03" }), ...columns };
}
