/**
 * The tables that vifplugd reads, with their columns: nothing else is monitored. Code for every table (to monitor, check, count,
 * record and replay rows, and to push them into the graph) loops over this list, and the row types follow from the list.
 *
 * A new table is one entry here, and a node that reads the table.
 */
import type { ColumnName, DatabaseSchema, RowChange, TableName, TableRow, TablesOf } from "ovsdb-jsonrpc";
import { openVSwitch } from "../schemas/open_vswitch.gen.ts";
import { ovnSouthbound } from "../schemas/ovn_southbound.gen.ts";

export const databases = { Open_vSwitch: openVSwitch, OVN_Southbound: ovnSouthbound } as const;
export type DatabaseName = keyof typeof databases;

/** One table; `Row` has the monitored columns. */
export interface Table<Row = object> {
  /** The input of the graph for the rows. */
  readonly node: string;
  readonly database: DatabaseName;
  readonly table: string;
  readonly columns: readonly string[];
  /** The name of a row for people. */
  key(row: Row): string;
}

const local = entriesOf("Open_vSwitch", openVSwitch);
const southbound = entriesOf("OVN_Southbound", ovnSouthbound);

export const tables = {
  openVSwitch: local("open_vswitch", "Open_vSwitch", ["external_ids", "other_config"], () => "Open_vSwitch"),
  bridge: local("bridge", "Bridge", ["name", "datapath_type", "other_config", "ports"], ({ name }) => name),
  port: local("port", "Port", ["name", "interfaces"], ({ name }) => name),
  iface: local(
    "iface",
    "Interface",
    [
      "name",
      "type",
      "options",
      "other_config",
      "external_ids",
      "mtu_request",
      "ofport",
      "error",
      "admin_state",
    ],
    ({ name }) => name,
  ),
  ssl: local("ssl", "SSL", ["private_key", "certificate", "ca_cert", "bootstrap_ca_cert"], () => "SSL"),
  sbGlobal: southbound("sb_global", "SB_Global", ["options"], () => "SB_Global"),
  chassis: southbound("chassis", "Chassis", ["name", "hostname"], ({ name }) => name),
  portBinding: southbound(
    "port_binding",
    "Port_Binding",
    [
      "logical_port",
      "type",
      "parent_port",
      "options",
      "requested_chassis",
      "requested_additional_chassis",
      "chassis",
      "additional_chassis",
    ],
    (row) => row.logical_port,
  ),
} as const;

type Tables = typeof tables;
export type TableKey = keyof Tables;
export type RowOf<K extends TableKey> = Tables[K] extends Table<infer Row extends TableRow> ? Row : never;

/** The tables of one database, by the keys of the list. */
export type KeysOf<D extends DatabaseName> = {
  [K in TableKey]: Tables[K]["database"] extends D ? K : never;
}[TableKey];

/** The monitored columns of a database, by table. */
export type Selection<D extends DatabaseName> = {
  readonly [K in KeysOf<D> as Tables[K]["table"]]: Tables[K]["columns"];
};

/** The changes of one message of the server, by table of the database. */
export type Changes<D extends DatabaseName> = {
  readonly [K in KeysOf<D> as Tables[K]["table"]]: readonly RowChange<RowOf<K>>[];
};

export const TABLE_KEYS = Object.keys(tables) as readonly TableKey[];

export function keysOf<D extends DatabaseName>(database: D): readonly KeysOf<D>[] {
  return TABLE_KEYS.filter((key) => isOf(database, key));
}

export function isOf<D extends DatabaseName>(database: D, key: TableKey): key is KeysOf<D> {
  return tables[key].database === database;
}

export function selectionOf<D extends DatabaseName>(database: D): Selection<D> {
  const entries = keysOf(database).map((key) => [tables[key].table, tables[key].columns]);
  // The members of the type exactly: the type is made from the same list.
  return Object.fromEntries(entries) as Selection<D>;
}

/** Makes entries of one database; the compiler checks names and columns against its schema. */
function entriesOf<const D extends DatabaseName, T extends TablesOf<T>>(name: D, _: DatabaseSchema<T>) {
  return <const K extends TableName<T>, const C extends readonly ColumnName<T[K]>[]>(
    node: string,
    table: K,
    columns: C,
    key: (row: Pick<T[K], Extract<C[number] | "_uuid", keyof T[K]>>) => string,
  ) => ({ node, database: name, table, columns, key });
}
