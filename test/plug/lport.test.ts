// What a port binding says about a logical port: docs/rules.md, by ovn-sb(5) and ovn-nb(5).
import { describe, expect, test } from "bun:test";
import { anotherNameOf, isBindable, isVif, mtuRequestOf, plugTypeOf } from "../../src/plug/lport.ts";
import { bindingRow, CHASSIS, chassisRow, map, uuid } from "../support/rows.ts";

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
    ["2147483647", 2147483647],
    ["2147483648", null],
    ["4294967296", null],
    [" 9000 ", null],
    ["+68", null],
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

describe("anotherNameOf", () => {
  const named = (text: string, columns: Parameters<typeof bindingRow>[0] = {}) =>
    bindingRow({ options: map({ "requested-chassis": text }), ...columns });
  const host = (hostname: string, former: readonly string[] = []) => ({
    name: "hv1",
    record: chassisRow({ hostname }),
    formerHostnames: new Set(former),
  });

  test.each([
    ["a hostname that the row had before", "node1", "other", ["node1"]],
    ["upper and lower case", "NODE1", "node1", []],
    ["upper and lower case of the host", "node1", "NODE1", []],
    ["a domain that the host lost", "node1.example.com", "node1", []],
    ["a domain that the host got", "node1", "node1.example.com", []],
    ["one of a list, of which the other has its row", "node1.example.com,hv2", "node1", []],
  ] as const)("is found by %s", (_, requested, hostname, former) => {
    const main = requested.includes("hv2") ? { requested_chassis: uuid(7) } : {};
    expect(anotherNameOf(named(requested, main), host(hostname, former))).toBe(requested.split(",")[0] ?? "");
  });

  test.each([
    ["every name has its row", named("node1.example.com", { requested_chassis: uuid(7) }), host("node1")],
    ["another domain", named("node1.example.com"), host("node1.example.org")],
    ["a domain below that one", named("node1.example"), host("node1.example.com")],
    ["a domain alone, of a host without a name", named(".example.com"), host("")],
    [
      "every name has its row, be it as an additional chassis",
      named("node1.example.com,hv2", {
        requested_chassis: uuid(7),
        requested_additional_chassis: new Set([uuid(8)]),
      }),
      host("node1"),
    ],
    ["another host", named("node2.example.com"), host("node1")],
    ["a name that begins alike", named("node10"), host("node1")],
    ["the chassis may bind it anyway", named("hv1,node1"), host("node1")],
    ["there is no Chassis row", named("node1"), { name: "hv1", record: null }],
  ] as const)("is not found: %s", (_, binding, chassis) => {
    expect(anotherNameOf(binding, chassis)).toBeNull();
  });
});
