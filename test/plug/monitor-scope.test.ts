// What is asked of the Southbound: docs/rules.md.
import { describe, expect, test } from "bun:test";
import type { Clause } from "ovsdb-jsonrpc";
import { isInViewAnyway, MonitorScope } from "../../src/plug/monitor-scope.ts";
import type { PortBindingRow } from "../../src/plug/rows.ts";
import { bindingRow, CHASSIS, chassisRow, map, OTHER_CHASSIS, uuid } from "../support/rows.ts";

const here = { name: "hv1", record: chassisRow() };
const rowIsAbsent = { name: "hv1", record: null };
const nothing: ReadonlySet<string> = new Set();
const requestedChassis = (name: string): Clause<PortBindingRow> => [
  "options",
  "includes",
  new Map([["requested-chassis", name]]),
];

describe("the condition", () => {
  test("asks for nothing while the chassis name is unknown: an empty list would mean every row", () => {
    const unknown = MonitorScope.of(null, new Set(["lsp1"]));
    expect(unknown.portBindings()).toEqual([false]);
    expect(unknown.chassis()).toEqual([false]);
  });

  test("asks by name while the Chassis row is absent", () => {
    const condition = MonitorScope.of(rowIsAbsent, nothing);
    expect(condition.portBindings()).toEqual([requestedChassis("hv1")]);
    expect(condition.chassis()).toEqual([["name", "==", "hv1"]]);
  });

  test("asks for what is requested here: by row, as one of several, by name, and by hostname", () => {
    expect(MonitorScope.of(here, nothing).portBindings()).toEqual([
      ["requested_chassis", "==", CHASSIS],
      ["requested_additional_chassis", "includes", CHASSIS],
      requestedChassis("hv1"),
      requestedChassis("host1"),
    ]);
  });

  test.each(["", "hv1"])("asks once where the hostname is %p", (hostname) => {
    const clauses = MonitorScope.of({ name: "hv1", record: chassisRow({ hostname }) }, nothing);
    expect(clauses.portBindings().length).toBe(3);
  });

  test("has no hostname where that of the row is empty", () => {
    const empty = MonitorScope.of({ name: "hv1", record: chassisRow({ hostname: "" }) }, nothing);
    expect([empty.hostname, MonitorScope.of(here, nothing).hostname]).toEqual([null, "host1"]);
  });

  test("asks for nothing by name where there is nothing: an empty list would mean every row", () => {
    expect(MonitorScope.of(here, nothing).named()).toEqual([false]);
  });

  test("asks for each logical port by name", () => {
    const condition = MonitorScope.of(rowIsAbsent, new Set(["lsp1", "lsp2"]));
    expect(condition.named()).toEqual([
      ["logical_port", "==", "lsp1"],
      ["logical_port", "==", "lsp2"],
    ]);
  });

  test("is for the same chassis when name, row and hostname are the same", () => {
    const of = (chassis: typeof here | typeof rowIsAbsent) => MonitorScope.of(chassis, nothing);
    expect(of(here).sameChassis(MonitorScope.of(here, new Set(["lsp1"])))).toBe(true);
    expect(of(here).sameChassis(of(rowIsAbsent))).toBe(false);
    expect(of(here).sameChassis(of({ name: "hv1", record: chassisRow({ _uuid: uuid(7) }) }))).toBe(false);
    expect(of(here).sameChassis(of({ name: "hv1", record: chassisRow({ hostname: "new" }) }))).toBe(false);
    expect(of(rowIsAbsent).sameChassis(of({ name: "hv2", record: null }))).toBe(false);
  });
});

describe("isInViewAnyway says whether the condition brings a row without its name", () => {
  const byOption = (name: string) => bindingRow({ options: map({ "requested-chassis": name }) });

  test("it does for what is requested here", () => {
    expect(isInViewAnyway(bindingRow({ requested_chassis: CHASSIS }), here)).toBe(true);
    expect(isInViewAnyway(bindingRow({ requested_additional_chassis: new Set([CHASSIS]) }), here)).toBe(true);
    expect(isInViewAnyway(byOption("hv1"), here)).toBe(true);
    expect(isInViewAnyway(byOption("host1"), here)).toBe(true);
    expect(isInViewAnyway(byOption("hv1"), rowIsAbsent)).toBe(true);
  });

  test("it does not for the rest, nor for a list of names, which `includes` compares as a whole", () => {
    expect(isInViewAnyway(bindingRow(), here)).toBe(false);
    expect(isInViewAnyway(bindingRow({ requested_chassis: OTHER_CHASSIS }), here)).toBe(false);
    expect(isInViewAnyway(byOption("hv2"), here)).toBe(false);
    expect(isInViewAnyway(byOption("hv2,hv1"), here)).toBe(false);
    expect(isInViewAnyway(byOption("host1"), rowIsAbsent)).toBe(false);
    expect(isInViewAnyway(byOption("hv1"), null)).toBe(false);
    const nameless = { name: "hv1", record: chassisRow({ hostname: "" }) };
    expect(isInViewAnyway(byOption(""), nameless)).toBe(false);
  });
});
