// Random histories of a chassis on the daemon's own graph: after every run the data of every node are what a recompute
// gives, and every decision is one that docs/rules.md allows. (21,000 steps, and 4,000 more that come to rest.)
import { describe, expect, test } from "bun:test";
import { type Change, togetherOf } from "../../src/plug/change.ts";
import { explain } from "../../src/plug/explain.ts";
import { checkProperty } from "../support/random.ts";
import { calmDown, faultAtRest, faultBeside, faultOfMemory, faultOfUnrest } from "./support/calm.ts";
import { faultOfHistory, type History, histories } from "./support/check.ts";
import { faultOfChanges } from "./support/invariants.ts";
import { catchUp, perform } from "./support/perform.ts";
import { World } from "./support/world.ts";

test("whatever happens around a chassis, the graph holds what a recompute gives, and decides what it may", () => {
  checkProperty(histories(300, 70, (history) => faultOfHistory(history)));
});

test("when nothing happens any more, everything that can be done has been done, and nothing that was counts", () => {
  checkProperty(
    histories(100, 40, (history) => {
      const world = new World();
      for (const step of history) perform(world, step);
      calmDown(world);
      return faultAtRest(world) ?? faultOfMemory(world);
    }),
  );
});

test.each<[string, (change: Change) => boolean, (world: World) => string | undefined]>([
  ["one port's changes", (change) => togetherOf(change).includes("a"), (world) => faultBeside(world, "a")],
  ["everything", () => true, faultOfUnrest],
])(
  "while the server refuses %s, all else comes to rest, and nothing is sent before its time (T3)",
  (_, refuses, faultIn) => {
    checkProperty(
      histories(60, 40, (history) => {
        let fault: string | undefined;
        const world = new World({ onRun: (_result, at) => (fault ??= faultOfChanges(at)) });
        for (const step of history) perform(world, step);
        calmDown(world, refuses);
        return fault ?? faultOfUnrest(world) ?? faultIn(world);
      }),
    );
  },
);

test("what a random history has found stays found: two ports that are to be renamed to one name", () => {
  const wanted = { plugType: "dummy", requested: "hv1", mtu: null, mode: null, kind: "vif" } as const;
  const device = {
    mood: "ready",
    name: "eth9",
    type: "internal",
    options: {},
    lets: true,
    knowsOthers: false,
  } as const;
  const history: History = [
    { do: "set lport", lport: "a", to: wanted, run: true },
    { do: "set lport", lport: "c", to: wanted, run: true },
    { do: "catch up", run: true },
    { do: "device", lport: "a", to: device, run: false },
    { do: "device", lport: "c", to: device, run: false },
    { do: "try again", run: true },
  ];
  expect(faultOfHistory(history)).toBeUndefined();
});

test("what a random history has found stays found: a port that is sent away, while another port takes its interface over", () => {
  const device = {
    mood: "ready",
    name: "eth2",
    type: "",
    options: {},
    lets: true,
    knowsOthers: true,
  } as const;
  const wanted = { plugType: "dummy", requested: "hv1", mtu: null, mode: null, kind: "vif" } as const;
  const history: History = [
    { do: "set lport", lport: "b", to: wanted, run: true },
    { do: "catch up", run: false },
    { do: "device", lport: "b", to: device, run: false },
    { do: "catch up", run: false },
    { do: "set lport", lport: "a", to: { ...wanted, plugType: "nic" }, run: true },
    { do: "exchange", lports: ["b", "a"], run: true },
  ];
  expect(faultOfHistory(history)).toBeUndefined();
});

test("what a random history has found stays found: a port of two interfaces is sent away, and one is taken over", () => {
  const wanted = { plugType: "dummy", requested: "hv1", mtu: null, mode: null, kind: "vif" } as const;
  const ready = { mood: "ready", type: "internal", options: {}, lets: true } as const;
  const eth1 = { ...ready, name: "eth1", knowsOthers: false } as const;
  const ids = { "iface-id": "c", "ovn-plugged": "dummy" } as const;
  const history: History = [
    { do: "add interface", name: "a", ids, to: "integration bridge", run: true },
    { do: "device", lport: "c", to: { ...ready, name: "eth0", knowsOthers: true }, run: true },
    { do: "set lport", lport: "b", to: wanted, run: true },
    { do: "undo", lport: "b", to: eth1, times: 2, run: true },
    { do: "set lport", lport: "c", to: wanted, run: true },
    { do: "add interface", name: "eth1", ids, to: "integration bridge", run: true },
  ];
  expect(faultOfHistory(history)).toBeUndefined();
});

test("what a random history has found stays found: a move that another program keeps undoing", () => {
  const world = new World();
  const wanted = { plugType: "dummy", requested: "hv1", mtu: null, mode: null, kind: "vif" } as const;
  const plain = { mood: "ready", type: "internal", options: {}, lets: true, knowsOthers: false } as const;
  perform(world, { do: "set lport", lport: "a", to: wanted, run: true });
  perform(world, { do: "catch up", run: true });
  perform(world, { do: "undo", lport: "a", to: { ...plain, name: "eth9" }, times: 5, run: true });
  expect(world.statuses.get("a")).toMatchObject({ state: "error", retry: true, setbacks: 1 });
  const failing = explain(world.engine, world.graph, "a")?.conditions.filter(({ holds }) => holds === false);
  expect(failing?.map(({ id }) => id)).toContain("not-undone");
  calmDown(world);
  expect(faultAtRest(world)).toBeUndefined();
});

describe("a port whose move the server refuses each time keeps no other port in its place (T3)", () => {
  const wanted = { plugType: "dummy", requested: "hv1", mtu: null, mode: null, kind: "vif" } as const;
  const elsewhere = { mood: "ready", type: "internal", options: {}, lets: true } as const;

  test.each<[string, History[number]]>([
    ["that is due to go (U1)", { do: "delete lport", lport: "b", run: true }],
    [
      "whose interface is another's by now (U7)",
      { do: "device", lport: "b", to: { ...elsewhere, name: "eth5", knowsOthers: true }, run: true },
    ],
  ])("%s", (_, step) => {
    const world = new World();
    perform(world, { do: "set lport", lport: "b", to: wanted, run: true });
    perform(world, { do: "catch up", run: true });
    perform(world, { do: "set lport", lport: "a", to: wanted, run: true });
    perform(world, step);
    for (let time = 0; time < 4; time++) catchUp(world, (change) => togetherOf(change).includes("a"));
    world.run();
    expect(world.statuses.get("a")).toMatchObject({ state: "error", retry: true });
    expect(world.local.iface.find(({ name }) => name === "a")).toBeUndefined();
  });
});
