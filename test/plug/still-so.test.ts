// Which ground of a change does not hold any more, when its transaction was refused for another port's sake.
import { describe, expect, test } from "bun:test";
import { misplacementOf } from "../../src/plug/advice.ts";
import type { Change } from "../../src/plug/change.ts";
import { NOT_ALL_TOLD } from "../../src/plug/intent.ts";
import { MonitorScope } from "../../src/plug/monitor-scope.ts";
import { lapsedGround } from "../../src/plug/still-so.ts";
import { benchWith, wanted } from "../support/logical-ports.ts";
import { PlugBench } from "../support/plug-bench.ts";
import { plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import {
  bridgeRow,
  chassisRow,
  map,
  OTHER_CHASSIS,
  openVSwitchRow,
  pluggedRow,
  uuid,
} from "../support/rows.ts";

const stranger = { before: "c1", now: "c2" };

const ALL_HOLD = "every ground holds";

/** The rules of the ground that does not hold any more. */
function lapsed({ engine, graph }: PlugBench, change: Change): string {
  return lapsedGround(engine, graph, change)?.rules ?? ALL_HOLD;
}

function changeOf(bench: PlugBench, lport: string): Change {
  const { change } = bench.status(lport);
  if (change === null) throw new Error(`nothing is to be written for ${lport}`);
  return change;
}

/** All that is due to go is held from now on. */
function holdAll(bench: PlugBench): void {
  const known = bench.engine.data(bench.graph.inputs.southbound).current;
  bench.setSouthbound({ ...known, stranger });
  bench.run();
}

function moveAway(bench: PlugBench, lport: string, index: number): void {
  const options = map({ "requested-chassis": "hv2", "vif-plug-type": "dummy" });
  bench.set("portBinding", { ...wanted(lport, index), options, requested_chassis: OTHER_CHASSIS });
  bench.run();
}

describe("the removal of a port that is requested elsewhere", () => {
  function leaving() {
    const bench = benchWith(recordedProvider("dummy").provider, ["a", "b"]);
    moveAway(bench, "a", 0);
    return { bench, change: changeOf(bench, "a") };
  }

  test("is so still while its row says so", () => {
    const { bench, change } = leaving();
    expect(change.kind).toBe("remove");
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
  });

  test("is not when the port is wanted again, or known no more", () => {
    const { bench, change } = leaving();
    bench.set("portBinding", wanted("a", 0));
    bench.run();
    expect(lapsed(bench, change)).toBe("U1, U2, U3");
    bench.delete("portBinding", wanted("a", 0)._uuid);
    bench.removeInterface(bench.interfaceNamed("a")?._uuid ?? uuid(0));
    bench.run();
    expect(lapsed(bench, change)).toBe("U1, U2, U3");
  });

  test("is not when the port is held by then (U6)", () => {
    const { bench, change } = leaving();
    holdAll(bench);
    expect(lapsed(bench, change)).toBe("U6, U7");
  });

  test("is not while a part of what a commit changed may be on its way, and waits for that (U3)", () => {
    const { bench, change } = leaving();
    const known = bench.engine.data(bench.graph.inputs.southbound).current;
    bench.setSouthbound({ ...known, isInDoubt: true });
    bench.run();
    expect(lapsedGround(bench.engine, bench.graph, change)).toMatchObject({
      rules: "U3",
      lapse: NOT_ALL_TOLD,
    });
    expect(bench.status("a")).toMatchObject({ state: "plugged", reason: NOT_ALL_TOLD, change: null });
    bench.setSouthbound({ ...known, isInDoubt: false });
    bench.run();
    expect(bench.status("a").change?.kind).toBe("remove");
  });

  test("is not when the Southbound has gone by then (U3)", () => {
    const { bench, change } = leaving();
    bench.setSouthbound({ synced: false, acknowledged: null });
    bench.run();
    expect(lapsed(bench, change)).toBe("U1, U2, U3");
  });
});

describe("the removal of a port that has no port binding", () => {
  const here = { name: "hv1", record: chassisRow() };
  const asks = (...lports: readonly string[]) => MonitorScope.of(here, new Set(lports));

  function absent() {
    const bench = PlugBench.started(registryOf(recordedProvider("dummy").provider));
    bench.addInterface(pluggedRow("a", { _uuid: uuid(0x9000) }));
    bench.setSouthbound({ synced: true, acknowledged: asks("a"), view: 1 });
    bench.run();
    return { bench, change: changeOf(bench, "a") };
  }

  test("is so still while the Southbound is asked for its name and has no such row", () => {
    const { bench, change } = absent();
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
  });

  test("is not while its row may be on its way", () => {
    const { bench, change } = absent();
    bench.setSouthbound({ synced: true, acknowledged: asks("a"), view: 1, isInDoubt: true });
    bench.run();
    expect(bench.engine.data(bench.graph.intent).get("a")?.kind).toBe("unplug");
    expect(lapsed(bench, change)).toBe("U3");
  });

  test("is not where that was a reply about its row, which is true of its moment alone", () => {
    const { bench, change } = absent();
    const row = wanted("a", 0);
    bench.setSouthbound({ synced: true, acknowledged: asks(), view: 1 });
    const reply = { kind: "none", at: 0, isFresh: true } as const;
    bench.engine.push(bench.graph.inputs.departure, [
      { lport: "a", event: { kind: "left", serial: 1, row, view: 1 } },
      { lport: "a", event: { kind: "replied", reply } },
    ]);
    bench.run();
    expect(bench.status("a").change?.kind).toBe("remove");
    expect(lapsed(bench, change)).toBe("U1, U3");
  });
});

describe("the interface of a port that has none", () => {
  function missing() {
    const bench = PlugBench.started(registryOf(recordedProvider("dummy").provider));
    bench.set("portBinding", wanted("a", 0));
    bench.run();
    return { bench, change: changeOf(bench, "a") };
  }

  test("is to be made still while the port is wanted and has none", () => {
    const { bench, change } = missing();
    expect(change.kind).toBe("create");
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
  });

  test("is to be made still while a part of what a commit changed may be on its way, as nothing goes", () => {
    const { bench, change } = missing();
    const known = bench.engine.data(bench.graph.inputs.southbound).current;
    bench.setSouthbound({ ...known, isInDoubt: true });
    bench.run();
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
  });

  test("is not when somebody has given the port an interface, be it ours or not", () => {
    for (const marks of [{ "iface-id": "a", "ovn-plugged": "dummy" }, { "iface-id": "a" }]) {
      const { bench, change } = missing();
      bench.addInterface(pluggedRow("a", { name: "tap1", external_ids: map(marks) }));
      bench.run();
      expect(lapsed(bench, change)).toBe("P1, P5");
    }
  });

  test("is not when the port is not wanted any more", () => {
    const { bench, change } = missing();
    bench.delete("portBinding", wanted("a", 0)._uuid);
    bench.run();
    expect(lapsed(bench, change)).toBe("P1, P2, U1");
  });
});

describe("what is another's by now", () => {
  const notReady = () => ({ ready: false, reason: "no such device" }) as const;

  test("goes still, be it held, by the word of a provider that is part of the executable", () => {
    const { bench, change } = misplaced(notReady);
    expect(change).toMatchObject({ kind: "remove", misplaced: "VF 7" });
    holdAll(bench);
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
  });

  test("goes still when its port is due to go as well, and held", () => {
    const { bench } = misplaced(notReady);
    moveAway(bench, "a", 0);
    const change = changeOf(bench, "a");
    expect(change).toMatchObject({ kind: "remove", misplaced: "VF 7" });
    holdAll(bench);
    expect(bench.engine.data(bench.graph.hold).due.has("a")).toBe(true);
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
  });

  test("is decided anew when it was to go for another reason, and is held", () => {
    const { bench, say } = misplaced(notReady);
    say(false, 2);
    moveAway(bench, "a", 0);
    const change = changeOf(bench, "a");
    expect(change).not.toHaveProperty("misplaced");
    say(true, 3);
    holdAll(bench);
    expect(lapsed(bench, change)).toBe("U6, U7");
  });

  test("stays while it is held, when a provider from outside says so", () => {
    const { bench, change } = misplaced(notReady, false);
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
    holdAll(bench);
    expect(lapsed(bench, change)).toBe("U6, U7");
  });

  test("stays when the provider that said so is enabled no more, or says so no more", () => {
    const disabled = misplaced(notReady);
    disabled.registry.unregister("dummy");
    disabled.bench.run();
    expect(lapsed(disabled.bench, disabled.change)).toBe("U7");
    const changed = misplaced(notReady);
    changed.takeBack();
    expect(lapsed(changed.bench, changed.change)).toBe("U7");
  });

  test("makes way for the port's next interface, be the others held", () => {
    const { bench, change } = misplaced((input) => plugAs(() => "eth9")(input), false);
    expect(change.kind).toBe("replug");
    holdAll(bench);
    expect(bench.engine.data(bench.graph.hold).due.has("a")).toBe(true);
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
  });

  test("and makes way no more when the provider says so no more", () => {
    const { bench, change, takeBack } = misplaced((input) => plugAs(() => "eth9")(input));
    takeBack();
    expect(lapsed(bench, change)).toBe("U7");
  });

  /** The provider says so of the interface that is in place, until it takes that back. */
  function misplaced(
    then: (input: Parameters<ReturnType<typeof plugAs>>[0]) => ReturnType<ReturnType<typeof plugAs>>,
    isBuiltIn = true,
  ) {
    let isAnothers = false;
    const registry = registryOf();
    const { provider } = recordedProvider("dummy", {
      prepare: (input) => (isAnothers ? { ...then(input), misplaced: "VF 7" } : plugAs()(input)),
    });
    registry.register(provider, ["dummy"], isBuiltIn);
    const bench = PlugBench.started(registry);
    bench.set("portBinding", wanted("a", 0));
    bench.run();
    bench.commit();
    const say = (isSo: boolean, nonce: number) => {
      isAnothers = isSo;
      bench.attempt("a", { phase: "idle", nonce });
      bench.run();
    };
    say(true, 1);
    return { bench, registry, change: changeOf(bench, "a"), say, takeBack: () => say(false, 2) };
  }
});

describe("what is left over of a port that is in place", () => {
  /** @param taker wants the name of what is left over, too */
  function leftover(taker: string | null = null) {
    let isWanted = false;
    const prepare = plugAs((lport) => (lport === taker && isWanted ? "tap1" : lport));
    const bench = benchWith(recordedProvider("dummy", { prepare }).provider, ["a", "b"]);
    isWanted = true;
    const external_ids = map({ "iface-id": "a", "ovn-plugged": "dummy" });
    bench.addInterface(pluggedRow("a", { _uuid: uuid(0x9000), name: "tap1", external_ids }));
    bench.run();
    return { bench, change: changeOf(bench, "a") };
  }

  test("goes still, unless it is held by then", () => {
    const { bench, change } = leftover();
    expect(change).toMatchObject({ kind: "remove", keeps: { lport: "a" } });
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
    holdAll(bench);
    expect(lapsed(bench, change)).toBe("U6, U7");
  });

  test("stays while it is held, though a provider says by then that the interface beside it is another's", () => {
    let isAnothers = false;
    const registry = registryOf(recordedProvider("next", { prepare: plugAs() }).provider);
    const { provider } = recordedProvider("dummy", {
      prepare: (input) =>
        isAnothers ? { ready: false, reason: "no such device", misplaced: "VF 7" } : plugAs()(input),
    });
    registry.register(provider, ["dummy"], true);
    const bench = PlugBench.started(registry);
    bench.set("portBinding", wanted("a", 0));
    bench.run();
    bench.commit();
    const external_ids = map({ "iface-id": "a", "ovn-plugged": "dummy" });
    bench.addInterface(pluggedRow("a", { _uuid: uuid(0x9000), name: "tap1", external_ids }));
    bench.run();
    const change = changeOf(bench, "a");
    expect(change).toMatchObject({ kind: "remove", keeps: { lport: "a" } });
    isAnothers = true;
    const options = map({ ...Object.fromEntries(wanted("a", 0).options), "vif-plug-type": "next" });
    bench.set("portBinding", { ...wanted("a", 0), options });
    holdAll(bench);
    expect(misplacementOf(bench.engine.data(bench.graph.advice).get("a"))?.isBuiltIn).toBe(true);
    expect(lapsed(bench, change)).toBe("U6, U7");
  });

  test("stays when the port is not known to be wanted by then (U3)", () => {
    const { bench, change } = leftover();
    bench.setSouthbound({ synced: false, acknowledged: null });
    bench.delete("portBinding", wanted("a", 0)._uuid);
    bench.run();
    expect(bench.status("a")).toMatchObject({ state: "plugged", change: null });
    expect(lapsed(bench, change)).toBe("P1, P2, U1");
  });

  test("stays when it is all that the port has by then", () => {
    const { bench, change } = leftover();
    bench.removeInterface(bench.interfaceNamed("a")?._uuid ?? uuid(0));
    bench.run();
    expect(lapsed(bench, change)).toBe("U1");
  });

  test("stays when the interface beside it is not ours any more", () => {
    const { bench, change } = leftover();
    disown(bench, "a");
    expect(lapsed(bench, change)).toBe("P1, P2, U1");
  });

  test("goes still to another port that wants it, but not when its port has lost the interface beside it", () => {
    for (const lose of [disown, remove]) {
      const { bench } = leftover("b");
      bench.attempt("b", { phase: "idle", nonce: 1 });
      bench.run();
      const change = changeOf(bench, "b");
      expect(change).toMatchObject({ kind: "replug", take: { adoption: { from: "a", leaving: null } } });
      expect(lapsed(bench, change)).toBe(ALL_HOLD);
      lose(bench, "a");
      expect(lapsed(bench, change)).toBe("U1");
    }
  });

  /** Somebody takes the mark of OVN's direction from the interface. */
  function disown(bench: PlugBench, name: string): void {
    const row = interfaceOf(bench, name);
    bench.set("iface", { ...row, external_ids: map({ "iface-id": name }) });
    bench.run();
  }

  function remove(bench: PlugBench, name: string): void {
    bench.removeInterface(interfaceOf(bench, name)._uuid);
    bench.run();
  }
});

function interfaceOf(bench: PlugBench, name: string) {
  const row = bench.interfaceNamed(name);
  if (row === undefined) throw new Error(`there is no interface ${name}`);
  return row;
}

test("no interface is to be made still on a bridge that is not the integration bridge any more", () => {
  const bench = PlugBench.started(registryOf(recordedProvider("dummy").provider));
  bench.set("portBinding", wanted("a", 0));
  bench.run();
  const change = changeOf(bench, "a");
  bench.set("bridge", bridgeRow({ _uuid: uuid(0xb2), name: "br-other", ports: new Set() }));
  const external_ids = map({ "system-id": "hv1", "ovn-bridge": "br-other" });
  bench.set("openVSwitch", openVSwitchRow({ external_ids }));
  bench.run();
  expect(changeOf(bench, "a")).toMatchObject({ kind: "create", bridge: { name: "br-other" } });
  expect(lapsed(bench, change)).toBe("P1, U1");
});

describe("what is written for a port that has an interface", () => {
  const names: Record<string, string> = {};
  const bench = () => {
    names.a = "eth0";
    return benchWith(
      recordedProvider("dummy", { prepare: plugAs((lport) => names[lport] ?? lport) }).provider,
      [...["a", "b"]],
    );
  };

  test.each<[string, Change["kind"], Record<string, string>, Record<string, string>]>([
    ["another interface name", "replug", { a: "eth1" }, {}],
    ["another MTU", "update", {}, { "vif-plug-mtu-request": "1400" }],
  ])(
    "is written still while the port is wanted, and not when it is wanted no more: %s",
    (_, kind, to, options) => {
      const at = bench();
      Object.assign(names, to);
      const row = wanted("a", 0);
      at.set("portBinding", { ...row, options: new Map([...row.options, ...Object.entries(options)]) });
      at.attempt("a", { phase: "idle", nonce: 1 });
      at.run();
      const change = changeOf(at, "a");
      expect(change.kind).toBe(kind);
      expect(lapsed(at, change)).toBe(ALL_HOLD);
      moveAway(at, "a", 0);
      expect(lapsed(at, change)).toBe("P1, P2, U1");
    },
  );

  test.each<[string, Change["kind"], string, string]>([
    ["another interface is not made beside one from somebody else", "replug", "eth1", "P1, P5"],
    ["its own is changed still", "update", "eth0", ALL_HOLD],
  ])("%s", (_, kind, name, expected) => {
    const at = bench();
    names.a = name;
    const row = wanted("a", 0);
    at.set("portBinding", { ...row, options: new Map([...row.options, ["vif-plug-mtu-request", "1400"]]) });
    at.attempt("a", { phase: "idle", nonce: 1 });
    at.run();
    const change = changeOf(at, "a");
    expect(change.kind).toBe(kind);
    at.addInterface(pluggedRow("a", { name: "tap1" }));
    at.run();
    expect(lapsed(at, change)).toBe(expected);
  });
});

describe("an interface that goes", () => {
  /** Each port's interface has the name that the provider has for it. */
  function wanting(names: Record<string, string>) {
    const { provider } = recordedProvider("dummy", {
      prepare: plugAs((lport) => names[lport] ?? lport),
    });
    return benchWith(provider, ["a", "b"]);
  }

  test("because its port moves to another one goes no more when another port has come to want it", () => {
    const names: Record<string, string> = { a: "eth0", b: "eth1", c: "eth0" };
    const bench = wanting(names);
    names.a = "eth2";
    bench.attempt("a", { phase: "idle", nonce: 1 });
    bench.run();
    const change = changeOf(bench, "a");
    expect(change).toMatchObject({ kind: "replug", remove: { interface: { name: "eth0" } } });
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
    bench.set("portBinding", wanted("c", 2));
    bench.run();
    expect(lapsed(bench, change)).toBe("P6");
    expect(changeOf(bench, "a")).toMatchObject({ kind: "replug", remove: null });
  });

  test("with its port goes no more when another port has come to want it", () => {
    const bench = wanting({ a: "eth0", b: "eth1", c: "eth0" });
    moveAway(bench, "a", 0);
    const change = changeOf(bench, "a");
    expect(change).toMatchObject({ kind: "remove", interface: { name: "eth0" } });
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
    bench.set("portBinding", wanted("c", 2));
    bench.run();
    expect(lapsed(bench, change)).toBe("P6");
    expect(changeOf(bench, "c")).toMatchObject({ kind: "update", adoption: { from: "a" } });
  });
});

describe("an interface that is taken over", () => {
  function takenOver() {
    const provider = recordedProvider("dummy", { prepare: plugAs(() => "eth0") }).provider;
    const bench = benchWith(provider, ["old"]);
    moveAway(bench, "old", 0);
    bench.set("portBinding", wanted("new", 1));
    bench.run();
    const change = changeOf(bench, "new");
    expect(change).toMatchObject({ kind: "update", adoption: { from: "old" } });
    return { bench, change };
  }

  test("goes to its next port no more when somebody has given that port an interface", () => {
    const { bench, change } = takenOver();
    bench.addInterface(pluggedRow("new", { name: "tap1" }));
    bench.run();
    expect(lapsed(bench, change)).toBe("P1, P5");
  });

  test("is let go still while all that lose theirs are due to go, and not held", () => {
    const { bench, change } = takenOver();
    expect(lapsed(bench, change)).toBe(ALL_HOLD);
    holdAll(bench);
    expect(lapsed(bench, change)).toBe("U6, U7");
  });
});
