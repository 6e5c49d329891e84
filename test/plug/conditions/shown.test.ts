// What `explain` shows of a port's conditions: for each whether it holds, by what value, and from which row.
import { expect, test } from "bun:test";
import { explain } from "../../../src/plug/explain.ts";
import { benchWith, wanted } from "../../support/logical-ports.ts";
import { holder, PlugBench } from "../../support/plug-bench.ts";
import { notReady, recordedProvider, registryOf } from "../../support/providers.ts";
import { BRIDGE, CHASSIS, map, OTHER_CHASSIS, pluggedRow, uuid, wantedRow } from "../../support/rows.ts";

/** `id: holds: value (source)`, for those of the conditions that are named. */
function shown({ engine, graph }: PlugBench, lport: string, ...ids: readonly string[]) {
  const all = explain(engine, graph, lport)?.conditions ?? [];
  return all
    .filter(({ id }) => ids.length === 0 || ids.includes(id))
    .map(({ id, holds, value, source }) => `${id}: ${holds}: ${value} (${source})`);
}

const dummy = () => recordedProvider("dummy").provider;

test("of a port that is plugged, every condition holds and names its row", () => {
  const bench = benchWith(dummy(), ["a"]);
  const iface = bench.interfaceNamed("a");
  const lines = shown(
    bench,
    "a",
    "ours",
    "provider-ready",
    "name-free",
    "may-write",
    "bridge",
    "chassis-row",
  );
  expect(lines).toEqual([
    `chassis-row: true: name hv1 (Chassis ${CHASSIS})`,
    `ours: true: a: ovn-plugged dummy, port a, ofport ${iface?.ofport ?? "(empty)"} (Interface ${iface?._uuid})`,
    'provider-ready: true: to create: interface a, type "internal" (provider dummy)',
    `name-free: true: a is its own (Interface ${iface?._uuid})`,
    "may-write: true: this daemon holds the lock (lock in Open_vSwitch)",
    `bridge: true: br-int (Bridge ${BRIDGE})`,
  ]);
  const conditions = explain(bench.engine, bench.graph, "a")?.conditions.map(({ id }) => id);
  for (const id of ["max-unplug", "no-leftovers", "provider-enabled", "mtu-request", "gone"]) {
    expect(conditions).not.toContain(id);
  }
});

test("what ovs-vswitchd says of the interface is shown with it", () => {
  const bench = benchWith(dummy(), ["a"]);
  const row = bench.interfaceNamed("a");
  if (row === undefined) throw new Error("a is not plugged");
  bench.set("iface", { ...row, ofport: -1, error: "no such device" });
  bench.run();
  expect(shown(bench, "a", "ours")).toEqual([
    `ours: true: a: ovn-plugged dummy, port a, ofport -1, error "no such device" (Interface ${row._uuid})`,
  ]);
});

test("a provider that is not ready is quoted, and the bridge and the lock that are missing are told of", () => {
  const bench = PlugBench.started(
    registryOf(recordedProvider("dummy", { prepare: notReady("no link") }).provider),
  );
  bench.set("portBinding", wantedRow());
  bench.run();
  expect(shown(bench, "lsp1", "provider-ready")).toEqual([
    "provider-ready: false: to create: no link (provider dummy)",
  ]);
  bench.delete("bridge", BRIDGE);
  bench.setLocalSession({ ...holder, lock: { kind: "none" } });
  bench.run();
  const [mayWrite, bridge] = shown(bench, "lsp1", "may-write", "bridge");
  expect(mayWrite).toStartWith("may-write: false: ");
  expect(mayWrite).not.toContain("this daemon holds the lock");
  expect(bridge).toBe("bridge: false: br-int (Bridge)");
});

test("a provider that is due to let an interface go says yes", () => {
  const bench = benchWith(dummy(), ["a"]);
  const options = map({ "requested-chassis": "hv2", "vif-plug-type": "dummy" });
  bench.set("portBinding", { ...wanted("a", 0), options, requested_chassis: OTHER_CHASSIS });
  bench.run();
  expect(shown(bench, "a", "provider-ready", "max-unplug", "knowledge")).toEqual([
    "provider-ready: true: to remove: yes (provider dummy)",
    expect.stringMatching(/^max-unplug: true: /),
    "knowledge: true: its answer for this chassis is complete (OVN_Southbound)",
  ]);
});

test("a plug type that nobody answers to is named, and which provider did not start", () => {
  const bench = PlugBench.started(registryOf());
  bench.set("portBinding", wantedRow());
  bench.run();
  expect(shown(bench, "lsp1", "provider-enabled")).toEqual([
    "provider-enabled: false: dummy (configuration)",
  ]);
});

test("a binding without a Chassis row of ours is told of without one", () => {
  const bench = PlugBench.started(registryOf(dummy()));
  bench.set("portBinding", wantedRow());
  bench.delete("chassis", CHASSIS);
  bench.run();
  expect(shown(bench, "lsp1", "chassis-row")).toEqual(["chassis-row: false: name hv1 (Chassis)"]);
});

test("a port whose binding is not in view is asked for by its name, once that may be certain", () => {
  const bench = PlugBench.started(registryOf(dummy()));
  bench.addInterface(pluggedRow("a", { _uuid: uuid(0x9000) }));
  bench.run();
  expect(shown(bench, "a", "in-view", "gone")).toEqual([
    expect.stringMatching(/^in-view: false: .*\(Port_Binding\)$/),
    "gone: null: asked for by its name: no answer yet (OVN_Southbound)",
  ]);
  bench.acknowledge();
  bench.run();
  expect(shown(bench, "a", "gone")).toEqual([
    "gone: true: asked for by its name: no such row (OVN_Southbound)",
  ]);
});
