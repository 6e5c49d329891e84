// The daemon's graph, driven without any database: who is asked, what is handled, and what is decided.
import { describe, expect, test } from "bun:test";
import { benchWith, wanted } from "../support/logical-ports.ts";
import { holder, PlugBench, standby } from "../support/plug-bench.ts";
import { type Calls, notReady, plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import {
  BRIDGE,
  bindingRow,
  bridgeRow,
  chassisRow,
  map,
  OTHER_CHASSIS,
  openVSwitchRow,
  pluggedRow,
  sbGlobalRow,
  uuid,
} from "../support/rows.ts";

const DERIVED = ["local_chassis", "lport", "observed", "intent", "advice", "claim", "plug", "monitor_scope"];

function lports(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `lsp${String(index).padStart(4, "0")}`);
}

describe("with 1,000 ports plugged", () => {
  const names = lports(1000);
  const plugged = () => {
    const { provider, calls } = recordedProvider("dummy");
    return { calls, bench: benchWith(provider, names) };
  };
  /** What the handlers have made is what a recompute makes. */
  const expectRight = (bench: PlugBench) =>
    expect(bench.verify()).toEqual({ differences: [], skipped: [], errors: [] });

  test("each was asked about once, and the echo of the commits asked nobody", () => {
    const { bench, calls } = plugged();
    expect(new Set(calls)).toEqual(new Set(names.map((lport) => `prepare ${lport} create`)));
    expect(calls.length).toBe(1000);
    expect(new Set(Object.values(bench.states()))).toEqual(new Set(["plugged"]));
  });

  test("a change of one port's MTU asks its provider once, and is handled by handlers alone", () => {
    const { bench, calls } = plugged();
    calls.length = 0;
    bench.statistics.clear();
    bench.set("portBinding", wanted("lsp0500", 500, { "vif-plug-mtu-request": "1400" }));
    const result = bench.run();
    expect(calls).toEqual(["prepare lsp0500 create"]);
    for (const node of DERIVED) expect([node, bench.counters(node).recompute]).toEqual([node, 0]);
    expect(bench.counters("port_binding")).toEqual({ recompute: 0, compute: 1, updated: 1 });
    for (const node of ["lport", "intent", "advice", "plug"]) {
      expect([node, bench.counters(node)]).toEqual([node, { recompute: 0, compute: 1, updated: 1 }]);
    }
    expect([...(result.changes(bench.graph.plug)?.keys() ?? [])]).toEqual(["lsp0500"]);
    expect(bench.status("lsp0500").change).toMatchObject({ kind: "update", edit: { mtuRequest: 1400 } });
    expectRight(bench);
  });

  test("the echo of that commit asks nobody, and is handled by handlers alone", () => {
    const { bench, calls } = plugged();
    bench.set("portBinding", wanted("lsp0500", 500, { "vif-plug-mtu-request": "1400" }));
    bench.run();
    calls.length = 0;
    bench.statistics.clear();
    const result = bench.commit();
    expect(calls).toEqual([]);
    for (const node of DERIVED) expect([node, bench.counters(node).recompute]).toEqual([node, 0]);
    expect([...(result.changes(bench.graph.plug)?.keys() ?? [])]).toEqual(["lsp0500"]);
    expect(bench.status("lsp0500")).toMatchObject({ state: "plugged", change: null });
    expect(bench.interfaceNamed("lsp0500")?.mtu_request).toBe(1400);
    expectRight(bench);
  });

  test("a recompute asks about each anew, and what is decided as before stays the very object that it was", () => {
    const { bench, calls } = plugged();
    calls.length = 0;
    const before = new Map(bench.statuses);
    bench.engine.recompute("a test");
    bench.run();
    expect(calls.length).toBe(1000);
    for (const [lport, status] of bench.statuses) expect(before.get(lport)).toBe(status);
  });

  test("a port binding that comes and goes between two runs changes nothing", () => {
    const { bench } = plugged();
    bench.set("portBinding", wanted("brief", 1001));
    bench.delete("portBinding", wanted("brief", 1001)._uuid);
    const result = bench.run();
    for (const node of [bench.graph.lport, bench.graph.intent, bench.graph.plug]) {
      expect([node.name, result.isUpdated(node)]).toEqual([node.name, false]);
    }
  });

  test("a new port, and one that goes, are handled by handlers alone", () => {
    const { bench, calls } = plugged();
    calls.length = 0;
    bench.statistics.clear();
    bench.set("portBinding", wanted("new", 1000));
    const elsewhere = { "requested-chassis": "hv2", "vif-plug-type": "dummy" };
    const moved = bindingRow({
      ...wanted("lsp0001", 1),
      options: map(elsewhere),
      requested_chassis: OTHER_CHASSIS,
    });
    bench.set("portBinding", moved);
    bench.run();
    bench.commit();
    expect(calls.toSorted()).toEqual(["prepare lsp0001 remove", "prepare new create"]);
    for (const node of DERIVED) expect([node, bench.counters(node).recompute]).toEqual([node, 0]);
    expect(bench.status("new").state).toBe("plugged");
    expect(bench.statuses.has("lsp0001")).toBe(false);
    expectRight(bench);
  });
});

