// The logical ports with their port bindings and interfaces: made right by a recompute, and followed from change to change.
import { describe, expect, test } from "bun:test";
import { makeLport } from "../../../src/plug/lport.ts";
import type { TableChange } from "../../../src/plug/nodes/input-nodes.ts";
import {
  indexLports,
  type Lports,
  lportObservedHandler,
  lportPortBindingHandler,
  noLports,
} from "../../../src/plug/nodes/lport-node.ts";
import { classify, type ObservedInterface } from "../../../src/plug/observed-interface.ts";
import { bridgeRow, interfaceRow, map, pluggedRow, portRow, uuid, wantedRow } from "../../support/rows.ts";
import { cause, changesOf } from "../support/by-hand.ts";

/** An interface on the integration bridge that carries the iface-id of a logical port, if any; `foreign`: not ours. */
function observe(name: string, lport: string | null, foreign = false): ObservedInterface {
  const index = name.charCodeAt(0) + name.length;
  const [iface, port] = [uuid(0x200 + index), uuid(0x300 + index)];
  const ids = lport === null ? {} : { "iface-id": lport, ...(foreign ? {} : { "ovn-plugged": "dummy" }) };
  const row = interfaceRow({ ...pluggedRow(), _uuid: iface, name, external_ids: map(ids) });
  const holder = portRow({ _uuid: port, name, interfaces: new Set([iface]) });
  return classify(row, holder, bridgeRow({ ports: new Set([port]) }));
}

const bindingOf = (lport: string) => wantedRow({}, { _uuid: uuid(lport.charCodeAt(0)), logical_port: lport });

/** `a` is bound and plugged, `b` is plugged and has an interface that is not ours, `c` is bound; `tap0` is nobody's. */
const [a, b, bToo, tap] = [
  observe("a", "a"),
  observe("b", "b"),
  observe("b2", "b", true),
  observe("tap0", null),
];
const bindings = new Map([
  ["a", bindingOf("a")],
  ["c", bindingOf("c")],
]);
const interfaces = new Map([a, b, bToo, tap].map((one) => [one.interface.name, one]));

function right(): Lports {
  return {
    byName: new Map([
      ["a", makeLport("a", bindings.get("a") ?? null, [a])],
      ["c", makeLport("c", bindings.get("c") ?? null, [])],
      ["b", makeLport("b", null, [b, bToo])],
    ]),
    ownedCount: 2,
  };
}

function recomputed(data: Lports) {
  const inputs = { portBinding: { data: bindings }, observed: { data: { byName: interfaces } } };
  const { kind } = indexLports({ inputs, data });
  return { kind, data };
}

describe("a recompute", () => {
  test("lists what is bound, and what interfaces there are of it, and counts those that are ours", () => {
    expect(recomputed(noLports())).toEqual({ kind: "updated", data: right() });
  });

  test("leaves alone what is right", () => {
    const data = right();
    const before = new Map(data.byName);
    expect(recomputed(data).kind).toBe("unchanged");
    for (const [name, lport] of data.byName) expect(before.get(name) === lport).toBe(true);
  });

  const spoiled = (spoil: (data: Lports) => void): Lports => {
    const data = right();
    spoil(data);
    return data;
  };
  test.each<[string, (data: Lports) => void]>([
    [
      "one is known by another's name",
      ({ byName }) => byName.set("c", { ...makeLport("z", bindings.get("c") ?? null, []) }),
    ],
    ["one has an older port binding", ({ byName }) => byName.set("c", makeLport("c", bindingOf("c"), []))],
    [
      "one has a port binding that is gone",
      ({ byName }) => byName.set("b", makeLport("b", bindingOf("b"), [b, bToo])),
    ],
    ["one that is bound is missing", ({ byName }) => byName.delete("c")],
    ["one that is gone is still there", ({ byName }) => byName.set("z", makeLport("z", bindingOf("z"), []))],
    ["one that has only an interface is missing", ({ byName }) => byName.delete("b")],
    [
      "an interface is an older one",
      ({ byName }) => byName.set("b", makeLport("b", null, [observe("b", "b"), bToo])),
    ],
    [
      "another's interface is an older one",
      ({ byName }) => byName.set("b", makeLport("b", null, [b, observe("b2", "b", true)])),
    ],
    ["an interface is missing", ({ byName }) => byName.set("b", makeLport("b", null, [b]))],
    [
      "an interface is there that is gone",
      ({ byName }) => byName.set("c", makeLport("c", bindings.get("c") ?? null, [observe("c", "c", true)])),
    ],
    [
      "they are counted wrong",
      (data) => {
        data.ownedCount = 3;
      },
    ],
  ])("makes it right where %s", (_, spoil) => {
    expect(recomputed(spoiled(spoil))).toEqual({ kind: "updated", data: right() });
  });
});

