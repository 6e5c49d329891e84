// What every interface is to us: made right by a recompute, whatever it was.
import { describe, expect, test } from "bun:test";
import { unknownChassis } from "../../../src/plug/nodes/local-chassis-node.ts";
import {
  indexInterfaces,
  noObservedChanges,
  nothingObserved,
  type ObservedInterfaces,
  observedBridgeHandler,
  observedIfaceHandler,
  observedLocalChassisHandler,
  observedPortHandler,
} from "../../../src/plug/nodes/observed-node.ts";
import { classify, type ObservedInterface } from "../../../src/plug/observed-interface.ts";
import type { BridgeRow, InterfaceRow, PortRow } from "../../../src/plug/rows.ts";
import { BRIDGE, bridgeRow, map, pluggedRow, portRow, uuid } from "../../support/rows.ts";
import { cause, holding } from "../support/by-hand.ts";

const iface = (index: number, name: string): InterfaceRow =>
  pluggedRow(name, { _uuid: uuid(0x200 + index), name });
const port = (index: number, name: string, ...held: readonly InterfaceRow[]): PortRow =>
  portRow({ _uuid: uuid(0x300 + index), name, interfaces: new Set(held.map(({ _uuid }) => _uuid)) });

/** `a` and `b` are alone in their ports, of which that of `a` is on the bridge. */
const [a, b] = [iface(1, "a"), iface(2, "b")];
const [portA, portB] = [port(1, "a", a), port(2, "b", b)];
const bridge = bridgeRow({ ports: new Set([portA._uuid]) });

function byUuid<Row extends { readonly _uuid: typeof BRIDGE }>(...rows: readonly Row[]) {
  return { data: new Map(rows.map((row) => [row._uuid, row])) };
}

interface Database {
  readonly bridge?: BridgeRow | null;
  readonly ports?: readonly PortRow[];
  readonly ifaces?: readonly InterfaceRow[];
}

function inputsOf({ bridge: row = bridge, ports = [portA, portB], ifaces = [a, b] }: Database) {
  const view =
    row === null ? null : { uuid: row._uuid, name: row.name, datapath_type: "", other_config: map() };
  return {
    localChassis: holding({ ...unknownChassis, bridge: view }),
    bridge: row === null ? byUuid<BridgeRow>() : byUuid(row),
    port: byUuid(...ports),
    iface: byUuid(...ifaces),
  };
}

function known(...all: readonly ObservedInterface[]): ObservedInterfaces {
  const byName = new Map(all.map((one) => [one.interface.name, one]));
  return { bridge: BRIDGE, held: all.length, isShared: false, byName };
}
const right = () => known(classify(a, portA, bridge), classify(b, portB, bridge));

function recomputed(data: ObservedInterfaces, database: Database = {}) {
  const { kind } = indexInterfaces({ inputs: inputsOf(database), data });
  return { kind, data };
}

