// Settings in the Open_vSwitch row: external_ids:KEY-CHASSIS beats external_ids:KEY (ovn-controller(8)).
import { describe, expect, test } from "bun:test";
import { bridgeNameOf, chassisNameOf, externalId } from "../../src/plug/settings.ts";
import { settings } from "../support/plug-bench.ts";
import { map } from "../support/rows.ts";

describe("externalId", () => {
  const ids = map({
    key: "all",
    "nameless-null": "another's",
    "key-hv1": "own",
    empty: "",
    "empty-hv1": "",
    "fallback-hv1": "",
    fallback: "all",
  });

  test.each([
    ["key", "hv1", "own"],
    ["key", "hv2", "all"],
    ["key", null, "all"],
    ["empty", "hv1", null],
    ["fallback", "hv1", "all"],
    ["absent", "hv1", null],
    ["nameless", null, null],
  ])("%s for chassis %p is %p", (key, chassis, value) => {
    expect(externalId(ids, key, chassis)).toBe(value);
  });
});

test("the chassis name is the configured one, else system-id, else unknown", () => {
  const ids = map({ "system-id": "hv1" });
  expect(chassisNameOf({ ...settings, chassis: "configured" }, ids)).toBe("configured");
  expect(chassisNameOf(settings, ids)).toBe("hv1");
  expect(chassisNameOf(settings, map({ "system-id": "" }))).toBeNull();
  expect(chassisNameOf(settings, map())).toBeNull();
});

test("the bridge is the configured one, else ovn-bridge of this chassis, else ovn-bridge, else br-int", () => {
  const ids = map({ "ovn-bridge": "br-all", "ovn-bridge-hv1": "br-own" });
  expect(bridgeNameOf({ ...settings, bridge: "br-cfg" }, ids, "hv1")).toBe("br-cfg");
  expect(bridgeNameOf(settings, ids, "hv1")).toBe("br-own");
  expect(bridgeNameOf(settings, ids, null)).toBe("br-all");
  expect(bridgeNameOf(settings, map(), "hv1")).toBe("br-int");
});
