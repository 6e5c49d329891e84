// Who this chassis is, as far as the databases say: what did not change keeps its identity.
import { describe, expect, test } from "bun:test";
import {
  type LocalChassis,
  refreshLocalChassis,
  unknownChassis,
} from "../../../src/plug/nodes/local-chassis-node.ts";
import type { BridgeRow, ChassisRow, OpenVSwitchRow, SbGlobalRow } from "../../../src/plug/rows.ts";
import { settings } from "../../support/plug-bench.ts";
import {
  BRIDGE,
  bridgeRow,
  type CHASSIS,
  chassisRow,
  map,
  openVSwitchRow,
  sbGlobalRow,
  uuid,
} from "../../support/rows.ts";
import { holding } from "../support/by-hand.ts";

interface Databases {
  readonly configured?: Partial<typeof settings>;
  readonly openVSwitch?: OpenVSwitchRow | null;
  readonly bridge?: BridgeRow | null;
  readonly chassis?: ChassisRow | null;
  readonly sbGlobal?: SbGlobalRow | null;
  readonly former?: ReadonlySet<string>;
}

const rows: Databases = {
  openVSwitch: openVSwitchRow(),
  bridge: bridgeRow(),
  chassis: chassisRow(),
  sbGlobal: sbGlobalRow(),
};

function refreshed(databases: Databases, before: LocalChassis = unknownChassis) {
  const table = <Row extends { readonly _uuid: typeof CHASSIS }>(row: Row | null | undefined) => ({
    data: new Map(row ? [[row._uuid, row]] : []),
  });
  const data = { current: before };
  const { kind } = refreshLocalChassis({
    inputs: {
      settings: holding({ ...settings, ...databases.configured }),
      openVSwitch: table(databases.openVSwitch),
      bridge: table(databases.bridge),
      chassis: table(databases.chassis),
      sbGlobal: table(databases.sbGlobal),
      formerHostnames: holding(new Map(databases.former ? [["hv1", databases.former]] : [])),
    },
    data,
  });
  return { kind, current: data.current };
}

const known = refreshed(rows).current;

test("the chassis is known with its row, its bridge, and whether ovn-northd has filled the Southbound", () => {
  expect(refreshed(rows)).toEqual({
    kind: "updated",
    current: {
      chassis: { name: "hv1", record: chassisRow() },
      openVSwitch: openVSwitchRow(),
      bridge: { uuid: BRIDGE, name: "br-int", datapath_type: "", other_config: map() },
      bridgeName: "br-int",
      northdHasWritten: true,
    },
  });
  expect(known.chassis).not.toHaveProperty("formerHostnames");
});

test("nothing is known before the databases say something", () => {
  expect(refreshed({})).toEqual({ kind: "unchanged", current: unknownChassis });
  expect(refreshed({}, known)).toEqual({ kind: "updated", current: unknownChassis });
  const { openVSwitch, northdHasWritten } = refreshed({}, known).current;
  expect([openVSwitch, northdHasWritten]).toEqual([null, false]);
});

test("what the configuration says needs no Open_vSwitch row", () => {
  const configured = { chassis: "hv1", bridge: "br-int" };
  expect(refreshed({ ...rows, openVSwitch: null, configured }).current).toEqual({
    ...known,
    openVSwitch: null,
  });
});

test("a chassis whose row is absent is known by its name", () => {
  for (const chassis of [null, chassisRow({ name: "hv2" })])
    expect(refreshed({ ...rows, chassis }).current.chassis).toEqual({ name: "hv1", record: null });
});

test("the names that this host had before are known with the chassis", () => {
  const former = new Set(["old"]);
  const { kind, current } = refreshed({ ...rows, former }, known);
  expect([kind, current.chassis]).toEqual([
    "updated",
    { name: "hv1", record: chassisRow(), formerHostnames: former },
  ]);
  expect(refreshed({ ...rows, former }, current).kind).toBe("unchanged");
});

test("ovn-northd has not filled a Southbound whose options do not say so", () => {
  for (const sbGlobal of [null, sbGlobalRow({ options: map() })])
    expect(refreshed({ ...rows, sbGlobal }).current.northdHasWritten).toBe(false);
});

describe("when everything is as it was", () => {
  test("nothing is updated, and every part is the very object that it was", () => {
    const { kind, current } = refreshed(rows, known);
    expect([kind, current === known]).toEqual(["unchanged", true]);
  });

  test("but another part, the others are the very objects that they were", () => {
    const { current } = refreshed({ ...rows, sbGlobal: null }, known);
    expect([current.chassis === known.chassis, current.bridge === known.bridge]).toEqual([true, true]);
  });

  test("a bridge that got a port is the very object that it was", () => {
    const [bridge] = [rows.bridge];
    if (!bridge) throw new Error("there is a bridge");
    const { kind, current } = refreshed({ ...rows, bridge: { ...bridge, ports: new Set([uuid(9)]) } }, known);
    expect([kind, current.bridge === known.bridge]).toEqual(["unchanged", true]);
  });
});

const bridge = rows.bridge ?? bridgeRow();
test.each<[string, Databases]>([
  ["the chassis has another row", { chassis: chassisRow({ _uuid: uuid(7) }) }],
  ["the Open_vSwitch row is another one", { openVSwitch: openVSwitchRow() }],
  ["the bridge was made anew", { bridge: { ...bridge, _uuid: uuid(7) } }],
  ["the bridge has another datapath", { bridge: { ...bridge, datapath_type: "netdev" } }],
  ["the bridge has another configuration", { bridge: { ...bridge, other_config: map({ a: "1" }) } }],
  ["the bridge is gone", { bridge: null }],
  ["the Southbound was wiped", { sbGlobal: null }],
])("something is another: %s", (_, other) => {
  expect(refreshed({ ...rows, ...other }, known).kind).toBe("updated");
});

test("a bridge that is to have another name is another bridge, be it there or not", () => {
  const configured = { bridge: "br-other" };
  const { kind, current } = refreshed({ ...rows, configured }, known);
  expect([kind, current.bridge, current.bridgeName]).toEqual(["updated", null, "br-other"]);
  const gone = refreshed({ ...rows, bridge: null }, known).current;
  expect(refreshed({ ...rows, bridge: null, configured }, gone).kind).toBe("updated");
  const there = { ...bridge, name: "br-other" };
  expect(refreshed({ ...rows, configured, bridge: there }, known).current.bridge?.name).toBe("br-other");
});
