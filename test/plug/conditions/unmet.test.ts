// What `explain` says of a condition that does not hold: how things are, from which row, and what somebody can do.
import { describe, expect, test } from "bun:test";
import type { DepartureEvent } from "../../../src/plug/absence.ts";
import { explain } from "../../../src/plug/explain.ts";
import { MonitorScope } from "../../../src/plug/monitor-scope.ts";
import { benchWith, wanted } from "../../support/logical-ports.ts";
import { holder, PlugBench, standby } from "../../support/plug-bench.ts";
import { type Behaviour, notReady, recordedProvider, registryOf } from "../../support/providers.ts";
import {
  BRIDGE,
  CHASSIS,
  chassisRow,
  interfaceRow,
  map,
  OTHER_CHASSIS,
  openVSwitchRow,
  pluggedRow,
  sbGlobalRow,
  uuid,
  wantedRow,
} from "../../support/rows.ts";

function finding({ engine, graph }: PlugBench, lport: string, id: string) {
  const found = explain(engine, graph, lport)?.conditions.find((one) => one.id === id);
  if (found === undefined) throw new Error(`nothing is said of ${id}`);
  const { holds, value, source, remedy } = found;
  return { holds, value, source, remedy };
}

const dummy = () => recordedProvider("dummy").provider;

/** The chassis has one port binding, `lsp1`'s. */
function withBinding(bench: PlugBench, ...binding: Parameters<typeof wantedRow>): PlugBench {
  bench.set("portBinding", wantedRow(...binding));
  bench.run();
  return bench;
}
const started = (prepare?: Behaviour["prepare"]) =>
  PlugBench.started(registryOf(recordedProvider("dummy", prepare === undefined ? {} : { prepare }).provider));

describe("of a port that is plugged and whose port binding is not in view", () => {
  const row = wantedRow();
  const reply = { at: 0, isFresh: false };
  const at = "1970-01-01T00:00:00.000Z";

  /** Its row left the view that there is, and then this. */
  function after(...events: readonly DepartureEvent[]): PlugBench {
    const bench = started();
    bench.addInterface(pluggedRow());
    const acknowledged = MonitorScope.of({ name: "hv1", record: chassisRow() }, new Set());
    bench.setSouthbound({ synced: true, acknowledged, view: 1 });
    const left: DepartureEvent = { kind: "left", serial: 1, row, view: 1 };
    const batch = [left, ...events].map((event) => ({ lport: "lsp1", event }));
    bench.engine.push(bench.graph.inputs.departure, batch);
    bench.run();
    return bench;
  }

  test("that it is not there", () => {
    expect(finding(after(), "lsp1", "in-view")).toEqual({
      holds: false,
      value: "no row among those monitored",
      source: "Port_Binding",
      remedy: "create the logical port, or request this chassis for it (requested-chassis)",
    });
  });

  test("that the Southbound has the row, so that the port is not gone", () => {
    expect(
      finding(after({ kind: "replied", reply: { kind: "row", row, ...reply } }), "lsp1", "gone"),
    ).toEqual({
      holds: false,
      value: `the Southbound answered at ${at}: the row is there`,
      source: "OVN_Southbound",
      remedy: "delete the logical port, if no chassis is to have it",
    });
  });

  test("and whether it is gone is told, or that nobody knows", () => {
    const gone = after({ kind: "replied", reply: { kind: "none", ...reply } });
    expect(finding(gone, "lsp1", "gone")).toMatchObject({
      holds: true,
      value: `the Southbound answered at ${at}: no such row`,
      remedy: null,
    });
    expect(finding(after(), "lsp1", "gone")).toMatchObject({
      holds: null,
      value: `asked for row ${row._uuid}: no answer yet`,
    });
    const waiting = after();
    waiting.setLocalSession(standby);
    waiting.run();
    expect(finding(waiting, "lsp1", "gone")).toMatchObject({
      holds: null,
      value: "to be asked for when this daemon may write",
    });
  });

  test("and an answer to its name is none while the Southbound is away", () => {
    const bench = after();
    const acknowledged = MonitorScope.of({ name: "hv1", record: chassisRow() }, new Set(["lsp1"]));
    bench.setSouthbound({ synced: false, acknowledged });
    bench.run();
    expect(finding(bench, "lsp1", "gone")).toMatchObject({ holds: null });
  });
});

