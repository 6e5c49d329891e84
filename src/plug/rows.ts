/** The rows of the databases: for each table in tables.ts, a row type with the monitored columns. */
import type { RowChange, Uuid } from "ovsdb-jsonrpc";
import type { RowOf } from "./tables.ts";

export type OpenVSwitchRow = RowOf<"openVSwitch">;
export type BridgeRow = RowOf<"bridge">;
export type PortRow = RowOf<"port">;
export type InterfaceRow = RowOf<"iface">;
export type SslRow = RowOf<"ssl">;
export type SbGlobalRow = RowOf<"sbGlobal">;
export type ChassisRow = RowOf<"chassis">;
export type PortBindingRow = RowOf<"portBinding">;

/** The changes of one table in one message of a server. */
export type TableBatch<Row> = readonly RowChange<Row>[];

/** A whole table as one batch. */
export function asInserts<Row>(rows: ReadonlyMap<Uuid, Row>): TableBatch<Row> {
  return Array.from(rows, ([uuid, row]) => ({ uuid, old: null, new: row }));
}

/** A bridge for a transaction: the `_uuid` finds the row, and the name proves that the row is still the same bridge. */
export interface BridgeRef {
  readonly uuid: Uuid;
  readonly name: string;
}
