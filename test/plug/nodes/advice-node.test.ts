// Who is asked, in the graph: nobody while we may not write, nor about a port whose change is in flight.
import { describe, expect, test } from "bun:test";
import { adviceNode } from "../../../src/plug/nodes/advice-node.ts";
import { benchWith, wanted } from "../../support/logical-ports.ts";
import { holder, PlugBench } from "../../support/plug-bench.ts";
import { recordedProvider, registryOf } from "../../support/providers.ts";
import { BRIDGE, bindingRow, bridgeRow } from "../../support/rows.ts";
import { askedToPlug } from "../support/by-hand.ts";

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
  bench.setLocalSession(holder);
  bench.set("portBinding", wanted("lsp1", 0));
  bench.run();
  expect(bench.engine.data(bench.graph.activity).current).toBeNull();
  expect(calls).toEqual([]);
});

test("an advice that says the same as before counts as the same", () => {
  const { same } = adviceNode(registryOf());
  expect(same(askedToPlug(), askedToPlug({ claim: "eth9" }))).toBe(false);
  const advice = askedToPlug();
  expect(same(advice, { ...advice })).toBe(true);
});