describe("a recompute", () => {
  test("finds what every interface is, and on which bridge", () => {
    const { kind, data } = recomputed(nothingObserved());
    expect([kind, data]).toEqual(["updated", right()]);
    expect([data.byName.get("a")?.isOwned, data.byName.get("b")?.isOwned]).toEqual([true, false]);
  });

  test("leaves alone what is right", () => {
    const data = right();
    const before = data.byName.get("a");
    expect(recomputed(data).kind).toBe("unchanged");
    expect(data.byName.get("a") === before).toBe(true);
  });

  test.each<[string, (data: ObservedInterfaces) => void]>([
    ["one is missing", ({ byName }) => byName.delete("b")],
    [
      "one is missing, and another that is gone is still there",
      ({ byName }) => {
        byName.delete("b");
        byName.set("z", classify(iface(9, "z"), port(9, "z"), bridge));
      },
    ],
    [
      "one that is gone is still there",
      ({ byName }) => byName.set("z", classify(iface(9, "z"), undefined, bridge)),
    ],
    ["one has an older row", ({ byName }) => byName.set("b", classify(iface(2, "b"), portB, bridge))],
    ["one has no port", ({ byName }) => byName.set("a", classify(a, undefined, bridge))],
    ["one has an older port", ({ byName }) => byName.set("a", classify(a, port(1, "a", a), bridge))],
    [
      "one is taken to be on the bridge",
      ({ byName }) => byName.set("b", classify(b, portB, bridgeRow({ ports: new Set([portB._uuid]) }))),
    ],
    [
      "those that are held are counted wrong",
      (data) => {
        data.held = 3;
      },
    ],
    [
      "they are for another bridge",
      (data) => {
        data.bridge = uuid(7);
      },
    ],
    [
      "some were taken to be shared",
      (data) => {
        data.isShared = true;
      },
    ],
  ])("makes it right where %s", (_, spoil) => {
    const data = right();
    spoil(data);
    expect(recomputed(data)).toEqual({ kind: "updated", data: right() });
  });

  test("finds an interface that is held twice, although another that is gone makes up the number", () => {
    const again = port(4, "zz", a);
    const data = right();
    data.byName.set("z", classify(iface(9, "z"), undefined, bridge));
    data.held = 3;
    expect(recomputed(data, { ports: [portA, portB, again] }).kind).toBe("updated");
    expect([data.isShared, data.byName.has("z")]).toEqual([true, false]);
  });

  test("finds that nothing is ours without a bridge", () => {
    const { data } = recomputed(right(), { bridge: null });
    expect([data.bridge, data.byName.get("a")?.onBridge]).toEqual([null, false]);
  });

  test("finds an interface that no port holds", () => {
    const { data } = recomputed(right(), { ports: [portB] });
    expect([data.held, data.byName.get("a")]).toEqual([1, classify(a, undefined, bridge)]);
  });

  describe("of an interface that several ports hold", () => {
    const [first, last] = [port(4, "aa", a), port(5, "zz", a)];
    const on = (...ports: readonly PortRow[]) =>
      bridgeRow({ ports: new Set(ports.map(({ _uuid }) => _uuid)) });

    test.each<[string, BridgeRow, readonly PortRow[], PortRow]>([
      ["the first by name", on(first, last), [first, last], first],
      ["the first by name, whichever came first", on(first, last), [last, first], first],
      ["the one on the bridge", on(last), [first, last], last],
      ["the one on the bridge, whichever came first", on(last), [last, first], last],
    ])("takes %s for its port, and the interface for nobody's to change", (_, row, ports, expected) => {
      const { data } = recomputed(nothingObserved(), { bridge: row, ports: [...ports, portB] });
      expect(data.byName.get("a")).toEqual({ ...classify(a, expected, row), isOwned: false });
      expect(data.byName.get("b")).toEqual(classify(b, portB, row));
      expect([data.held, data.isShared]).toEqual([3, true]);
    });

    test("and of which one holds it alone by now, that one counts", () => {
      const shared = recomputed(nothingObserved(), { ports: [portA, first, portB] }).data;
      expect(recomputed(shared)).toEqual({ kind: "updated", data: right() });
    });

    test("leaves the others ours", () => {
      const both = on(portA, portB, last);
      const { data } = recomputed(nothingObserved(), { bridge: both, ports: [portA, portB, last] });
      expect([data.byName.get("a")?.isOwned, data.byName.get("b")?.isOwned]).toEqual([false, true]);
    });
  });
});

describe("a change of the chassis", () => {
  test("bears on interfaces only where the bridge is another one", () => {
    const handled = (data: ObservedInterfaces, database: Database = {}) =>
      observedLocalChassisHandler({ inputs: inputsOf(database), data });
    expect(handled(right())).toMatchObject({ kind: "unchanged" });
    const another = { kind: "unhandled", reason: "the integration bridge is another one" };
    expect(handled(right(), { bridge: null })).toMatchObject(another);
    expect(handled({ ...right(), bridge: null })).toMatchObject(another);
    expect(handled({ ...right(), bridge: null }, { bridge: null })).toMatchObject({ kind: "unchanged" });
  });
});

/** What is told of what changed, by interface name. */
function contextOf(database: Database, data = right()) {
  return { inputs: inputsOf(database), data, changes: noObservedChanges(), cause };
}
const changed = <Row>(uuid: typeof BRIDGE, old: Row | null, now: Row | null) => ({
  changes: new Map([[uuid, { old, new: now, cause }]]),
});

describe("a change of the bridge's ports", () => {
  const onto = { ...bridge, ports: new Set([portB._uuid]) };

  test("is told of for the interfaces of the ports that came and went, with what they were and its cause", () => {
    const context = contextOf({ bridge: onto });
    const result = observedBridgeHandler({ ...context, input: changed(BRIDGE, bridge, onto) });
    expect(result).toMatchObject({ kind: "updated" });
    expect([...context.changes]).toEqual([
      ["a", { old: classify(a, portA, bridge), new: classify(a, portA, onto), cause }],
      ["b", { old: classify(b, portB, bridge), new: classify(b, portB, onto), cause }],
    ]);
    expect(context.data.byName.get("b")?.isOwned).toBe(true);
  });

  test("is none where other columns changed, or it is another bridge's, or nobody knows the bridge", () => {
    const column = { ...bridge, datapath_type: "netdev" };
    const other = bridgeRow({ _uuid: uuid(7) });
    for (const [context, input] of [
      [contextOf({ bridge: column }), changed(BRIDGE, bridge, column)],
      [contextOf({}), changed(uuid(7), null, other)],
      [contextOf({ bridge: null }, { ...right(), bridge: null }), changed(BRIDGE, bridge, onto)],
    ] as const) {
      expect(observedBridgeHandler({ ...context, input })).toMatchObject({ kind: "unchanged" });
      expect(context.changes.size).toBe(0);
    }
  });

  test("that comes or goes as a whole is one of all its ports", () => {
    const gone = contextOf({ bridge: null });
    observedBridgeHandler({ ...gone, input: changed(BRIDGE, bridge, null) });
    expect([[...gone.changes.keys()], gone.data.byName.get("a")?.isOwned]).toEqual([["a"], false]);
    const off = known(classify(a, portA, undefined), classify(b, portB, undefined));
    const come = contextOf({}, off);
    observedBridgeHandler({ ...come, input: changed(BRIDGE, null, bridge) });
    expect([[...come.changes.keys()], come.data.byName.get("a")?.isOwned]).toEqual([["a"], true]);
  });
});

