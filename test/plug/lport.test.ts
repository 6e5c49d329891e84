// What a port binding says about a logical port: docs/rules.md, by ovn-sb(5) and ovn-nb(5).
import { describe, expect, test } from "bun:test";
import { isBindable, isVif, mtuRequestOf, plugTypeOf } from "../../src/plug/lport.ts";
import { bindingRow, CHASSIS, chassisRow, map } from "../support/rows.ts";

const here = { name: "hv1", record: chassisRow() };
const rowIsAbsent = { name: "hv1", record: null };

describe("isVif", () => {
  test("a port binding without a type and without a parent is a VIF", () => {
    expect(isVif(bindingRow())).toBe(true);
    expect(isVif(bindingRow({ parent_port: "" }))).toBe(true);
  });

  test.each(["router", "localnet", "localport", "virtual", "external"])("one of type %s is none", (type) => {
    expect(isVif(bindingRow({ type }))).toBe(false);
  });

  test("a child port is none", () => {
    expect(isVif(bindingRow({ parent_port: "parent" }))).toBe(false);
  });
});

describe("plugTypeOf", () => {
  test("reads vif-plug-type, else the older plug-type, else nothing", () => {
    const both = map({ "vif-plug-type": "new", "plug-type": "old" });
    expect(plugTypeOf(bindingRow({ options: both }))).toBe("new");
    expect(plugTypeOf(bindingRow({ options: map({ "plug-type": "old" }) }))).toBe("old");
    expect(plugTypeOf(bindingRow())).toBeNull();
  });
});

describe("mtuRequestOf", () => {
  test.each([
    ["1400", 1400],
    [" 9000 ", 9000],
    ["+68", 68],
    ["0", null],
    ["-1", null],
    ["", null],
    ["1500.5", null],
    ["0x5dc", null],
    ["1e3", null],
    ["jumbo", null],
    ["99999999999999999999", null],
  ])("%p is %p", (text, mtu) => {
    expect(mtuRequestOf(bindingRow({ options: map({ "vif-plug-mtu-request": text }) }))).toBe(mtu);
  });

  test("the older plug-mtu-request counts where there is no vif-plug-mtu-request", () => {
    const older = { "plug-mtu-request": "1400" };
    expect(mtuRequestOf(bindingRow({ options: map(older) }))).toBe(1400);
    expect(mtuRequestOf(bindingRow({ options: map({ ...older, "vif-plug-mtu-request": "1450" }) }))).toBe(
      1450,
    );
    expect(mtuRequestOf(bindingRow())).toBeNull();
  });
});

describe("isBindable", () => {
  const requested = (text: string) => bindingRow({ options: map({ "requested-chassis": text }) });

  test("anywhere when nothing is requested", () => {
    expect(isBindable(bindingRow(), here)).toBe(true);
    expect(isBindable(requested(""), here)).toBe(true);
  });

  test("where requested_chassis or requested_additional_chassis is this chassis", () => {
    const options = map({ "requested-chassis": "elsewhere" });
    expect(isBindable(bindingRow({ options, requested_chassis: CHASSIS }), here)).toBe(true);
    const requested_additional_chassis = new Set([CHASSIS]);
    expect(isBindable(bindingRow({ options, requested_additional_chassis }), here)).toBe(true);
  });

  test("where the option names this chassis or its hostname, also in a list", () => {
    expect(isBindable(requested("hv1"), here)).toBe(true);
    expect(isBindable(requested("host1"), here)).toBe(true);
    expect(isBindable(requested("hv2, hv1"), here)).toBe(true);
  });

  test("by name also while the Chassis row is absent, because requested_chassis empties with it", () => {
    expect(isBindable(requested("hv1"), rowIsAbsent)).toBe(true);
    expect(isBindable(requested("host1"), rowIsAbsent)).toBe(false);
  });

  test("not where the option names others, or only part of the name", () => {
    expect(isBindable(requested("hv2"), here)).toBe(false);
    expect(isBindable(requested("hv"), here)).toBe(false);
    expect(isBindable(requested("hv2,,"), { name: "hv1", record: chassisRow({ hostname: "" }) })).toBe(false);
  });
});