describe("of the chassis", () => {
  test("that it has no row, or no name", () => {
    const bench = withBinding(started());
    bench.delete("chassis", CHASSIS);
    bench.run();
    expect(finding(bench, "lsp1", "chassis-row")).toEqual({
      holds: false,
      value: "name hv1",
      source: "Chassis",
      remedy: 'start ovn-controller, which adds the Chassis row "hv1"',
    });
    bench.set("openVSwitch", openVSwitchRow({ external_ids: map() }));
    bench.setLocalSession({ ...holder, lock: { kind: "none" } });
    bench.addInterface(pluggedRow());
    bench.run();
    expect(finding(bench, "lsp1", "chassis-row")).toEqual({
      holds: false,
      value: "no chassis name is known",
      source: "Chassis",
      remedy: "set external_ids:system-id in Open_vSwitch",
    });
  });

  test("that it has no integration bridge", () => {
    const bench = withBinding(started());
    bench.delete("bridge", BRIDGE);
    bench.run();
    expect(finding(bench, "lsp1", "bridge")).toEqual({
      holds: false,
      value: "br-int",
      source: "Bridge",
      remedy: "add bridge br-int, or name an existing bridge (external_ids:ovn-bridge)",
    });
  });

  test("that this daemon may not write", () => {
    const bench = withBinding(started());
    bench.setLocalSession(standby);
    bench.run();
    expect(finding(bench, "lsp1", "may-write")).toEqual({
      holds: false,
      value: "another vifplugd holds the lock vifplugd_hv1",
      source: "lock in Open_vSwitch",
      remedy: "make sure that ovsdb-server runs, and that no other vifplugd holds the lock of this chassis",
    });
  });

  test("that too little is known of the Southbound to unplug (U3)", () => {
    const bench = withBinding(started());
    bench.set("sbGlobal", sbGlobalRow({ options: map() }));
    bench.run();
    expect(finding(bench, "lsp1", "knowledge")).toEqual({
      holds: false,
      value: "ovn-northd has not filled the Southbound yet",
      source: "OVN_Southbound",
      remedy: "make sure that the Southbound is reachable, and that ovn-northd and ovn-controller run",
    });
  });
});

describe("of what is in place", () => {
  test("that the MTU request is none", () => {
    const bench = withBinding(started(), { "plug-mtu-request": "jumbo" });
    expect(finding(bench, "lsp1", "mtu-request")).toEqual({
      holds: false,
      value: "options:plug-mtu-request=jumbo, so no MTU is requested",
      source: `Port_Binding ${wantedRow()._uuid}`,
      remedy: "set the logical port's option plug-mtu-request to a number of bytes, or remove it",
    });
  });

  test("that an interface with its iface-id is somebody else's", () => {
    const bench = started();
    const row = interfaceRow({ name: "tap0", external_ids: map({ "iface-id": "lsp1" }), ofport: null });
    bench.addInterface(row);
    withBinding(bench);
    expect(finding(bench, "lsp1", "ours")).toEqual({
      holds: false,
      value: "tap0: ovn-plugged (absent), port tap0, ofport (empty)",
      source: `Interface ${row._uuid}`,
      remedy: "remove interface tap0, or its external_ids:iface-id",
    });
  });

  test("that others are left over of it", () => {
    const bench = benchWith(dummy(), ["lsp1"]);
    const external_ids = map({ "iface-id": "lsp1", "ovn-plugged": "dummy" });
    for (const [name, at] of [
      ["tap1", 0x9001],
      ["tap2", 0x9002],
    ] as const)
      bench.addInterface(pluggedRow("lsp1", { _uuid: uuid(at), name, external_ids }));
    bench.run();
    expect(finding(bench, "lsp1", "no-leftovers")).toEqual({
      holds: false,
      value: "tap1, tap2: left over, as lsp1 is there",
      source: `Interface ${uuid(0x9001)}, Interface ${uuid(0x9002)}`,
      remedy: "remove each interface of tap1, tap2 that nobody uses (ovs-vsctl del-port)",
    });
  });

  test("that another iface-id-ver is asked for", () => {
    const bench = benchWith(dummy(), ["lsp1"]);
    bench.setLocalSession(standby);
    bench.set("portBinding", wanted("lsp1", 0, { "iface-id-ver": "v2" }));
    bench.run();
    expect(finding(bench, "lsp1", "iface-id-ver")).toEqual({
      holds: false,
      value: "lsp1: (absent); options:iface-id-ver=v2",
      source: `Interface ${bench.interfaceNamed("lsp1")?._uuid}`,
      remedy: "ovs-vsctl set Interface lsp1 'external_ids:iface-id-ver=v2'",
    });
  });

  test("that another chassis has it", () => {
    const bench = benchWith(dummy(), ["lsp1"]);
    bench.set("portBinding", { ...wanted("lsp1", 0), chassis: OTHER_CHASSIS });
    bench.run();
    expect(finding(bench, "lsp1", "bound")).toMatchObject({
      holds: false,
      value: `chassis row ${OTHER_CHASSIS} has it`,
      source: `Port_Binding ${wanted("lsp1", 0)._uuid}`,
    });
  });

  test("but nothing of where it is bound while this chassis has no row", () => {
    const bench = benchWith(dummy(), ["lsp1"]);
    bench.delete("chassis", CHASSIS);
    bench.run();
    expect(finding(bench, "lsp1", "bound")).toMatchObject({
      holds: null,
      value: "this chassis has no row",
      remedy: null,
    });
  });

  test("that safety.max_unplug does not let it go, or that the Southbound is another one (U6)", () => {
    const bench = PlugBench.started(registryOf(dummy()), { maxUnplugPercent: 50 });
    for (const [at, lport] of ["a", "b", "c"].entries())
      bench.addInterface(pluggedRow(lport, { _uuid: uuid(0x9000 + at) }));
    bench.run();
    bench.acknowledge();
    bench.run();
    const remedy = "if that is right: ovs-appctl -t vifplugd plug/confirm-unplug";
    expect(finding(bench, "a", "max-unplug")).toEqual({
      holds: false,
      value: "3 of 3 plugged ports are due and not confirmed, 50% may go at once",
      source: "configuration, and rule U6",
      remedy,
    });
    const known = bench.engine.data(bench.graph.inputs.southbound).current;
    bench.setSouthbound({ ...known, stranger: { before: "c1", now: null } });
    bench.run();
    expect(finding(bench, "a", "max-unplug")).toMatchObject({
      holds: false,
      value: "the Southbound is another database than before (cluster c1, now no cluster)",
      remedy,
    });
  });
});

