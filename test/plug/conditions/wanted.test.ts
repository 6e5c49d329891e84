// The conditions under which a logical port is wanted here: one list, from which decisions and explanations follow.
import { describe, expect, test } from "bun:test";
import { CONDITIONS } from "../../../src/plug/conditions/list.ts";
import { firstUnmet, inView, WANTED, type WantedSettings } from "../../../src/plug/conditions/wanted.ts";
import { explain } from "../../../src/plug/explain.ts";
import type { ChassisIdentity } from "../../../src/plug/lport.ts";
import type { PortBindingRow } from "../../../src/plug/rows.ts";
import { PlugBench } from "../../support/plug-bench.ts";
import { recordedProvider, registryOf } from "../../support/providers.ts";
import { bindingRow, CHASSIS, chassisRow, OTHER_CHASSIS, pluggedRow, wantedRow } from "../../support/rows.ts";

const here = { name: "hv1", record: chassisRow() };
const rowIsAbsent = { name: "hv1", record: null };
const on: WantedSettings = { onWithdraw: "unplug", additionalChassis: true };

function unmet(
  binding: PortBindingRow,
  settings: Partial<WantedSettings> = {},
  chassis: typeof here | typeof rowIsAbsent = here,
) {
  return firstUnmet({ binding, chassis, settings: { ...on, ...settings } })?.id ?? null;
}

const additional = wantedRow(
  { "requested-chassis": "hv2,hv1" },
  { requested_chassis: OTHER_CHASSIS, requested_additional_chassis: new Set([CHASSIS]) },
);

describe("a logical port is wanted here", () => {
  test("as a VIF with a plug type that is requested here", () => {
    expect(unmet(wantedRow())).toBeNull();
    expect(unmet(wantedRow(), { additionalChassis: false })).toBeNull();
  });

  test("and not without a plug type, nor as what is no VIF", () => {
    expect(unmet(bindingRow({ requested_chassis: CHASSIS }))).toBe("plug-type");
    expect(unmet(wantedRow({}, { type: "localport" }))).toBe("vif");
    expect(unmet(wantedRow({}, { parent_port: "parent" }))).toBe("vif");
  });

  test("as an additional chassis only where that is enabled", () => {
    expect(unmet(additional)).toBeNull();
    expect(unmet(additional, { additionalChassis: false })).toBe("requested");
  });

  test("and not elsewhere, nor while our Chassis row is absent, whatever the option says", () => {
    expect(unmet(wantedRow({}, { requested_chassis: OTHER_CHASSIS }))).toBe("requested");
    expect(unmet(wantedRow({ "requested-chassis": "hv2" }, { requested_chassis: OTHER_CHASSIS }))).toBe(
      "bindable",
    );
    expect(unmet(wantedRow({}, { requested_chassis: null }), {}, rowIsAbsent)).toBe("requested");
  });
});

/** For each condition, a port of which that one alone does not hold. */
const without: Readonly<Record<string, PortBindingRow>> = {
  bindable: wantedRow({ "requested-chassis": "hv2" }, { requested_chassis: OTHER_CHASSIS }),
  vif: wantedRow({}, { type: "localport" }),
  "plug-type": bindingRow({ requested_chassis: CHASSIS }),
  requested: wantedRow({}, { requested_chassis: null }),
};

describe.each(WANTED.map((condition) => [condition.id, condition] as const))(
  "condition %s",
  (id, condition) => {
    const binding = without[id];
    if (binding === undefined) throw new Error(`say of which port ${id} alone does not hold`);

    test("alone keeps a port from being wanted, and is what an interface in place stays or goes for", () => {
      expect(unmet(binding)).toBe(id);
      const { provider } = recordedProvider("dummy");
      const bench = PlugBench.started(registryOf(provider));
      bench.addInterface(pluggedRow());
      bench.set("portBinding", binding);
      bench.run();
      bench.acknowledge();
      bench.run();
      const facts = { binding, chassis: here, settings: on };
      const { goes, reason } = condition.consequence(facts);
      expect(bench.status("lsp1")).toMatchObject({ reason, state: goes === null ? "plugged" : "pending" });
      expect(condition.otherwise).toStartWith(goes === null ? "the interface stays" : "the interface goes");
    });

    test("is shown with its value, its row and what somebody can do about it", () => {
      const bench = PlugBench.started(registryOf());
      bench.set("portBinding", binding);
      bench.run();
      const explanation = explain(bench.engine, bench.graph, "lsp1");
      const found = explanation?.conditions.find((one) => one.id === id);
      expect(found).toMatchObject({ holds: false, source: `Port_Binding ${binding._uuid}` });
      expect(found?.remedy?.length).toBeGreaterThan(10);
      expect(explanation?.conditions.find(({ holds }) => holds === false)?.id).toBe(id);
      expect(explanation?.remedy).toBe(found?.remedy ?? "");
    });
  },
);

