// The conditions under which a logical port is wanted here: one list, from which decisions and explanations follow.
import { describe, expect, test } from "bun:test";
import { CONDITIONS } from "../../../src/plug/conditions/list.ts";
import { firstUnmet, WANTED, type WantedSettings } from "../../../src/plug/conditions/wanted.ts";
import { explain } from "../../../src/plug/explain.ts";
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

test("every condition has a name of its own", () => {
  const ids = CONDITIONS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