describe("a change of an interface", () => {
  test("is told of with what it was, and its cause", () => {
    const after = { ...a, ofport: 7 };
    const context = contextOf({ ifaces: [after, b] });
    const result = observedIfaceHandler({ ...context, input: changed(a._uuid, a, after) });
    expect(result).toMatchObject({ kind: "updated" });
    expect([...context.changes]).toEqual([
      ["a", { old: classify(a, portA, bridge), new: classify(after, portA, bridge), cause }],
    ]);
  });

  test("to another name is one of both names", () => {
    const after = { ...a, name: "eth0" };
    const context = contextOf({ ifaces: [after, b] });
    observedIfaceHandler({ ...context, input: changed(a._uuid, a, after) });
    expect([...context.changes]).toEqual([
      ["a", { old: classify(a, portA, bridge), new: null, cause }],
      ["eth0", { old: null, new: classify(after, portA, bridge), cause }],
    ]);
    expect([...context.data.byName.keys()]).toEqual(["b", "eth0"]);
  });

  test("that is gone leaves nothing", () => {
    const context = contextOf({ ifaces: [b], ports: [portB] });
    observedIfaceHandler({ ...context, input: changed(a._uuid, a, null) });
    expect([...context.changes]).toEqual([["a", { old: classify(a, portA, bridge), new: null, cause }]]);
    expect([...context.data.byName.keys()]).toEqual(["b"]);
  });

  test("that comes without its port leads to a recompute, with its own cause", () => {
    const come = iface(3, "c");
    const context = contextOf({ ifaces: [a, b, come] });
    expect(observedIfaceHandler({ ...context, input: changed(come._uuid, null, come) })).toEqual({
      kind: "unhandled",
      reason: "interface c came without its port",
      cause,
    });
  });
});

describe("a change of a port", () => {
  test("takes the interfaces of the one before, and gives them to the one after, with its cause", () => {
    const [without, both] = [port(1, "a"), port(2, "b", b, a)];
    const context = contextOf({ ports: [without, both] });
    const input = {
      changes: new Map([
        [without._uuid, { old: portA, new: without, cause }],
        [both._uuid, { old: portB, new: both, cause }],
      ]),
    };
    expect(observedPortHandler({ ...context, input })).toMatchObject({ kind: "updated" });
    expect(context.changes.get("a")).toEqual({
      old: classify(a, portA, bridge),
      new: classify(a, both, bridge),
      cause,
    });
    expect([context.data.held, context.data.byName.get("b")?.port === both]).toEqual([2, true]);
  });

  test("leaves an interface that nobody holds by then without a port", () => {
    const without = port(1, "a");
    const context = contextOf({ ports: [without, portB] });
    observedPortHandler({ ...context, input: changed(without._uuid, portA, without) });
    expect([context.data.held, context.data.byName.get("a")]).toEqual([1, classify(a, undefined, bridge)]);
  });

  test("by which one interface is held twice leads to a recompute", () => {
    const twice = port(3, "twice", a);
    const context = contextOf({ ports: [portA, portB, twice] });
    expect(observedPortHandler({ ...context, input: changed(twice._uuid, null, twice) })).toMatchObject({
      kind: "unhandled",
      reason: "several ports hold one interface",
    });
    const again = contextOf({}, { ...right(), isShared: true });
    const same = port(2, "b", b);
    expect(observedPortHandler({ ...again, input: changed(same._uuid, portB, same) })).toMatchObject({
      kind: "unhandled",
    });
  });

  test("is nothing where the port is as it was", () => {
    const context = contextOf({});
    observedPortHandler({ ...context, input: changed(portA._uuid, portA, portA) });
    expect(context.data).toEqual(right());
  });
});
