/** The oracle itself: it sees what is wrong, and has nothing to say of what is right. */
import { expect, test } from "bun:test";
import { type Binding, complaints, type Iface, type World } from "./oracle.ts";

const chassis = { _uuid: "c0", name: "hv1" };

function binding(lport: string, rest: Partial<Binding> = {}): Binding {
  return {
    logical_port: lport,
    type: "",
    parent_port: null,
    options: new Map([
      ["requested-chassis", "hv1"],
      ["vif-plug-type", "dummy"],
    ]),
    requested_chassis: "c0",
    requested_additional_chassis: new Set(),
    ...rest,
  };
}

function iface(name: string, rest: Partial<Iface> = {}): Iface {
  return {
    _uuid: name,
    name,
    type: "internal",
    options: new Map([["vif-plug-dummy-option", "value"]]),
    external_ids: new Map([
      ["iface-id", name],
      ["ovn-plugged", "dummy"],
    ]),
    mtu_request: null,
    ...rest,
  };
}

function judge(world: Partial<World>): readonly string[] {
  return complaints({
    chassis,
    bindings: [],
    onBridge: [],
    elsewhere: [],
    plugTypes: new Set(["dummy"]),
    ...world,
  });
}

const movedAway = { requested_chassis: "c1", options: new Map([["requested-chassis", "hv2"]]) };
const somebodys = { external_ids: new Map([["iface-id", "a"]]) };

test.each<[string, Partial<World>]>([
  ["an interface that is wanted", { bindings: [binding("a")], onBridge: [iface("a")] }],
  ["nothing, where nothing is wanted", { bindings: [binding("a", movedAway)] }],
  [
    "somebody's interface in place of ours",
    { bindings: [binding("a")], onBridge: [iface("tap", somebodys)] },
  ],
  [
    "a name that somebody has elsewhere",
    {
      bindings: [binding("a")],
      elsewhere: [iface("a", somebodys)].map((row) => ({ ...row, external_ids: new Map() })),
    },
  ],
  ["an interface whose provider is gone", { onBridge: [iface("a")], plugTypes: new Set() }],
])("is content with %s", (_, world) => {
  expect(judge(world)).toEqual([]);
});

/** Two ports of which a file says which interface they have, and the interfaces that they have. */
function exchanged(
  names: Readonly<Record<string, string>>,
  has: Readonly<Record<string, string>>,
): Partial<World> {
  const options = new Map([
    ["requested-chassis", "hv1"],
    ["vif-plug-type", "table"],
  ]);
  return {
    bindings: Object.keys(names).map((lport) => binding(lport, { options })),
    onBridge: Object.entries(has).map(([lport, name]) =>
      iface(name, {
        external_ids: new Map([
          ["iface-id", lport],
          ["ovn-plugged", "table"],
        ]),
      }),
    ),
    plugTypes: new Set(["table"]),
    names: new Map(Object.entries(names)),
  };
}

test("is content with ports that have each other's interface where the file says so", () => {
  expect(judge(exchanged({ a: "x1", b: "x0" }, { a: "x1", b: "x0" }))).toEqual([]);
});

test("complains of ports that do not exchange their interfaces, though nobody keeps them from it", () => {
  expect(judge(exchanged({ a: "x1", b: "x0" }, { a: "x0", b: "x1" }))).toEqual([
    "a: its name is x0 instead of x1",
    "b: its name is x1 instead of x0",
  ]);
});

test("is content with ports that cannot, as one of the interfaces is that of a port which stays", () => {
  expect(judge(exchanged({ a: "x1", b: "x2", c: "x2" }, { a: "x0", b: "x1", c: "x2" }))).toEqual([]);
});

test("knows which program the provider that is one is, by the names and the option that it answers", () => {
  const agent = (name: string, generation: string) =>
    iface(name, {
      options: new Map([["agent-generation", generation]]),
      external_ids: new Map([
        ["iface-id", "a"],
        ["ovn-plugged", "agent"],
      ]),
    });
  const options = new Map([
    ["requested-chassis", "hv1"],
    ["vif-plug-type", "agent"],
  ]);
  const at = (agentGeneration: number, onBridge: Iface) =>
    judge({
      bindings: [binding("a", { options })],
      onBridge: [onBridge],
      plugTypes: new Set(["agent"]),
      agentGeneration,
    });
  expect(at(2, agent("a", "2"))).toEqual([]);
  expect(at(3, agent("a-a", "3"))).toEqual([]);
  expect(at(3, agent("a", "2"))).toEqual([
    "a: its name is a instead of a-a",
    "a: its agent-generation is 2 instead of 3",
  ]);
});

test.each<[string, Partial<World>, string]>([
  ["a missing interface", { bindings: [binding("a")] }, "a is wanted here, and has no interface"],
  ["one too many", { onBridge: [iface("a")] }, "a has no port binding, and has an interface"],
  [
    "one that had to go",
    { bindings: [binding("a", movedAway)], onBridge: [iface("a")] },
    "a is not wanted here, and has an interface",
  ],
  [
    "a wrong type",
    { bindings: [binding("a")], onBridge: [iface("a", { type: "tap" })] },
    "a: its type is tap instead of internal",
  ],
])("complains of %s", (_, world, complaint) => {
  expect(judge(world)).toEqual([complaint]);
});