describe("a provider whose lookup tables changed", () => {
  test("is asked about its ports again, and no other provider is", () => {
    const calls: Calls = [];
    let changed = false;
    const nic = recordedProvider("nic", { run: () => changed }, calls).provider;
    const bench = benchWith(recordedProvider("dummy", {}, calls).provider, ["lsp1", "lsp2"], nic);
    for (const [index, lport] of ["vf1", "vf2"].entries()) {
      bench.set("portBinding", wanted(lport, 10 + index, { "vif-plug-type": "nic" }));
    }
    bench.run();
    bench.commit();
    calls.length = 0;
    bench.run();
    expect(calls).toEqual([]);
    changed = true;
    bench.run();
    expect(calls).toEqual(["prepare vf1 create", "prepare vf2 create"]);
  });

  test("ends the waiting of its ports without any clock", () => {
    let link = false;
    const { provider } = recordedProvider("dummy", {
      run: () => link,
      prepare: (input) => (link ? plugAs()(input) : notReady("no link")()),
    });
    const bench = benchWith(provider, ["lsp1"]);
    expect(bench.status("lsp1")).toMatchObject({ state: "waiting", reason: "no link", retry: true });
    link = true;
    bench.run();
    expect(bench.status("lsp1").change?.kind).toBe("create");
  });

  test("that is registered or unregistered decides its ports anew (P7)", () => {
    const registry = registryOf();
    const bench = PlugBench.started(registry);
    bench.set("portBinding", wanted("lsp1", 1));
    bench.run();
    expect(bench.status("lsp1").state).toBe("no-provider");
    registry.register(recordedProvider("dummy").provider);
    bench.run();
    expect(bench.status("lsp1").change?.kind).toBe("create");
    registry.unregister("dummy");
    bench.run();
    expect(bench.status("lsp1").state).toBe("no-provider");
  });

  test("that failed to start is named by its ports, until it starts or is no longer enabled", () => {
    const registry = registryOf();
    const failing = (why: string) => {
      const init = () => {
        throw new Error(why);
      };
      registry.register(recordedProvider("sriov", { init }).provider, ["dummy"]);
    };
    const bench = PlugBench.started(registry);
    bench.set("portBinding", wanted("lsp1", 1));
    const reason = () => {
      bench.run();
      return bench.status("lsp1").state === "no-provider" ? bench.status("lsp1").reason : null;
    };
    const nobody = 'no enabled provider answers to plug type "dummy"; add one under providers';
    const refused = 'provider sriov, which answers to plug type "dummy", failed to start: ';
    expect(reason()).toBe(nobody);
    failing("no such bus");
    expect(reason()).toBe(`${refused}no such bus`);
    registry.unregister("sriov");
    expect(reason()).toBe(nobody);
    failing("no such bus");
    expect(reason()).toBe(`${refused}no such bus`);
    failing("no permission");
    expect(reason()).toBe(`${refused}no permission`);
    registry.register(recordedProvider("sriov").provider, ["dummy"]);
    bench.run();
    expect(bench.status("lsp1").change?.kind).toBe("create");
  });

  test("that failed to start is named by a port that would leave it", () => {
    const renaming = recordedProvider("dummy", { prepare: plugAs((lport) => `new-${lport}`) }).provider;
    const registry = registryOf(renaming);
    const init = () => {
      throw new Error("no such bus");
    };
    registry.register(recordedProvider("old", { init }).provider);
    const bench = PlugBench.started(registry);
    const external_ids = map({ "iface-id": "lsp1", "ovn-plugged": "old" });
    bench.addInterface(pluggedRow("lsp1", { _uuid: uuid(0x9000), external_ids }));
    bench.set("portBinding", wanted("lsp1", 1));
    bench.run();
    expect(bench.status("lsp1").reason).toContain("failed to start: no such bus");
    registry.unregister("old");
    bench.run();
    expect(bench.status("lsp1").reason).toContain("no enabled provider");
  });

  test("that is registered decides the ports anew that leave it", () => {
    const renaming = recordedProvider("dummy", { prepare: plugAs((lport) => `new-${lport}`) }).provider;
    const registry = registryOf(renaming);
    const bench = PlugBench.started(registry);
    const external_ids = map({ "iface-id": "lsp1", "ovn-plugged": "old" });
    bench.addInterface(pluggedRow("lsp1", { _uuid: uuid(0x9000), external_ids }));
    bench.set("portBinding", wanted("lsp1", 1));
    bench.run();
    expect(bench.status("lsp1").state).toBe("no-provider");
    registry.register(recordedProvider("old").provider);
    bench.run();
    expect(bench.status("lsp1").change?.kind).toBe("replug");
  });
});