describe("a change of a port binding", () => {
  function changed(lport: string, after: ReturnType<typeof bindingOf> | null) {
    const data = right();
    const changes = new Map();
    const inputs = {
      portBinding: { data: new Map(after === null ? [] : [[lport, after]]) },
      observed: { data: { byName: interfaces } },
    };
    const { kind } = lportPortBindingHandler({ inputs, data, changes, input: changesOf(lport) });
    return { kind, lport: data.byName.get(lport), told: [...changes], owned: data.ownedCount };
  }

  test("that comes to be what it was is none", () => {
    const before = bindings.get("a") ?? null;
    expect(changed("a", before)).toMatchObject({ kind: "unchanged", told: [] });
    expect(changed("z", null)).toMatchObject({ kind: "unchanged", told: [] });
  });

  test("is that of its logical port, whose interfaces stay", () => {
    const after = bindingOf("a");
    const { kind, lport, told, owned } = changed("a", after);
    expect([kind, lport, told, owned]).toEqual(["updated", makeLport("a", after, [a]), [["a", cause]], 2]);
    expect(lport?.binding === after).toBe(true);
  });

  test("makes a logical port known, and forgets one of which nothing is left", () => {
    const come = bindingOf("z");
    expect(changed("z", come)).toMatchObject({
      lport: makeLport("z", come, []),
      told: [["z", cause]],
      owned: 2,
    });
    expect(changed("c", null)).toEqual({ kind: "updated", lport: undefined, told: [["c", cause]], owned: 2 });
    expect(changed("a", null).lport).toEqual(makeLport("a", null, [a]));
  });
});

describe("a change of an interface", () => {
  function changed(...all: readonly [ObservedInterface | null, ObservedInterface | null][]) {
    const data = right();
    const changes = new Map();
    const inputs = { portBinding: { data: bindings }, observed: { data: { byName: interfaces } } };
    const told = all.map(([old, come], index): [string, TableChange<ObservedInterface>] => [
      String(index),
      { old, new: come, cause },
    ]);
    const { kind } = lportObservedHandler({ inputs, data, changes, input: { changes: new Map(told) } });
    return { kind, data, told: [...changes.keys()] };
  }

  test("takes the place of what it was with its logical port", () => {
    const after = observe("a", "a");
    const { kind, data, told } = changed([a, after]);
    expect([kind, told, data.ownedCount]).toEqual(["updated", ["a"], 2]);
    const lport = data.byName.get("a");
    expect(lport?.inPlace === after).toBe(true);
    expect(lport).toEqual(makeLport("a", bindings.get("a") ?? null, [after]));
  });

  test("goes from one logical port to another with its iface-id, and both are told of", () => {
    const { data, told } = changed([b, observe("b", "a")]);
    expect(told).toEqual(["b", "a"]);
    expect(data.byName.get("a")?.others.map((one) => one.interface.name)).toEqual(["b"]);
    expect(data.byName.get("b")).toEqual(makeLport("b", null, [bToo]));
    expect(data.ownedCount).toBe(1);
  });

  test("that was nobody's and is nobody's concerns no logical port", () => {
    expect(changed([tap, observe("tap0", null)])).toMatchObject({ kind: "unchanged", told: [] });
    expect(changed([null, observe("tap1", null)])).toMatchObject({ kind: "unchanged", told: [] });
  });

  test("that goes leaves nothing behind of a logical port that had nothing else", () => {
    const { data, told } = changed([b, null], [bToo, null]);
    expect([data.byName.has("b"), told, data.ownedCount]).toStrictEqual([false, ["b"], 1]);
  });

  test("makes a logical port known by its iface-id alone", () => {
    const come = observe("z", "z");
    const { data } = changed([null, come]);
    expect([data.byName.get("z"), data.ownedCount]).toEqual([makeLport("z", null, [come]), 3]);
  });
});
