/** What has to be true when everybody has worked undisturbed for long enough: the oracle of the chaos run says so. */
import { complaints, type World as OracleWorld } from "../../chaos/oracle.ts";
import type { Row } from "../ovsdb/database.ts";
import { CHASSIS } from "./chassis.ts";
import type { Scene } from "./checks.ts";
import { PLUG_TYPE } from "./devices.ts";
import { map, number, rowsOf, text, texts, uuidOf } from "./rows.ts";

export function oracleComplaints({
  southbound,
  chassis,
  unplugsWithdrawn,
  keepsRenamed,
}: Scene): readonly string[] {
  const { content } = southbound;
  if (content === null) return ["nobody serves the Southbound"];
  const record = [...rowsOf(content, "Chassis").values()].find((row) => text(row, "name") === CHASSIS);
  if (record === undefined) return ["the Southbound has no Chassis row"];
  const onBridge = chassis.onBridge().filter(({ alone }) => alone);
  const alone = new Set(onBridge.map(({ iface }) => uuidOf(iface)));
  const world: OracleWorld = {
    chassis: { _uuid: uuidOf(record), name: CHASSIS, hostname: text(record, "hostname") ?? "" },
    bindings: Array.from(rowsOf(content, "Port_Binding").values(), (row) => ({
      logical_port: text(row, "logical_port") ?? "",
      type: text(row, "type") ?? "",
      parent_port: text(row, "parent_port"),
      options: map(row, "options"),
      requested_chassis: text(row, "requested_chassis"),
      requested_additional_chassis: new Set(texts(row, "requested_additional_chassis")),
    })),
    onBridge: onBridge.map(({ iface }) => asIface(iface)),
    elsewhere: chassis
      .interfaces()
      .filter((row) => !alone.has(uuidOf(row)))
      .map(asIface),
    plugTypes: new Set([PLUG_TYPE]),
    keepsWithdrawn: !unplugsWithdrawn,
    keepsRenamed,
  };
  return complaints(world);
}

function asIface(row: Row) {
  return {
    _uuid: uuidOf(row),
    name: text(row, "name") ?? "",
    type: text(row, "type") ?? "",
    options: map(row, "options"),
    external_ids: map(row, "external_ids"),
    mtu_request: number(row, "mtu_request"),
  };
}
