// Rule P6 in the daemon's graph: who gets an interface name that several logical ports want.
import { describe, expect, test } from "bun:test";
import { benchWith, wanted } from "../support/logical-ports.ts";
import { PlugBench } from "../support/plug-bench.ts";
import { plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import {
  BRIDGE,
  bindingRow,
  bridgeRow,
  CHASSIS,
  interfaceRow,
  map,
  OTHER_CHASSIS,
  pluggedRow,
  portRow,
  uuid,
} from "../support/rows.ts";

describe("two claimants of one interface name", () => {
  const shared = () => recordedProvider("dummy", { prepare: plugAs(() => "eth0") }).provider;

  test.each([[["a", "b"]], [["b", "a"]]])("the smaller logical port wins, in the order %p", (order) => {
    const bench = PlugBench.started(registryOf(shared()));
    for (const lport of order) {
      bench.set("portBinding", wanted(lport, lport.charCodeAt(0)));
      bench.run();
    }
    expect(bench.states()).toEqual({ a: "pending", b: "conflict" });
    expect(bench.status("a").change?.kind).toBe("create");
    expect(bench.status("b").change).toBeNull();
    bench.commit();
    expect(bench.states()).toEqual({ a: "plugged", b: "conflict" });
  });

  test("one whose transaction is on its way is not overtaken by a smaller one (P6)", () => {
    const bench = PlugBench.started(registryOf(shared()));
    bench.set("portBinding", wanted("b", 1));
    bench.run();
    const { change } = bench.status("b");
    const advice = bench.engine.data(bench.graph.advice).get("b");
    if (change === null || advice === undefined) throw new Error("nothing is to be written for b");
    bench.attempt("b", { phase: "in-flight", nonce: 0, change, advice });
    bench.set("portBinding", wanted("a", 2));
    bench.run();
    expect(bench.states()).toEqual({ a: "conflict", b: "pending" });
    expect(bench.status("a").change).toBeNull();
    bench.attempt("b", { phase: "failed", nonce: 1, change, error: "refused" });
    bench.run();
    expect(bench.status("a").change?.kind).toBe("create");
  });

  describe("of which the server refuses the first", () => {
    function refused(bench: PlugBench, lport: string, attempt = bench.status(lport)): void {
      const { change } = attempt;
      if (change === null) throw new Error(`nothing is to be written for ${lport}`);
      bench.attempt(lport, { phase: "failed", nonce: 1, change, error: "refused" });
      bench.run();
    }
    function claimed(): PlugBench {
      const bench = PlugBench.started(registryOf(shared()));
      for (const lport of ["a", "b"]) bench.set("portBinding", wanted(lport, lport.charCodeAt(0)));
      bench.run();
      return bench;
    }

    test("are not held up by it (T3)", () => {
      const bench = claimed();
      refused(bench, "a");
      expect(bench.states()).toEqual({ a: "conflict", b: "pending" });
      bench.commit();
      expect(bench.states()).toEqual({ a: "conflict", b: "plugged" });
    });

    test("are each told so and tried again when both are refused", () => {
      const bench = claimed();
      for (const lport of ["a", "b"]) refused(bench, lport);
      for (const lport of ["a", "b"])
        expect(bench.status(lport)).toMatchObject({ state: "error", reason: "refused", retry: true });
      bench.attempt("b", { phase: "idle", nonce: 2 });
      bench.run();
      expect(bench.states()).toEqual({ a: "conflict", b: "pending" });
    });

    test("are not both tried at once when both are refused and the bridge is made anew", () => {
      const bench = claimed();
      for (const lport of ["a", "b"]) refused(bench, lport);
      bench.delete("bridge", BRIDGE);
      bench.set("bridge", bridgeRow({ _uuid: uuid(0x4000), ports: new Set() }));
      bench.run();
      expect(bench.status("a").change?.kind).toBe("create");
      expect(bench.status("b").change).toBeNull();
    });

    test("come after it again once it asks for something else", () => {
      const bench = claimed();
      refused(bench, "a");
      bench.set("portBinding", wanted("a", 97, { "vif-plug-mtu-request": "1400" }));
      bench.run();
      expect(bench.states()).toEqual({ a: "pending", b: "conflict" });
    });
  });

  test("one that is plugged stays, whoever comes after it (P6)", () => {
    const bench = benchWith(shared(), ["b"]);
    bench.set("portBinding", wanted("a", 1));
    bench.run();
    expect(bench.states()).toEqual({ a: "conflict", b: "plugged" });
    expect(bench.status("a").reason).toContain("logical port b");
  });

  test("the other one follows when the first one goes", () => {
    const bench = benchWith(shared(), ["a", "b"]);
    bench.set("portBinding", bindingRow({ ...wanted("a", 0), options: map(), requested_chassis: CHASSIS }));
    bench.run();
    bench.commit();
    bench.commit();
    expect(bench.states()).toEqual({ b: "plugged" });
  });

  test("the interface of a port that is due to go is adopted, and its provider asked to let it go (P6)", () => {
    const { provider, calls } = recordedProvider("dummy", { prepare: plugAs(() => "eth0") });
    const bench = benchWith(provider, ["old"]);
    const elsewhere = map({ "requested-chassis": "hv2", "vif-plug-type": "dummy" });
    bench.set("portBinding", { ...wanted("old", 0), options: elsewhere, requested_chassis: OTHER_CHASSIS });
    bench.set("portBinding", wanted("new", 1));
    calls.length = 0;
    bench.run();
    expect(calls.toSorted()).toEqual(["prepare new create", "prepare old remove"]);
    expect(bench.status("old").change).toBeNull();
    expect(bench.status("new").change).toMatchObject({ kind: "update", adoption: { from: "old" } });
    const row = bench.interfaceNamed("eth0");
    bench.commit();
    expect(bench.states()).toEqual({ new: "plugged" });
    expect(bench.interfaceNamed("eth0")?._uuid).toBe(row?._uuid ?? uuid(0));
  });

  test("one that got another interface stands in nobody's way any more", () => {
    const registry = registryOf(shared());
    const bench = PlugBench.started(registry, { onRename: "report" });
    bench.set("portBinding", wanted("a", 1));
    bench.set("portBinding", wanted("b", 2));
    bench.run();
    bench.addInterface(pluggedRow("a", { _uuid: uuid(0x9000), name: "eth9" }));
    bench.run();
    expect(bench.states()).toEqual({ a: "incompatible", b: "pending" });
    expect(bench.status("b").change?.kind).toBe("create");
  });

  test("a name that an interface of any bridge has is taken, until that goes", () => {
    const bench = PlugBench.started(registryOf(shared()));
    bench.set("iface", interfaceRow({ _uuid: uuid(0x9000), name: "eth0" }));
    bench.set("portBinding", wanted("a", 1));
    bench.run();
    expect(bench.status("a")).toMatchObject({ state: "conflict", change: null });
    bench.delete("iface", uuid(0x9000));
    bench.run();
    expect(bench.status("a").change?.kind).toBe("create");
  });

  test.each([
    ["eth0", "eth0", 7, "remove it with ovs-vsctl del-port eth0"],
    ["eth0;id", "eth0;id", 7, "remove it with ovs-vsctl del-port 'eth0;id'"],
    ["tap0", "bond 0", 7, "remove it with ovs-vsctl del-port 'bond 0'"],
    ["br-int", "br-int", 65534, "is, or may be, the local port of a bridge, and stays"],
    ["br-int", "br-int", null, "is, or may be, the local port of a bridge, and stays"],
  ])("of interface %s in port %s, with number %p, is told: %s", (name, port, ofport, words) => {
    const { provider } = recordedProvider("dummy", { prepare: plugAs(() => name) });
    const bench = PlugBench.started(registryOf(provider));
    bench.set("iface", interfaceRow({ _uuid: uuid(0x9000), name, ofport, type: "internal" }));
    bench.set("port", portRow({ _uuid: uuid(0x9001), name: port, interfaces: new Set([uuid(0x9000)]) }));
    bench.set("portBinding", wanted("a", 1));
    bench.run();
    const { reason } = bench.status("a");
    expect(reason).toContain(words);
    expect(reason).not.toContain("del-port br-int");
  });
});
