// Which answers a change stands on: those whose providers are told when the change has ended.
import { describe, expect, test } from "bun:test";
import type { Advice, Leaving } from "../../src/plug/advice.ts";
import type { Remove, Replug, Update } from "../../src/plug/change.ts";
import { withLeaving } from "../../src/plug/change-advice.ts";
import type { DesiredInterface } from "../../src/plug/desired.ts";
import { classify } from "../../src/plug/observed-interface.ts";
import { BRIDGE, bridgeRow, pluggedRow, portRow, uuid } from "../support/rows.ts";
import { answered, askedToPlug } from "./support/by-hand.ts";

const bridge = { uuid: BRIDGE, name: "br-int" };
const desired: DesiredInterface = {
  lport: "lsp1",
  plugType: "dummy",
  wanted: { name: "eth1", type: "internal", options: {} },
  maintainedOptions: new Set(),
  mtuRequest: null,
  ifaceIdVer: null,
};
const row = pluggedRow();
const remove: Remove = {
  ...{ kind: "remove", lport: "lsp1", plugType: "dummy", bridge },
  interface: row,
  port: portRow(),
};
const create = { kind: "create", desired, bridge } as const;
const update: Update = { kind: "update", desired, interface: row, edit: {} };
const replug: Replug = { kind: "replug", leaves: row, remove, take: create };
const lets = (plugType: string) => answered({ kind: "unplug" }, { plugType, operation: "remove" });
const [adopted, left] = [lets("other"), lets("dummy")];
const nobody: Leaving = {
  noProviderFor: "ghost",
  refused: { type: "sriov", plugTypes: ["ghost"], reason: "no bus" },
};
const toldOfNobody: Advice = { ...{ kind: "no-provider", plugType: "ghost" }, refused: nobody.refused };
const alone = (main: ReturnType<typeof lets>): Advice => ({
  kind: "asked",
  main,
  leaving: null,
  claim: null,
});

describe("a port that is plugged or changed", () => {
  test("stands on its own answers", () => {
    const advice = askedToPlug({ claim: "eth1" });
    for (const change of [create, update, replug, { ...replug, remove: null, take: update }])
      expect(withLeaving(advice, change)).toBe(advice);
  });

  test("stands also on what the provider of the port said whose interface it takes over", () => {
    const advice = askedToPlug({ claim: "eth1", leaving: left });
    const taking: Update = { ...update, adoption: { from: "lsp2", leaving: adopted } };
    expect(withLeaving(advice, taking)).toEqual({ ...advice, leaving: adopted });
    expect(withLeaving(advice, { ...replug, take: taking })).toEqual({ ...advice, adopted });
  });

  test("stands on nothing more where that port moves itself", () => {
    const advice = askedToPlug({ claim: "eth1", leaving: left });
    const taking: Update = { ...update, adoption: { from: "lsp2", leaving: null } };
    expect(withLeaving(advice, { ...replug, take: taking })).toBe(advice);
    expect(withLeaving(advice, taking)).toEqual({ ...advice, leaving: null });
  });

  test("that has no provider stands on that", () => {
    for (const change of [create, update, remove, replug])
      expect(withLeaving(toldOfNobody, change)).toBe(toldOfNobody);
  });
});

describe("an interface that goes", () => {
  test("stands on what its provider was asked: to remove it", () => {
    const advice = askedToPlug({ main: left, leaving: adopted });
    expect(withLeaving(advice, remove)).toBe(advice);
  });

  test("although its port is wanted, stands on what was asked of the one that it leaves alone", () => {
    const wanted = (leaving: Leaving | null) => askedToPlug({ claim: "eth1", leaving });
    expect(withLeaving(wanted(left), remove)).toEqual(alone(left));
    expect(withLeaving(wanted(nobody), remove)).toEqual(toldOfNobody);
    const unasked = wanted(null);
    expect(withLeaving(unasked, remove)).toBe(unasked);
  });

  test("and is left over of its port stands on what was asked of that very one", () => {
    const beside = pluggedRow("lsp1", { _uuid: uuid(0x2001), name: "tap1" });
    const [first, second] = [beside, row].map((one) => classify(one, portRow(), bridgeRow()));
    if (first === undefined || second === undefined) throw new Error("there are two");
    const leftovers = [
      { observed: first, leaving: adopted },
      { observed: second, leaving: left },
    ];
    const advice = askedToPlug({ several: { inPlace: first, leftovers, probe: null } });
    expect(withLeaving(advice, { ...remove, keeps: desired })).toEqual(alone(left));
    expect(withLeaving(advice, { ...remove, interface: beside, keeps: desired })).toEqual(alone(adopted));
    const gone = { ...remove, interface: pluggedRow("lsp1", { _uuid: uuid(7) }), keeps: desired };
    expect(withLeaving(advice, gone)).toBe(advice);
  });
});
