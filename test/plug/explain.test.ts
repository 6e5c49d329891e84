// Why a port is plugged or not: the condition that fails is among those that are shown, with the row it came from.
import { describe, expect, test } from "bun:test";
import { explain } from "../../src/plug/explain.ts";
import type { Answer } from "../../src/providers/answer.ts";
import type { HostedProvider } from "../../src/providers/hosted.ts";
import { benchWith, wanted } from "../support/logical-ports.ts";
import { holder, PlugBench, standby } from "../support/plug-bench.ts";
import { plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import {
  bindingRow,
  bridgeRow,
  CHASSIS,
  interfaceRow,
  map,
  OTHER_CHASSIS,
  openVSwitchRow,
  pluggedRow,
  portRow,
  uuid,
  wantedRow,
} from "../support/rows.ts";

/** Every logical port wants an interface of one name, where one is given. */
function started({ name, ...settings }: { readonly name?: string; readonly maxUnplugPercent?: number } = {}) {
  const prepare = plugAs((lport) => name ?? lport);
  return PlugBench.started(registryOf(recordedProvider("dummy", { prepare }).provider), settings);
}

function explained({ engine, graph }: PlugBench, lport: string) {
  const explanation = explain(engine, graph, lport);
  if (explanation === null) throw new Error(`nothing is known of ${lport}`);
  const { conditions, remedy } = explanation;
  return {
    remedy,
    of: (text: string) => conditions.find(({ statement }) => statement === text),
    failing: conditions.filter(({ holds }) => holds === false).map(({ statement }) => statement),
  };
}

describe("the name of its interface", () => {
  const NAME = "its interface's name is free";

  test("is free, and then its own", () => {
    const bench = started();
    bench.set("portBinding", wantedRow());
    bench.run();
    expect(explained(bench, "lsp1").of(NAME)).toMatchObject({
      holds: true,
      value: "no interface is called lsp1",
    });
    bench.commit();
    const { of, failing } = explained(bench, "lsp1");
    expect(of(NAME)).toMatchObject({ holds: true, value: "lsp1 is its own" });
    expect(failing).toEqual([]);
  });

  test("is that of another logical port", () => {
    const bench = started({ name: "eth7" });
    bench.set("portBinding", wantedRow({}, { logical_port: "first" }));
    bench.run();
    bench.commit();
    bench.set("portBinding", wantedRow({}, { _uuid: uuid(0x1001), logical_port: "after" }));
    bench.run();
    const { of, failing } = explained(bench, "after");
    expect(failing).toEqual([NAME]);
    expect(of(NAME)).toEqual({
      id: "name-free",
      statement: NAME,
      holds: false,
      value: "eth7 is plugged for logical port first on bridge br-int",
      source: `Interface ${bench.interfaceNamed("eth7")?._uuid}`,
      remedy: "interface eth7 is plugged for logical port first",
    });
  });

  test("is wanted by a logical port that comes first", () => {
    const bench = started({ name: "eth7" });
    bench.set("portBinding", wantedRow({}, { logical_port: "b" }));
    bench.set("portBinding", wantedRow({}, { _uuid: uuid(0x1001), logical_port: "a" }));
    bench.run();
    const { of, failing } = explained(bench, "b");
    expect(failing).toEqual([NAME]);
    expect(of(NAME)?.value).toBe("logical port a wants interface eth7 too, and comes first");
  });

  test("is somebody's on another bridge, and the reason says how to remove it", () => {
    const bench = started();
    const [iface, port] = [uuid(0x2222), uuid(0x3333)];
    bench.set("iface", interfaceRow({ _uuid: iface }));
    bench.set("port", portRow({ _uuid: port, interfaces: new Set([iface]) }));
    bench.set("bridge", bridgeRow({ _uuid: uuid(0xb2), name: "br-ex", ports: new Set([port]) }));
    bench.set("portBinding", wantedRow());
    bench.run();
    const { of, failing, remedy } = explained(bench, "lsp1");
    expect(failing).toEqual([NAME]);
    expect(of(NAME)).toMatchObject({
      value: "lsp1 belongs to another program, with iface-id (absent), ovn-plugged (absent) on bridge br-ex",
      source: `Interface ${iface}`,
    });
    expect(remedy).toEndWith("remove it with ovs-vsctl del-port lsp1");
  });
});

test("nothing is known of a logical port that has neither a port binding in view nor an interface", () => {
  const { engine, graph } = started();
  expect(explain(engine, graph, "nobody")).toBeNull();
});

describe("what would have to change", () => {
  const remedyOf = (bench: PlugBench) => explained(bench, "lsp1").remedy;

  test("is told with the logical port and its status", () => {
    const bench = started();
    bench.set("portBinding", wantedRow());
    bench.run();
    const { engine, graph } = bench;
    expect(explain(engine, graph, "lsp1")).toMatchObject({ lport: "lsp1", status: bench.status("lsp1") });
  });

  test("is nothing while its interface is about to be written", () => {
    const bench = started();
    bench.set("portBinding", wantedRow());
    bench.run();
    expect([bench.status("lsp1").state, remedyOf(bench)]).toEqual(["pending", null]);
  });

  test("is the reason of its status, where there is one", () => {
    const prepare = () => ({ ready: false, reason: "no link" }) as const;
    const bench = PlugBench.started(registryOf(recordedProvider("dummy", { prepare }).provider));
    bench.set("portBinding", wantedRow());
    bench.run();
    expect(remedyOf(bench)).toBe("no link");
  });

  test("is nothing of a port that is plugged and bound, whatever else does not hold", () => {
    const bench = benchWith(recordedProvider("dummy").provider, ["lsp1"]);
    bench.setLocalSession(standby);
    bench.set("portBinding", wanted("lsp1", 0, { "iface-id-ver": "v2" }));
    bench.run();
    const { failing, remedy } = explained(bench, "lsp1");
    expect([bench.status("lsp1").state, failing.length > 0, remedy]).toEqual(["plugged", true, null]);
  });

  test("of a port that is not bound is what ovn-controller minds, and nothing else that does not hold", () => {
    const bench = benchWith(recordedProvider("dummy").provider, ["lsp1"]);
    const options = { "vif-plug-mtu-request": "jumbo", "iface-id-ver": "v2" };
    bench.set("portBinding", { ...wanted("lsp1", 0, options), chassis: null });
    bench.run();
    bench.commit();
    expect(bench.status("lsp1")).toMatchObject({ state: "plugged", unbound: { by: null } });
    expect(remedyOf(bench)).toContain("make sure that ovn-controller runs here");
  });

  test("of a port that is not bound is its version, while the provider is asked about another one", () => {
    let answer: Answer = { kind: "plug", wanted: { name: "lsp1", type: "internal", options: {} } };
    const hosted: HostedProvider = {
      type: "dummy",
      answer: () => answer,
      attend: () => {},
      state: () => ({ state: "ready" }),
      describe: () => null,
    };
    const bench = PlugBench.started(registryOf(hosted));
    bench.set("portBinding", wanted("lsp1", 0));
    bench.run();
    bench.commit();
    answer = { kind: "not-ready", reason: "it has been asked", awaited: true };
    for (const [version, text] of [
      ["v2", "v2"],
      ["", '""'],
      ["a, b", '"a, b"'],
    ] as const) {
      bench.set("portBinding", { ...wanted("lsp1", 0, { "iface-id-ver": version }), chassis: null });
      bench.run();
      expect(bench.status("lsp1")).toMatchObject({ state: "plugged", unbound: { by: null } });
      expect(remedyOf(bench)).toBe(`ovs-vsctl set Interface lsp1 'external_ids:iface-id-ver=${text}'`);
    }
  });
});

describe("nothing is said of", () => {
  const ids = ({ engine, graph }: PlugBench, lport: string) =>
    explain(engine, graph, lport)?.conditions.map(({ id }) => id);

  test("the name of an interface while the provider has none, nor of one that is on its way and not wanted any more", () => {
    const prepare = () => ({ ready: false, reason: "no link" }) as const;
    const waiting = PlugBench.started(registryOf(recordedProvider("dummy", { prepare }).provider));
    waiting.set("portBinding", wantedRow());
    waiting.run();
    expect(ids(waiting, "lsp1")).not.toContain("name-free");
    const bench = started();
    bench.set("portBinding", wantedRow());
    bench.run();
    const { change } = bench.status("lsp1");
    const advice = bench.engine.data(bench.graph.advice).get("lsp1");
    if (change === null || advice === undefined) throw new Error("nothing is to be written");
    bench.attempt("lsp1", { phase: "in-flight", nonce: 0, change, advice });
    bench.set("portBinding", bindingRow());
    bench.run();
    expect(ids(bench, "lsp1")).not.toContain("name-free");
  });

  test("the version of an interface that is not there", () => {
    const bench = started();
    bench.setLocalSession({ ...holder, lock: { kind: "none" } });
    bench.set("portBinding", wantedRow({ "iface-id-ver": "v2" }));
    bench.run();
    expect(ids(bench, "lsp1")).not.toContain("iface-id-ver");
  });

  test("who has bound a port, while this chassis has no name", () => {
    const bench = started();
    bench.set("portBinding", wantedRow());
    bench.addInterface(pluggedRow());
    bench.set("openVSwitch", openVSwitchRow({ external_ids: map() }));
    bench.run();
    expect(ids(bench, "lsp1")).not.toContain("bound");
  });
});

test("of several interfaces the version is minded of that one which is the port's", () => {
  const bench = started();
  const external_ids = map({ "iface-id": "lsp1", "ovn-plugged": "dummy" });
  bench.addInterface(pluggedRow("lsp1", { _uuid: uuid(0x9000), name: "a-first", external_ids }));
  bench.addInterface(pluggedRow("lsp1", { _uuid: uuid(0x9001), external_ids, options: map() }));
  bench.set("portBinding", wantedRow({ "iface-id-ver": "v2" }));
  bench.run();
  expect(
    explained(bench, "lsp1").of("its interface has the iface-id-ver that its options have"),
  ).toMatchObject({
    source: `Interface ${uuid(0x9001)}`,
  });
});

test("a name is told with whom the interface is plugged for, and where", () => {
  const bench = started();
  const external_ids = map({ "iface-id": "lsp9", "ovn-plugged": "nic" });
  bench.set("iface", interfaceRow({ _uuid: uuid(0x2222), external_ids }));
  bench.set("portBinding", wantedRow());
  bench.run();
  expect(explained(bench, "lsp1").of("its interface's name is free")?.value).toBe(
    "lsp1 belongs to another program, with iface-id lsp9, ovn-plugged nic on no bridge",
  );
});

test("a port that is held shows how many are due, and that safety.max_unplug does not let it go", () => {
  const bench = started({ maxUnplugPercent: 25 });
  for (const [index, lport] of ["a", "b", "c"].entries()) {
    bench.addInterface(pluggedRow(lport, { _uuid: uuid(0x2000 + index) }));
  }
  bench.run();
  bench.acknowledge();
  bench.run();
  const { of, failing } = explained(bench, "a");
  expect(failing).toContain("safety.max_unplug lets it go");
  expect(of("safety.max_unplug lets it go")?.value).toBe(
    "3 of 3 plugged ports are due and not confirmed, 25% may go at once",
  );
});

describe("a port that gets no other interface name shows why", () => {
  const renamed = (name: string, plugType = "dummy") =>
    pluggedRow("a", { name, external_ids: map({ "iface-id": "a", "ovn-plugged": plugType }) });

  test("where plug.on_rename is report", () => {
    const { provider } = recordedProvider("dummy", { prepare: plugAs(() => "eth1") });
    const bench = PlugBench.started(registryOf(provider), { onRename: "report" });
    bench.set("portBinding", wanted("a", 0));
    bench.addInterface(renamed("eth0"));
    bench.run();
    expect(bench.states()).toEqual({ a: "incompatible" });
    const { failing, of } = explained(bench, "a");
    expect(failing).toEqual(["plug.on_rename lets it get the name that its provider answers"]);
    expect(of(failing[0] ?? "")).toEqual({
      id: "on-rename",
      statement: "plug.on_rename lets it get the name that its provider answers",
      holds: false,
      value: "eth0 is in place, the provider names eth1, and plug.on_rename is report",
      source: "configuration",
      remedy: "recreate the logical port, or set plug.on_rename to replug",
    });
  });

  test("where the provider that has to let the former interface go is not enabled", () => {
    const bench = PlugBench.started(registryOf(recordedProvider("dummy").provider));
    bench.set("portBinding", wanted("a", 0));
    bench.addInterface(renamed("eth0", "ghost"));
    bench.run();
    expect(bench.states()).toEqual({ a: "no-provider" });
    const { failing, of } = explained(bench, "a");
    expect(failing).toEqual(["an enabled provider answers to the plug type"]);
    expect(of(failing[0] ?? "")?.value).toBe("ghost");
  });

  test("and nothing of that where it gets the name", () => {
    const { provider } = recordedProvider("dummy", { prepare: plugAs(() => "eth1") });
    const bench = PlugBench.started(registryOf(provider));
    bench.set("portBinding", wanted("a", 0));
    bench.addInterface(renamed("eth0"));
    bench.run();
    expect(bench.status("a").change?.kind).toBe("replug");
    const { failing, of } = explained(bench, "a");
    expect([failing, of("plug.on_rename lets it get the name that its provider answers")?.holds]).toEqual([
      [],
      true,
    ]);
  });
});

test("a port that is plugged again with back-off shows how often its interface had another owner", () => {
  const bench = started();
  bench.set("portBinding", wanted("a", 0));
  bench.attempt("a", { phase: "idle", nonce: 0, sentAway: { times: 2 } });
  bench.run();
  expect(bench.states()).toEqual({ a: "waiting" });
  const KEPT = "its interface has not got another owner twice within a short while";
  const { failing, of } = explained(bench, "a");
  expect([failing, of(KEPT)?.value]).toEqual([[KEPT], "removed 2 times because of another owner"]);
  bench.attempt("a", { phase: "idle", nonce: 1, sentAway: { times: 2, isDue: true } });
  bench.run();
  expect([bench.states(), explained(bench, "a").failing]).toEqual([{ a: "pending" }, []]);
  bench.commit();
  bench.attempt("a", { phase: "idle", nonce: 1, sentAway: { times: 1 } });
  bench.run();
  expect(explained(bench, "a").of(KEPT)).toMatchObject({
    holds: true,
    value: "removed once because of another owner",
  });
});

describe("a port that is held for another reason than that it is to be unplugged shows that, too", () => {
  const MAY_GO = "safety.max_unplug lets it go";

  test("because other interfaces with its iface-id are left over", () => {
    const bench = started({ maxUnplugPercent: 25 });
    for (const [index, lport] of ["a", "b"].entries()) {
      bench.set("portBinding", wanted(lport, index));
      bench.addInterface(pluggedRow(lport, { _uuid: uuid(0x2000 + index), options: map() }));
      bench.addInterface(pluggedRow(lport, { _uuid: uuid(0x2010 + index), name: `tap-${lport}` }));
    }
    bench.run();
    expect(bench.states()).toEqual({ a: "held", b: "held" });
    expect(explained(bench, "a").of(MAY_GO)).toMatchObject({
      holds: false,
      value: "2 of 2 plugged ports are due and not confirmed, 25% may go at once",
    });
  });

  test("because a module names another owner of its interface", () => {
    const registry = registryOf();
    const prepare = () => ({ ready: false, reason: "no device", misplaced: "lsp9" }) as const;
    registry.register(recordedProvider("dummy", { prepare }).provider, ["dummy"], false);
    const bench = PlugBench.started(registry, { maxUnplugPercent: 25 });
    for (const [index, lport] of ["a", "b"].entries()) {
      bench.set("portBinding", wanted(lport, index));
      bench.addInterface(pluggedRow(lport, { _uuid: uuid(0x2000 + index), options: map() }));
    }
    bench.run();
    expect(bench.states()).toEqual({ a: "held", b: "held" });
    expect(explained(bench, "a").failing).toContain(MAY_GO);
  });
});

test("what is not wanted here is told by the first condition that does not hold, and what to do about it", () => {
  const bench = started();
  const options = map({ "requested-chassis": "hv1" });
  bench.set("portBinding", bindingRow({ requested_chassis: CHASSIS, type: "router", options }));
  bench.run();
  const { failing, remedy } = explained(bench, "lsp1");
  expect(failing).toEqual(["it is a VIF: type and parent_port are empty", "the CMS gives a plug type"]);
  expect(remedy).toBe("clear the type and the parent_name of the logical port");
});

describe("an MTU request", () => {
  test.each([
    ["abc", false, "options:vif-plug-mtu-request=abc, so no MTU is requested"],
    ["1400", true, "options:vif-plug-mtu-request=1400"],
    ["0", null, "options:vif-plug-mtu-request=0, so no MTU is requested"],
  ])("of %s", (text, holds, value) => {
    const bench = started();
    bench.set("portBinding", wantedRow({ "vif-plug-mtu-request": text }));
    bench.run();
    expect(
      explained(bench, "lsp1").of("its MTU request is a decimal number of bytes, at most 2147483647"),
    ).toMatchObject({
      holds,
      value,
    });
  });

  test("that nobody makes is no condition", () => {
    const bench = started();
    bench.set("portBinding", wantedRow());
    bench.run();
    expect(
      explained(bench, "lsp1").of("its MTU request is a decimal number of bytes, at most 2147483647"),
    ).toBeUndefined();
  });
});

test("what would have to change is what keeps every port from being decided, before what may be there unseen", () => {
  const bench = started();
  bench.addInterface(pluggedRow());
  bench.set("openVSwitch", openVSwitchRow({ external_ids: map() }));
  const reason = "no chassis name is known: set external_ids:system-id in Open_vSwitch";
  bench.setLocalSession({ ...holder, lock: { kind: "none" } });
  bench.run();
  const { of, remedy } = explained(bench, "lsp1");
  expect(remedy).toBe(reason);
  expect(of("this chassis has a row in the Southbound")).toMatchObject({
    holds: false,
    value: "no chassis name is known",
  });
});

describe("several interfaces with its iface-id", () => {
  const DUPLICATES = "no other interface that was plugged on OVN's direction has its iface-id";
  const plugged = () => benchWith(recordedProvider("dummy").provider, ["lsp1"]);

  test("a port with one interface has no others to tell of", () => {
    const bench = plugged();
    expect(explained(bench, "lsp1").of(DUPLICATES)).toBeUndefined();
    expect(bench.status("lsp1").reason).toBeNull();
  });

  test("those of ours are named, and which of them is dealt with", () => {
    const bench = plugged();
    const external_ids = map({ "iface-id": "lsp1", "ovn-plugged": "dummy" });
    for (const [name, index] of [
      ["tap1", 1],
      ["tap2", 2],
    ] as const)
      bench.addInterface(pluggedRow("lsp1", { _uuid: uuid(0x9000 + index), name, external_ids }));
    bench.run();
    expect(explained(bench, "lsp1").of(DUPLICATES)).toMatchObject({
      holds: false,
      value: "tap1, tap2: left over, as lsp1 is there",
    });
    expect(bench.status("lsp1")).toMatchObject({
      state: "pending",
      reason: "interface tap1 has its iface-id as well, and is left over",
      change: { kind: "remove", interface: { name: "tap1" } },
    });
  });
});

describe("a port that is plugged, and that ovn-controller", () => {
  const BOUND = "ovn-controller has bound it here";
  function plugged(columns: Parameters<typeof wantedRow>[1]) {
    const bench = started();
    bench.set("portBinding", wantedRow({}, columns));
    bench.run();
    bench.commit();
    return bench;
  }

  test("has bound, has nothing to be done about", () => {
    const { of, remedy } = explained(plugged({}), "lsp1");
    expect(of(BOUND)).toMatchObject({ holds: true, value: "chassis hv1 has it" });
    expect(remedy).toBeNull();
  });

  test("has not bound, needs ovn-controller, or to be taken from the chassis that has it", () => {
    const nobodys = explained(plugged({ chassis: null }), "lsp1");
    expect(nobodys.of(BOUND)).toMatchObject({ holds: false, value: "no chassis has it" });
    expect(nobodys.remedy).toContain("make sure that ovn-controller runs here");
    const bench = plugged({ chassis: OTHER_CHASSIS });
    const chassis = { name: "hv2", hostname: "node2" };
    bench.engine.push(bench.graph.inputs.otherChassis, [{ uuid: OTHER_CHASSIS, chassis }]);
    bench.run();
    const others = explained(bench, "lsp1");
    expect(others.of(BOUND)).toMatchObject({ holds: false, value: "chassis hv2 (node2) has it" });
    expect(others.remedy).toContain("from the chassis that has it");
  });

  test("minds the iface-id-ver of, is told which one it wants", () => {
    const bench = started();
    bench.set("portBinding", wantedRow({ "iface-id-ver": "v2" }, { chassis: null }));
    bench.addInterface(interfaceRow({ external_ids: map({ "iface-id": "lsp1", "iface-id-ver": "v1" }) }));
    bench.run();
    expect(
      explained(bench, "lsp1").of("its interface has the iface-id-ver that its options have"),
    ).toMatchObject({
      holds: false,
      value: "lsp1: v1; options:iface-id-ver=v2",
      remedy: "ovs-vsctl set Interface lsp1 'external_ids:iface-id-ver=v2'",
    });
  });
});
