// Which ports a change bears on, and when two statuses say the same.
import { describe, expect, test } from "bun:test";
import type { Uuid } from "ovsdb-jsonrpc";
import type { LportStatus } from "../../../src/plug/lport-status.ts";
import { plugNode } from "../../../src/plug/nodes/plug-node.ts";
import { classify } from "../../../src/plug/observed-interface.ts";
import { benchWith, wanted } from "../../support/logical-ports.ts";
import { PlugBench } from "../../support/plug-bench.ts";
import { plugAs, recordedProvider, registryOf } from "../../support/providers.ts";
import { bridgeRow, map, OTHER_CHASSIS, pluggedRow, portRow, uuid } from "../../support/rows.ts";
import { cause, changesOf } from "../support/by-hand.ts";
import { changeOf } from "../support/situation.ts";

const status: LportStatus = {
  ...{ lport: "lsp1", plugType: "dummy", state: "plugged", interface: "lsp1", reason: null },
  ...{ change: null, retry: false, tries: 0 },
};

describe("two statuses", () => {
  test("say the same where everything is alike", () => {
    expect(plugNode.same(status, { ...status })).toBe(true);
    const more = { ...status, setbacks: 1, unbound: { by: OTHER_CHASSIS } };
    expect(plugNode.same(more, { ...more, unbound: { by: OTHER_CHASSIS } })).toBe(true);
  });

  test.each<[string, Partial<LportStatus>]>([
    ["logical port", { lport: "lsp2" }],
    ["plug type", { plugType: "nic" }],
    ["state", { state: "error" }],
    ["interface", { interface: "eth0" }],
    ["reason", { reason: "no" }],
    ["retry", { retry: true }],
    ["setbacks", { setbacks: 1 }],
    ["number of tries", { tries: 1 }],
    ["chassis that has bound the port", { unbound: { by: null } }],
  ])("differ by their %s", (_, rest) => {
    const other = { ...status, ...rest };
    expect([plugNode.same(status, other), plugNode.same(other, status)]).toEqual([false, false]);
  });

  test("that lead to a write are two, as what they write stands on rows of their own", () => {
    const writes = { ...status, change: changeOf({}) };
    for (const [a, b] of [
      [writes, writes],
      [writes, status],
      [status, writes],
    ] as const)
      expect(plugNode.same(a, { ...b })).toBe(false);
  });
});

describe("what another chassis is called", () => {
  const unbound = (by: Uuid | null): LportStatus => ({ ...status, unbound: { by } });

  test("bears on the ports that it has bound, and on no other", () => {
    const data = new Map([
      ["there", unbound(OTHER_CHASSIS)],
      ["elsewhere", unbound(uuid(0xc3))],
      ["nowhere", unbound(null)],
      ["here", status],
    ]);
    const input = changesOf(OTHER_CHASSIS);
    expect([...plugNode.concerned.otherChassis({ data, input })]).toEqual([["there", cause]]);
  });

  test("is told in the port's reason, as soon as it is known", () => {
    const bench = benchWith(recordedProvider("dummy").provider, ["lsp1"]);
    bench.set("portBinding", { ...wanted("lsp1", 0), chassis: OTHER_CHASSIS });
    bench.run();
    expect(bench.status("lsp1").reason).toEndWith(`chassis row ${OTHER_CHASSIS} has it`);
    const chassis = { name: "hv2", hostname: "node2" };
    bench.engine.push(bench.graph.inputs.otherChassis, [{ uuid: OTHER_CHASSIS, chassis }]);
    bench.run();
    expect(bench.status("lsp1").reason).toEndWith("chassis hv2 (node2) has it");
  });
});

describe("a name", () => {
  /** `a` has eth0, which `b` and `c` want too; `other` wants eth1. */
  function contested() {
    const prepare = plugAs((lport) => (lport === "other" ? "eth1" : "eth0"));
    const bench = PlugBench.started(registryOf(recordedProvider("dummy", { prepare }).provider));
    bench.set("portBinding", wanted("a", 0));
    bench.run();
    bench.commit();
    for (const [at, lport] of ["b", "c", "other"].entries()) bench.set("portBinding", wanted(lport, 1 + at));
    bench.run();
    const { engine, graph } = bench;
    const advice = engine.data(graph.advice);
    const claims = [...advice].flatMap(([lport, one]) =>
      one.kind === "asked" && one.claim !== null ? [[lport, one.claim] as const] : [],
    );
    const inputs = {
      settings: { data: engine.data(graph.inputs.settings) },
      localChassis: { data: engine.data(graph.localChassis) },
      activity: { data: engine.data(graph.activity) },
      intent: { data: engine.data(graph.intent) },
      advice: { data: advice },
      claim: {
        data: {
          byLport: new Map(claims),
          byName: new Map([
            ["eth0", ["b", "c"]],
            ["eth1", ["other"]],
          ]),
        },
      },
      observed: { data: engine.data(graph.observed) },
      attempt: { data: engine.data(graph.inputs.attempt) },
      hold: { data: engine.data(graph.hold) },
      otherChassis: { data: engine.data(graph.inputs.otherChassis) },
    };
    return { inputs, claims };
  }
  const sorted = (concerned: ReadonlyMap<string, unknown>) => [...concerned.keys()].sort();

  test("that is claimed by others bears on all of them, and on whose interface has it", () => {
    const { inputs, claims } = contested();
    expect(claims).toEqual([
      ["b", "eth0"],
      ["c", "eth0"],
      ["other", "eth1"],
    ]);
    const { claim, observed, advice } = plugNode.concerned;
    expect(sorted(claim({ inputs, input: changesOf("eth0") }))).toEqual(["a", "b", "c"]);
    expect(sorted(claim({ inputs, input: changesOf("eth1") }))).toEqual(["other"]);
    expect(sorted(claim({ inputs, input: changesOf("eth9") }))).toEqual([]);
    const change = { changes: new Map([["eth0", { cause }]]) };
    expect(sorted(observed({ inputs, input: change }))).toEqual(["a", "b", "c"]);
    for (const lport of ["a", "b", "c"])
      expect(sorted(advice({ inputs, input: changesOf(lport) }))).toEqual(["a", "b", "c"]);
    expect(sorted(advice({ inputs, input: changesOf("other", "unknown") }))).toEqual(["other", "unknown"]);
  });

  test("that somebody's interface has bears on those who claim it, and on whose iface-id it carries", () => {
    const { inputs } = contested();
    const row = pluggedRow("x", { name: "eth0", external_ids: map({ "iface-id": "x" }) });
    const observed = { data: { byName: new Map([["eth0", classify(row, portRow(), bridgeRow())]]) } };
    const { claim } = plugNode.concerned;
    expect(sorted(claim({ inputs: { ...inputs, observed }, input: changesOf("eth0") }))).toEqual([
      "b",
      "c",
      "x",
    ]);
    const free = { data: { byName: new Map() } };
    const alone = claim({ inputs: { ...inputs, observed: free }, input: changesOf("eth0") });
    expect([...alone.keys()]).toStrictEqual(["b", "c"]);
  });

  test("bears on nobody else where nobody claims any", () => {
    const { inputs } = contested();
    const nothing = { data: { byLport: new Map(), byName: new Map() } };
    const input = changesOf("a");
    expect([...plugNode.concerned.advice({ inputs: { ...inputs, claim: nothing }, input })]).toEqual([
      ["a", cause],
    ]);
  });
});
