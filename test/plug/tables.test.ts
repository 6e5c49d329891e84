// What is monitored of the two databases, and nothing else: a column more is one that somebody needs.
import { expect, test } from "bun:test";
import { databases, isOf, keysOf, selectionOf, TABLE_KEYS, tables } from "../../src/plug/tables.ts";
import { openVSwitch } from "../../src/schemas/open_vswitch.gen.ts";
import { ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";
import {
  bindingRow,
  bridgeRow,
  chassisRow,
  interfaceRow,
  openVSwitchRow,
  portRow,
  sbGlobalRow,
  uuid,
} from "../support/rows.ts";

test("of the local database, these columns are monitored", () => {
  expect<object>(selectionOf("Open_vSwitch")).toEqual({
    Open_vSwitch: ["external_ids", "other_config"],
    Bridge: ["name", "datapath_type", "other_config", "ports"],
    Port: ["name", "interfaces"],
    Interface: [
      ...["name", "type", "options", "other_config", "external_ids", "mtu_request"],
      ...["ofport", "error", "admin_state"],
    ],
    SSL: ["private_key", "certificate", "ca_cert", "bootstrap_ca_cert"],
  });
});

test("of the Southbound, these columns are monitored", () => {
  expect<object>(selectionOf("OVN_Southbound")).toEqual({
    SB_Global: ["options"],
    Chassis: ["name", "hostname"],
    Port_Binding: [
      ...["logical_port", "type", "parent_port", "options"],
      ...["requested_chassis", "requested_additional_chassis", "chassis", "additional_chassis"],
    ],
  });
});

test("every table is of one of the two databases", () => {
  expect<object>(databases).toEqual({ Open_vSwitch: openVSwitch, OVN_Southbound: ovnSouthbound });
  const [local, southbound] = [keysOf("Open_vSwitch"), keysOf("OVN_Southbound")];
  expect<readonly string[]>([...local, ...southbound]).toEqual(TABLE_KEYS);
  expect([isOf("Open_vSwitch", "bridge"), isOf("Open_vSwitch", "chassis")]).toEqual([true, false]);
});

test("every table has an input of its own in the graph, and its rows are called by a name that people know", () => {
  expect(TABLE_KEYS.map((key) => tables[key].node)).toEqual([
    ...["open_vswitch", "bridge", "port", "iface", "ssl", "sb_global", "chassis", "port_binding"],
  ]);
  const ssl = { _uuid: uuid(1), private_key: "", certificate: "", ca_cert: "", bootstrap_ca_cert: false };
  expect([
    tables.openVSwitch.key(openVSwitchRow()),
    tables.bridge.key(bridgeRow()),
    tables.port.key(portRow()),
    tables.iface.key(interfaceRow({ name: "eth0" })),
    tables.ssl.key(ssl),
    tables.sbGlobal.key(sbGlobalRow()),
    tables.chassis.key(chassisRow()),
    tables.portBinding.key(bindingRow({ logical_port: "web1" })),
  ]).toEqual(["Open_vSwitch", "br-int", "lsp1", "eth0", "SSL", "SB_Global", "hv1", "web1"]);
});