test("without the integration bridge, what is missing is said, and nobody is asked", () => {
  const { provider, calls } = recordedProvider("dummy");
  const bench = PlugBench.started(registryOf(provider));
  bench.delete("bridge", BRIDGE);
  bench.set("portBinding", wanted("lsp1", 1));
  bench.run();
  expect(calls).toEqual([]);
  expect(bench.status("lsp1")).toMatchObject({ state: "pending", change: null });
  expect(bench.status("lsp1").reason).toBe(
    "there is no integration bridge br-int: add it (ovs-vsctl add-br br-int), or name an existing bridge (external_ids:ovn-bridge)",
  );
});

describe("while we are not active", () => {
  test("nobody is asked, and nothing is to be written", () => {
    const { provider, calls } = recordedProvider("dummy");
    const bench = PlugBench.started(registryOf(provider));
    bench.setLocalSession(standby);
    bench.set("portBinding", wanted("lsp1", 1));
    bench.run();
    expect(calls).toEqual([]);
    expect(bench.status("lsp1")).toMatchObject({
      state: "pending",
      reason: "another vifplugd holds the lock vifplugd_hv1",
      change: null,
    });
    bench.setLocalSession(holder);
    bench.run();
    expect(calls).toEqual(["prepare lsp1 create"]);
  });

  test("nor in the run that finds the chassis renamed, whose lock is another one", () => {
    const { provider, calls } = recordedProvider("dummy");
    const bench = PlugBench.started(registryOf(provider));
    bench.set("chassis", chassisRow({ _uuid: OTHER_CHASSIS, name: "hv2" }));
    bench.set("openVSwitch", openVSwitchRow({ external_ids: map({ "system-id": "hv2" }) }));
    bench.set("portBinding", { ...wanted("lsp1", 1), requested_chassis: OTHER_CHASSIS });
    bench.run();
    expect(calls).toEqual([]);
    expect(bench.status("lsp1")).toMatchObject({ state: "pending", change: null });
    expect(bench.status("lsp1").reason).toContain("the chassis is hv2 now");
    bench.setLocalSession({ ...holder, lock: { kind: "asked", name: "vifplugd_hv2", held: true } });
    bench.run();
    expect(calls).toEqual(["prepare lsp1 create"]);
  });

  test("what was decided before is withdrawn", () => {
    const { provider, calls } = recordedProvider("dummy");
    const bench = benchWith(provider, ["lsp1"]);
    bench.set("portBinding", wanted("lsp1", 0, { "vif-plug-mtu-request": "1400" }));
    bench.setLocalSession(standby);
    calls.length = 0;
    bench.run();
    expect(calls).toEqual([]);
    expect(bench.status("lsp1")).toMatchObject({ state: "plugged", change: null });
  });
});

