/**
 * The columns vifplugd reads, and the rows they make. Nothing else is monitored; the column lists here are handed to
 * the sessions as they are, and the row types follow from them.
 */
import type { RowChange, Uuid } from "ovsdb-jsonrpc";
import type { Bridge, Interface, Open_vSwitch, Port, SSL } from "../schemas/open_vswitch.gen.ts";
import type { Chassis, Port_Binding, SB_Global } from "../schemas/ovn_southbound.gen.ts";

export const openVSwitchColumns = {
  Open_vSwitch: ["external_ids", "other_config"],
  Bridge: ["name", "datapath_type", "other_config", "ports"],
  Port: ["name", "interfaces"],
  SSL: ["private_key", "certificate", "ca_cert", "bootstrap_ca_cert"],
  Interface: ["name", "type", "options", "other_config", "external_ids", "mtu_request", "ofport", "error"],
} as const;

export const southboundColumns = {
  SB_Global: ["options"],
  Chassis: ["name", "hostname"],
  Port_Binding: [
    "logical_port",
    "type",
    "parent_port",
    "options",
    "requested_chassis",
    "requested_additional_chassis",
  ],
} as const;

type Columns = typeof openVSwitchColumns & typeof southboundColumns;
type Selected<Row, Table extends keyof Columns> = Pick<
  Row,
  Extract<Columns[Table][number] | "_uuid", keyof Row>
>;

export type OpenVSwitchRow = Selected<Open_vSwitch, "Open_vSwitch">;
export type BridgeRow = Selected<Bridge, "Bridge">;
export type PortRow = Selected<Port, "Port">;
export type InterfaceRow = Selected<Interface, "Interface">;
export type SslRow = Selected<SSL, "SSL">;
export type SbGlobalRow = Selected<SB_Global, "SB_Global">;
export type ChassisRow = Selected<Chassis, "Chassis">;
export type PortBindingRow = Selected<Port_Binding, "Port_Binding">;

/** The changes of one table in one message of the server. */
export type TableBatch<Row> = readonly RowChange<Row>[];

/** A whole table as one batch. */
export function asInserts<Row>(rows: ReadonlyMap<Uuid, Row>): TableBatch<Row> {
  return Array.from(rows, ([uuid, row]) => ({ uuid, old: null, new: row }));
}

/** A bridge as far as a transaction needs it: by `_uuid`, and by name to be sure it is still that one. */
export interface BridgeRef {
  readonly uuid: Uuid;
  readonly name: string;
}
