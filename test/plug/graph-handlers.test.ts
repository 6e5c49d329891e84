// What is handled as it comes: for which changes of which inputs no node looks at every port.
import { describe, expect, test } from "bun:test";
import { benchWith, wanted } from "../support/logical-ports.ts";
import { PlugBench, settings, standby } from "../support/plug-bench.ts";
import { plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import { bridgeRow, chassisRow, map, OTHER_CHASSIS, openVSwitchRow, sbGlobalRow } from "../support/rows.ts";

describe("a change is handled as it comes, without a look at the other ports, by", () => {
  /** The nodes that were recomputed, of these, and those that were called. */
  function calledBy(bench: PlugBench, change: () => void, ...nodes: readonly string[]) {
    bench.run();
    bench.statistics.clear();
    change();
    bench.run();
    return nodes.map((name) => {
      const { recompute, compute } = bench.counters(name);
      return [name, recompute, compute > 0];
    });
  }
  const plugged = () => benchWith(recordedProvider("dummy").provider, ["lsp1", "lsp2"]);

  test("what follows a port that is wanted: the claims, what is held, what is asked by name", () => {
    const bench = plugged();
    const come = () => bench.set("portBinding", wanted("new", 9));
    expect(calledBy(bench, come, "claim", "hold", "monitor_scope")).toEqual([
      ["claim", 0, true],
      ["hold", 0, true],
      ["monitor_scope", 0, true],
    ]);
    expect(calledBy(bench, () => bench.commit(), "hold", "monitor_scope")).toEqual([
      ["hold", 0, true],
      ["monitor_scope", 0, true],
    ]);
  });

  test("what follows a port that is withdrawn, or whose row leaves", () => {
    const bench = plugged();
    const withdraw = () => bench.set("portBinding", { ...wanted("lsp1", 0), options: map() });
    expect(calledBy(bench, withdraw, "hold")).toEqual([["hold", 0, true]]);
    const leave = () => bench.delete("portBinding", wanted("lsp2", 1)._uuid);
    expect(calledBy(bench, leave, "absence", "monitor_scope")).toEqual([
      ["absence", 0, true],
      ["monitor_scope", 0, true],
    ]);
  });

  test("what follows another answer of a provider, and another view of the Southbound", () => {
    let name = "lsp1";
    const bench = benchWith(recordedProvider("dummy", { prepare: plugAs(() => name) }).provider, ["lsp1"]);
    name = "eth9";
    const anew = () => bench.attempt("lsp1", { phase: "idle", nonce: 1 });
    expect(calledBy(bench, anew, "claim", "hold", "plug")).toEqual([
      ["claim", 0, true],
      ["hold", 0, true],
      ["plug", 0, true],
    ]);
    const known = bench.engine.data(bench.graph.inputs.southbound).current;
    const view = () => bench.setSouthbound({ ...known, view: 9 });
    expect(calledBy(bench, view, "hold")).toEqual([["hold", 0, true]]);
  });

  test("what follows a Southbound that is another than before, of which a port is held", () => {
    const bench = plugged();
    bench.set("portBinding", { ...wanted("lsp1", 0), options: map() });
    bench.run();
    const known = bench.engine.data(bench.graph.inputs.southbound).current;
    const meet = () => bench.setSouthbound({ ...known, stranger: { before: "c1", now: "c2" } });
    expect(calledBy(bench, meet, "hold", "plug")).toEqual([
      ["hold", 0, true],
      ["plug", 0, true],
    ]);
    expect(bench.status("lsp1").state).toBe("held");
  });

  test("what follows another bridge: whether we may write, and which lock is to be held", () => {
    const bench = plugged();
    const [bridge] = bench.tables.bridge.values();
    if (bridge === undefined) throw new Error("there is no bridge");
    const change = () => bench.set("bridge", { ...bridge, datapath_type: "netdev" });
    expect(calledBy(bench, change, "activity", "lock", "observed")).toEqual([
      ["activity", 0, true],
      ["lock", 0, true],
      ["observed", 0, true],
    ]);
  });
});

describe("a node is not recomputed for", () => {
  /** Of these nodes, those that were recomputed, or were not called at all. */
  function notHandled(change: (bench: PlugBench) => void, ...nodes: readonly string[]): readonly string[] {
    const bench = benchWith(recordedProvider("dummy").provider, ["lsp1", "lsp2"]);
    bench.run();
    bench.statistics.clear();
    change(bench);
    bench.run();
    return nodes.filter((name) => {
      const { recompute, compute } = bench.counters(name);
      return recompute > 0 || compute === 0;
    });
  }
  const row = wanted("lsp1", 0);

  test.each<[string, (bench: PlugBench) => void, readonly string[]]>([
    [
      "other settings",
      ({ engine, graph }) => engine.push(graph.inputs.settings, { ...settings, maxUnplugPercent: 99 }),
      ["local_chassis"],
    ],
    [
      "another Open_vSwitch row",
      (bench) => bench.set("openVSwitch", openVSwitchRow()),
      ["local_chassis", "advice"],
    ],
    ["another bridge row", (bench) => bench.set("bridge", bridgeRow()), ["local_chassis", "observed"]],
    [
      "another Chassis row",
      (bench) => bench.set("chassis", chassisRow()),
      ["local_chassis", "activity", "lock"],
    ],
    [
      "another SB_Global row",
      (bench) => bench.set("sbGlobal", sbGlobalRow({ options: map() })),
      ["local_chassis"],
    ],
    ["the lock that is lost", (bench) => bench.setLocalSession(standby), ["activity", "absence", "advice"]],
    [
      "another view of the Southbound",
      (bench) => {
        const known = bench.engine.data(bench.graph.inputs.southbound).current;
        bench.setSouthbound({ ...known, view: 9 });
      },
      ["absence", "intent", "hold"],
    ],
    [
      "a row that left",
      ({ engine, graph }) =>
        engine.push(graph.inputs.departure, [
          { lport: "lsp1", event: { kind: "left", serial: 1, row, view: 1 } },
        ]),
      ["absence", "intent"],
    ],
    [
      "a change of a port binding",
      (bench) => bench.set("portBinding", wanted("lsp1", 0, { "vif-plug-mtu-request": "1400" })),
      ["lport", "absence", "intent", "advice", "hold", "plug", "monitor_scope"],
    ],
    [
      "a port binding that leaves",
      (bench) => bench.delete("portBinding", wanted("lsp1", 0)._uuid),
      ["lport", "absence", "intent", "monitor_scope"],
    ],
    ["an attempt", (bench) => bench.attempt("lsp1", { phase: "idle", nonce: 1 }), ["advice", "plug"]],
    [
      "what is known of another chassis",
      ({ engine, graph }) => engine.push(graph.inputs.otherChassis, [{ uuid: OTHER_CHASSIS, chassis: null }]),
      ["plug"],
    ],
    [
      "an interface that was edited",
      (bench) => {
        const found = bench.interfaceNamed("lsp1");
        if (found !== undefined) bench.set("iface", { ...found, mtu_request: 9000 });
      },
      ["observed", "lport", "intent", "plug"],
    ],
  ])("%s", (_, change, nodes) => {
    expect(notHandled(change, ...nodes)).toEqual([]);
  });
});

test("before anything is known nothing is asked of the Southbound, nobody knows where it is, and no lock is to be held", () => {
  const { graph, engine } = new PlugBench(registryOf());
  expect(engine.data(graph.southboundTarget).current).toEqual({ kind: "unknown" });
  expect(engine.data(graph.lock).current).toBeNull();
  expect(engine.data(graph.monitorScope).current.portBindings()).toEqual([false]);
  expect(engine.data(graph.activity).current?.code).toBe("local-database");
  expect(engine.outputs.map(({ name }) => name)).toEqual([
    ...["plug", "absence", "monitor_scope", "lock", "southbound_target"],
  ]);
});
