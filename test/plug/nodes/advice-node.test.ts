// Who is asked, in the graph: nobody while we may not write, nor about a port whose change is in flight.
import { describe, expect, test } from "bun:test";
import { adviceNode } from "../../../src/plug/nodes/advice-node.ts";
import type { PrepareInput } from "../../../src/providers/provider.ts";
import { benchWith, wanted } from "../../support/logical-ports.ts";
import { holder, PlugBench } from "../../support/plug-bench.ts";
import { plugAs, recordedProvider, registryOf } from "../../support/providers.ts";
import { BRIDGE, bindingRow, bridgeRow, chassisRow, map, openVSwitchRow } from "../../support/rows.ts";
import { cause } from "../support/by-hand.ts";

describe("a port whose change is in flight and that nobody wants any more", () => {
  function inFlight() {
    const bench = PlugBench.started(registryOf(recordedProvider("dummy").provider));
    bench.set("portBinding", wanted("lsp1", 0));
    bench.run();
    const { change } = bench.status("lsp1");
    const advice = bench.engine.data(bench.graph.advice).get("lsp1");
    if (change === null || advice === undefined) throw new Error("nothing is to be written");
    bench.attempt("lsp1", { phase: "in-flight", nonce: 0, change, advice });
    bench.set("portBinding", bindingRow({ ...wanted("lsp1", 0), options: new Map() }));
    bench.run();
    return { bench, advice, known: () => bench.engine.data(bench.graph.advice).get("lsp1") };
  }

  test("keeps the answers that the change stands on, also through a recompute", () => {
    const { bench, advice, known } = inFlight();
    expect(bench.engine.data(bench.graph.intent).has("lsp1")).toBe(false);
    expect(known() === advice).toBe(true);
    bench.engine.recompute("a test");
    bench.run();
    expect(known() === advice).toBe(true);
  });

  test("has none when the change has ended", () => {
    const { bench, known } = inFlight();
    bench.attempt("lsp1", { phase: "idle", nonce: 0 });
    bench.run();
    expect(known()).toBeUndefined();
    bench.engine.recompute("a test");
    bench.run();
    expect(known()).toBeUndefined();
  });
});

test("a port that is asked about again is the only one", () => {
  const { provider, calls } = recordedProvider("dummy");
  const bench = benchWith(provider, ["a", "b"]);
  calls.length = 0;
  bench.attempt("a", { phase: "idle", nonce: 1 });
  bench.run();
  expect(calls).toEqual(["prepare a create"]);
});

test("nobody is asked before the Open_vSwitch row is there, be the chassis named elsewhere", () => {
  const { provider, calls } = recordedProvider("dummy");
  const bench = new PlugBench(registryOf(provider), { chassis: "hv1" });
  bench.set("bridge", bridgeRow({ _uuid: BRIDGE, ports: new Set() }));
  bench.set("chassis", chassisRow());
  bench.setLocalSession(holder);
  bench.set("portBinding", wanted("lsp1", 0));
  bench.run();
  expect(bench.engine.data(bench.graph.activity).current).toBeNull();
  expect([bench.engine.data(bench.graph.intent).has("lsp1"), calls]).toEqual([true, []]);
});

test("a provider is shown the Open_vSwitch row and the bridge", () => {
  const seen: PrepareInput[] = [];
  const prepare = (input: PrepareInput) => {
    seen.push(input);
    return plugAs()(input);
  };
  const bench = PlugBench.started(registryOf(recordedProvider("dummy", { prepare }).provider));
  const openVSwitch = openVSwitchRow({ other_config: map({ "hw-offload": "true" }) });
  bench.set("openVSwitch", openVSwitch);
  bench.set("bridge", bridgeRow({ datapath_type: "netdev", ports: new Set() }));
  bench.set("portBinding", wanted("lsp1", 0));
  bench.run();
  expect(seen).toHaveLength(1);
  expect(seen[0]?.openVSwitch.other_config).toEqual(openVSwitch.other_config);
  expect(seen[0]?.bridge).toMatchObject({ name: "br-int", datapath_type: "netdev" });
});

test("whether this daemon may write bears on every port that something is intended with", () => {
  const { concerned } = adviceNode(registryOf());
  const { inputs } = concernedInputs();
  expect([...concerned.activity({ inputs, data: new Map(), cause })]).toEqual([
    ["a", cause],
    ["b", cause],
  ]);

  function concernedInputs() {
    const bench = benchWith(recordedProvider("dummy").provider, ["a", "b"]);
    const { engine, graph } = bench;
    return {
      inputs: {
        intent: { data: engine.data(graph.intent) },
        attempt: { data: engine.data(graph.inputs.attempt) },
        activity: { data: engine.data(graph.activity) },
        localChassis: { data: engine.data(graph.localChassis) },
        providerLookup: { data: engine.data(graph.providerLookup) },
      },
    };
  }
});
