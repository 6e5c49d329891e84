/** What has to be true when everybody has worked undisturbed for long enough: the oracle of the chaos run says so. */
import { complaints, isOwned, type World as OracleWorld } from "../../chaos/oracle.ts";
import type { Row } from "../ovsdb/database.ts";
import { CHASSIS } from "./chassis.ts";
import type { Scene } from "./checks.ts";
import { PLUG_TYPE } from "./devices.ts";
import { map, number, rowsOf, text, texts, uuidOf } from "./rows.ts";

export function oracleComplaints({
  southbound,
  chassis,
  daemons: {
    settings: { on_withdraw, on_rename },
  },
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
    keepsWithdrawn: on_withdraw === "keep",
    keepsRenamed: on_rename === "report",
  };
  return complaints(world);
}

/**
 * What belongs to somebody else by now is gone (rule U7), but where nobody is asked about it: beside an interface that is
 * not ours (P5), and where the plug type is one that no provider answers to (P7).
 */
export function misplacedComplaints({ southbound, chassis, devices }: Scene): readonly string[] {
  const { content } = southbound;
  if (content === null) return ["nobody serves the Southbound"];
  const bindings = [...rowsOf(content, "Port_Binding").values()];
  const onBridge = chassis.onBridge().map(({ iface }) => asIface(iface));
  return onBridge.flatMap((iface) => {
    const lport = iface.external_ids.get("iface-id") ?? "";
    const isForeign = onBridge.some((one) => one.external_ids.get("iface-id") === lport && !isOwned(one));
    const binding = bindings.find((row) => text(row, "logical_port") === lport);
    const plugType = binding === undefined ? undefined : map(binding, "options").get("vif-plug-type");
    const isAsked = !isForeign && (plugType === undefined || plugType === PLUG_TYPE);
    if (!isOwned(iface) || !isAsked || devices.of(lport).kind !== "misplaced") return [];
    return [`interface ${iface.name} of ${lport} is another's, and is there`];
  });
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