describe("a port whose change is in flight", () => {
  test("is not decided again, and its provider is not asked, whatever happens meanwhile (T2)", () => {
    const { provider, calls } = recordedProvider("dummy");
    const bench = PlugBench.started(registryOf(provider));
    bench.set("portBinding", wanted("lsp1", 1));
    bench.run();
    const { change } = bench.status("lsp1");
    const advice = bench.engine.data(bench.graph.advice).get("lsp1");
    if (change === null || advice === undefined) throw new Error("nothing is to be written");
    bench.attempt("lsp1", { phase: "in-flight", nonce: 0, change, advice });
    bench.set("portBinding", wanted("lsp1", 1, { "vif-plug-mtu-request": "1400" }));
    bench.run();
    expect(calls.length).toBe(1);
    expect(bench.status("lsp1")).toMatchObject({ state: "pending", change: null });
    bench.attempt("lsp1", { phase: "idle", nonce: 0 });
    bench.run();
    expect(calls.length).toBe(2);
    expect(bench.status("lsp1").change).toMatchObject({ kind: "create", desired: { mtuRequest: 1400 } });
  });
});

describe("unplugging waits for knowledge (U3)", () => {
  function stale(): PlugBench {
    const bench = new PlugBench(registryOf(recordedProvider("dummy").provider));
    bench.set("openVSwitch", openVSwitchRow());
    bench.set("bridge", bridgeRow({ ports: new Set() }));
    bench.addInterface(pluggedRow("gone", { _uuid: uuid(0x9000) }));
    bench.setLocalSession(holder);
    bench.run();
    return bench;
  }

  test("of the Southbound, of our Chassis row, of the condition with the port's name, and of ovn-northd", () => {
    const bench = stale();
    const stays = () => {
      bench.run();
      expect(bench.status("gone")).toMatchObject({ state: "plugged", change: null });
    };
    stays();
    bench.acknowledge();
    stays();
    bench.set("chassis", chassisRow());
    stays();
    bench.acknowledge();
    stays();
    bench.set("sbGlobal", sbGlobalRow());
    bench.run();
    expect(bench.status("gone").change?.kind).toBe("remove");
    bench.setSouthbound({ synced: false, acknowledged: null });
    stays();
  });

  test("of a Southbound that is lost, although its last answer is remembered", () => {
    const bench = benchWith(recordedProvider("dummy").provider, ["lsp1"]);
    const { current } = bench.engine.data(bench.graph.monitorScope);
    bench.setSouthbound({ synced: false, acknowledged: current });
    const elsewhere = map({ "requested-chassis": "hv2", "vif-plug-type": "dummy" });
    bench.set("portBinding", { ...wanted("lsp1", 0), options: elsewhere, requested_chassis: OTHER_CHASSIS });
    bench.run();
    expect(bench.status("lsp1")).toMatchObject({ state: "plugged", change: null });
    bench.acknowledge();
    bench.run();
    expect(bench.status("lsp1").change?.kind).toBe("remove");
  });

  test("asks for the port by name, and stops asking when it is gone", () => {
    const bench = stale();
    const asked = () => [...bench.engine.data(bench.graph.monitorScope).current.lports];
    bench.set("chassis", chassisRow());
    bench.set("sbGlobal", sbGlobalRow());
    bench.run();
    // Not before everything is here that is for the chassis itself.
    expect(asked()).toEqual([]);
    bench.acknowledge();
    bench.run();
    expect(asked()).toEqual(["gone"]);
    bench.commit();
    expect(asked()).toEqual([]);
    expect(bench.statuses.size).toBe(0);
  });

  test("does not ask by name for a port that is in view anyway", () => {
    const bench = benchWith(recordedProvider("dummy").provider, ["lsp1"]);
    expect(bench.engine.data(bench.graph.monitorScope).current.lports.size).toBe(0);
    bench.delete("portBinding", uuid(0x100000));
    bench.run();
    expect([...bench.engine.data(bench.graph.monitorScope).current.lports]).toEqual(["lsp1"]);
    expect(bench.status("lsp1").change).toBeNull();
    bench.acknowledge();
    bench.run();
    expect(bench.status("lsp1").change?.kind).toBe("remove");
  });
});