describe("what is said of a port that is not wanted here", () => {
  const conditions = new Map(WANTED.map((condition) => [condition.id, condition]));
  function said(
    id: string,
    binding: PortBindingRow,
    chassis: ChassisIdentity = here,
    additionalChassis = true,
  ) {
    const condition = conditions.get(id);
    if (condition === undefined) throw new Error(`there is no condition ${id}`);
    const facts = { binding, chassis, settings: { ...on, additionalChassis } };
    const { goes, reason } = condition.consequence(facts);
    return { value: condition.value(facts), remedy: condition.remedy(facts), goes, reason };
  }
  const requestHere = 'set the logical port\'s option requested-chassis to "hv1"';
  const onlyAdditional = {
    requested_chassis: OTHER_CHASSIS,
    requested_additional_chassis: new Set([CHASSIS]),
  };

  test("that is requested elsewhere: which chassis is named", () => {
    const named = "options:requested-chassis=hv2";
    const reason = "requested-chassis is hv2";
    const elsewhere = wantedRow({ "requested-chassis": "hv2" }, { requested_chassis: OTHER_CHASSIS });
    expect(said("bindable", elsewhere)).toEqual({
      ...{ value: named, remedy: requestHere },
      ...{ goes: "not-bindable", reason },
    });
    expect(said("bindable", bindingRow()).value).toBe("options:requested-chassis=(absent)");
  });

  test("that names this host by another name: it stays", () => {
    const binding = wantedRow({ "requested-chassis": "HOST1" }, { requested_chassis: null });
    expect(said("bindable", binding)).toMatchObject({
      goes: null,
      reason:
        "requested-chassis is HOST1: HOST1 has no Chassis row, and is this host (host1) by another name",
    });
  });

  test("that is no VIF: of which type it is, or whose child", () => {
    const remedy = "clear the type and the parent_name of the logical port";
    expect(said("vif", wantedRow({}, { type: "router" }))).toEqual({
      ...{ value: 'type "router", parent_port ""', remedy, goes: null },
      reason: 'its port binding has type "router", so it is no VIF to plug or unplug',
    });
    expect(said("vif", wantedRow({}, { parent_port: "p" }))).toEqual({
      ...{ value: 'type "", parent_port "p"', remedy, goes: null },
      reason: "its port binding is a child port, so it is no VIF to plug or unplug",
    });
  });

  test("that is not requested here: what is requested, and what would request it", () => {
    const reason = "requested_chassis is not this chassis, but it may still be bound here";
    const away = wantedRow({}, { requested_chassis: OTHER_CHASSIS });
    expect(said("requested", away)).toEqual({
      ...{ value: `requested_chassis ${OTHER_CHASSIS}`, remedy: requestHere },
      ...{ goes: null, reason },
    });
    const empty = wantedRow({}, { requested_chassis: null });
    expect(said("requested", empty, rowIsAbsent)).toEqual({
      value: "requested_chassis (empty)",
      remedy: 'start ovn-controller, which adds the Chassis row "hv1"',
      ...{ goes: null, reason },
    });
  });

  test("that asks for this chassis by a name: that ovn-northd has not followed it", () => {
    const empty = wantedRow({}, { requested_chassis: null });
    const reason = "ovn-northd has not set requested_chassis to this chassis";
    expect(said("requested", empty)).toMatchObject({ goes: null, reason });
  });

  test("that is requested here as an additional chassis, where that is off", () => {
    const value = `requested_chassis ${OTHER_CHASSIS}, requested_additional_chassis ${CHASSIS}`;
    expect(said("requested", wantedRow({}, onlyAdditional), here, false)).toEqual({
      value: `${value}, and plug.additional_chassis is off`,
      remedy: "set plug.additional_chassis to true in the configuration",
      goes: null,
      reason: "requested here as an additional chassis and plug.additional_chassis is off",
    });
    expect(said("requested", wantedRow({}, onlyAdditional)).value).toBe(value);
    const both = wantedRow({}, { ...onlyAdditional, requested_chassis: CHASSIS });
    const isOff = ", and plug.additional_chassis is off";
    expect(said("requested", both, here, false).value).not.toContain(isOff);
    const others = wantedRow({}, { requested_chassis: OTHER_CHASSIS });
    expect(said("requested", others, here, false).value).not.toContain(isOff);
  });
});

test("of a port whose binding is in view, its name and its row are told", () => {
  const binding = wantedRow();
  expect([inView.holds({ binding }), inView.value({ binding }), inView.source({ binding })]).toEqual([
    true,
    "lsp1",
    `Port_Binding ${binding._uuid}`,
  ]);
});

test("every condition has a statement, and says what follows where it does not hold", () => {
  for (const { id, statement, otherwise } of CONDITIONS) {
    expect([id, statement.length > 10, otherwise.length > 10]).toEqual([id, true, true]);
  }
});

test("every condition has a name of its own", () => {
  const ids = CONDITIONS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
