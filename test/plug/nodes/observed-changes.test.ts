// Which port holds an interface is followed from change to change; whatever the order, it is what a recompute finds.
import { expect, test } from "bun:test";
import type { InterfaceRow, PortRow } from "../../../src/plug/rows.ts";
import { PlugBench } from "../../support/plug-bench.ts";
import { recordedProvider, registryOf } from "../../support/providers.ts";
import { BRIDGE, bridgeRow, map, openVSwitchRow, pluggedRow, portRow, uuid } from "../../support/rows.ts";

const [first, second] = [uuid(0x5001), uuid(0x5002)];

function plugged(lport: string, index: number): InterfaceRow {
  return pluggedRow(lport, { _uuid: uuid(0x4000 + index), name: lport });
}

function port(row: typeof first, name: string, ...interfaces: readonly InterfaceRow[]): PortRow {
  return portRow({ _uuid: row, name, interfaces: new Set(interfaces.map(({ _uuid }) => _uuid)) });
}

/** An integration bridge with the ports `first` and `second`; `a` is in the first one. */
function benchWith(...others: readonly InterfaceRow[]) {
  const bench = PlugBench.started(registryOf(recordedProvider("dummy").provider));
  const a = plugged("a", 1);
  bench.set("bridge", bridgeRow({ ports: new Set([first, second]) }));
  bench.set("port", port(first, "a", a));
  bench.set("port", port(second, "b", ...others));
  for (const row of [a, ...others]) bench.set("iface", row);
  run(bench);
  return { bench, a };
}

function run(bench: PlugBench): void {
  bench.run();
  expect(bench.verify().differences).toEqual([]);
}

const interfaces = (bench: PlugBench) => bench.engine.data(bench.graph.observed).byName;

test("an interface that goes from one port to another is held by that one", () => {
  const b = plugged("b", 2);
  const { bench, a } = benchWith(b);
  bench.set("port", port(first, "a"));
  bench.set("port", port(second, "b", a, b));
  run(bench);
  expect(interfaces(bench).get("a")).toMatchObject({ port: { name: "b" }, isOwned: false });
});

test("an interface that its port lets go is on no bridge, also when it is renamed at once", () => {
  const { bench, a } = benchWith();
  bench.set("port", port(first, "a"));
  bench.set("iface", { ...a, name: "eth0" });
  run(bench);
  expect(interfaces(bench).get("eth0")).toMatchObject({ port: null, onBridge: false });
  expect(interfaces(bench).has("a")).toBe(false);
});

test("an interface that its port lets go, and that is not collected yet, is on no bridge until it is gone", () => {
  const { bench, a } = benchWith();
  bench.set("port", port(first, "a"));
  bench.run();
  expect(interfaces(bench).get("a")).toMatchObject({ port: null, onBridge: false, isOwned: false });
  bench.delete("iface", a._uuid);
  run(bench);
  expect(interfaces(bench).has("a")).toBe(false);
});

test("a bridge that is another one leads to a recompute, and one that is as it was to nothing", () => {
  const { bench } = benchWith();
  bench.set("bridge", bridgeRow({ _uuid: uuid(0xb2), name: "br-other", ports: new Set([first]) }));
  bench.set("bridge", bridgeRow({ ports: new Set([second]) }));
  run(bench);
  expect(interfaces(bench).get("a")).toMatchObject({ onBridge: false, isOwned: false });
  const ids = map({ "system-id": "hv1", "ovn-bridge": "br-other" });
  bench.set("openVSwitch", openVSwitchRow({ external_ids: ids }));
  run(bench);
  expect(interfaces(bench).get("a")).toMatchObject({ onBridge: true, isOwned: true });
  bench.delete("bridge", uuid(0xb2));
  run(bench);
  expect(interfaces(bench).get("a")).toMatchObject({ onBridge: false, isOwned: false });
});

test("interfaces that take each other's name keep their ports", () => {
  const b = plugged("b", 2);
  const { bench, a } = benchWith(b);
  bench.set("iface", { ...a, name: "b" });
  bench.set("iface", { ...b, name: "a" });
  run(bench);
  expect(interfaces(bench).get("b")).toMatchObject({ port: { name: "a" }, lport: "a" });
  expect(interfaces(bench).get("a")).toMatchObject({ port: { name: "b" }, lport: "b" });
});

test("an interface that comes after its port leads to a recompute, which says why", () => {
  const { bench } = benchWith();
  const b = plugged("b", 2);
  bench.set("port", port(second, "b", b));
  run(bench);
  bench.set("iface", b);
  run(bench);
  expect(interfaces(bench).get("b")).toMatchObject({ isOwned: true });
  const reasons = bench.statistics.history.map(({ reason }) => `${reason.node}: ${reason.text}`);
  expect(reasons).toContain("observed: interface b came without its port");
});

test("a port of another bridge holds its interfaces, which are not ours", () => {
  const { bench } = benchWith();
  bench.set("bridge", bridgeRow({ _uuid: BRIDGE, ports: new Set([second]) }));
  run(bench);
  expect(interfaces(bench).get("a")).toMatchObject({ port: { name: "a" }, onBridge: false, isOwned: false });
});

test("an interface that several ports hold is not ours, whichever came last, until one alone holds it", () => {
  for (const names of [
    ["a", "dup"],
    ["dup", "a"],
  ]) {
    const { bench, a } = benchWith();
    const [one, other] = names.map((name, index) => port(uuid(0x5010 + index), name, a));
    if (one === undefined || other === undefined) throw new Error("two ports");
    bench.delete("port", first);
    bench.set("bridge", bridgeRow({ ports: new Set([second, one._uuid, other._uuid]) }));
    bench.set("port", one);
    run(bench);
    expect(interfaces(bench).get("a")).toMatchObject({ isOwned: true });
    bench.set("port", other);
    run(bench);
    expect(interfaces(bench).get("a")).toMatchObject({ port: { name: "a" }, isOwned: false, lport: "a" });
    bench.set("iface", { ...a, ofport: 9 });
    run(bench);
    expect(interfaces(bench).get("a")).toMatchObject({ isOwned: false });
    bench.delete("port", other._uuid);
    run(bench);
    expect(interfaces(bench).get("a")).toMatchObject({ port: { name: one.name }, isOwned: true });
  }
});

test("an interface that a port of another bridge holds as well is the integration bridge's, and not ours", () => {
  const { bench, a } = benchWith();
  bench.set("port", port(uuid(0x5010), "aaa", a));
  run(bench);
  expect(interfaces(bench).get("a")).toMatchObject({ port: { name: "a" }, onBridge: true, isOwned: false });
});