describe("of its provider", () => {
  test("that nobody is enabled for the plug type, or that it failed to start", () => {
    const registry = registryOf();
    const bench = withBinding(PlugBench.started(registry));
    const source = "configuration";
    expect(finding(bench, "lsp1", "provider-enabled")).toEqual({
      holds: false,
      value: "dummy",
      source,
      remedy: 'add a provider for plug type "dummy" under providers',
    });
    const init = () => {
      throw new Error("no bus");
    };
    registry.register(recordedProvider("sriov", { init }).provider, ["dummy"]);
    bench.run();
    expect(finding(bench, "lsp1", "provider-enabled")).toEqual({
      holds: false,
      value: "sriov failed to start",
      source,
      remedy: "see in the log why provider sriov failed to start",
    });
  });

  test("that it is not ready", () => {
    expect(finding(withBinding(started(notReady("no link"))), "lsp1", "provider-ready")).toEqual({
      holds: false,
      value: "to create: no link",
      source: "provider dummy",
      remedy: "do what provider dummy waits for",
    });
  });

  test("that the name that it answers is somebody else's", () => {
    const bench = withBinding(started());
    bench.addInterface(interfaceRow({ _uuid: uuid(0x9000), external_ids: map({ "ovn-plugged": "x" }) }));
    bench.run();
    const free = finding(bench, "lsp1", "name-free");
    expect(free).toMatchObject({
      holds: false,
      value: "lsp1 belongs to another program, with iface-id (absent), ovn-plugged x on bridge br-int",
      source: `Interface ${uuid(0x9000)}`,
    });
    expect(free.remedy).toBe(bench.status("lsp1").reason);
  });
});

describe("of a port in error", () => {
  test("that the local database refused the change, in its words", () => {
    const bench = withBinding(started());
    const { change } = bench.status("lsp1");
    if (change === null) throw new Error("nothing is to be written");
    bench.attempt("lsp1", { phase: "failed", nonce: 0, change, error: "constraint violation" });
    bench.run();
    expect(bench.states()).toEqual({ lsp1: "error" });
    expect(finding(bench, "lsp1", "accepted")).toEqual({
      holds: false,
      value: "constraint violation",
      source: "ovsdb-server of Open_vSwitch",
      remedy:
        "look up in the log of ovsdb-server, and in the answer of the provider, why the change is refused",
    });
  });

  test("that another program keeps undoing what is written", () => {
    const bench = withBinding(started());
    const { change } = bench.status("lsp1");
    if (change?.kind !== "create") throw new Error("nothing is to be made");
    const written = { desired: change.desired, bridge: BRIDGE, times: new Map([["interface", 5]]) };
    bench.attempt("lsp1", { phase: "idle", nonce: 0, written });
    bench.run();
    expect(bench.states()).toEqual({ lsp1: "error" });
    expect(finding(bench, "lsp1", "not-undone")).toEqual({
      holds: false,
      value: "interface lsp1: written 5 times in a row, and undone",
      source: "rule T4",
      remedy: "configure one of the two programs to leave the interface alone",
    });
    expect(() => finding(bench, "lsp1", "accepted")).toThrow();
  });

  test("that ovs-vswitchd reports a fault of its interface", () => {
    const bench = benchWith(dummy(), ["a"]);
    const row = bench.interfaceNamed("a");
    if (row === undefined) throw new Error("a is not plugged");
    bench.set("iface", { ...row, error: "no such device" });
    bench.run();
    expect(finding(bench, "a", "no-fault")).toEqual({
      holds: false,
      value: "ovs-vswitchd: no such device",
      source: `Interface ${row._uuid}`,
      remedy: "mend what ovs-vswitchd reports of interface a; its log says more",
    });
  });

  test("nothing of the database where a provider gave an invalid answer", () => {
    const bench = withBinding(started(() => ({ ready: true })));
    expect(bench.states()).toEqual({ lsp1: "error" });
    expect(finding(bench, "lsp1", "provider-ready").holds).toBe(false);
    expect(() => finding(bench, "lsp1", "accepted")).toThrow();
  });
});
