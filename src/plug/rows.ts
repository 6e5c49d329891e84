/** The rows that the databases give us: of each table in tables.ts, the columns that are monitored. */
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
