// Which ports a change leaves without an interface because they are to have none: what safety.max_unplug counts.
import { expect, test } from "bun:test";
import {
  type Change,
  desiredAfter,
  misplacedOf,
  sameBasis,
  togetherOf,
  type Update,
  unpluggedBy,
} from "../../src/plug/change.ts";
import type { DesiredInterface } from "../../src/plug/desired.ts";
import { benchWith, wanted } from "../support/logical-ports.ts";
import type { PlugBench } from "../support/plug-bench.ts";
import { plugAs, recordedProvider } from "../support/providers.ts";
import { BRIDGE, map, OTHER_CHASSIS, pluggedRow, portRow, uuid } from "../support/rows.ts";
import { answered } from "./support/by-hand.ts";
import { Moving } from "./support/moving.ts";

const desired: DesiredInterface = {
  lport: "a",
  plugType: "dummy",
  wanted: { name: "a", type: "internal", options: {} },
  maintainedOptions: new Set(),
  mtuRequest: null,
  ifaceIdVer: null,
};
const bridge = { uuid: BRIDGE, name: "br-int" };
const remove: Change & { kind: "remove" } = {
  ...{ kind: "remove", lport: "a", plugType: "dummy", bridge },
  interface: pluggedRow("a"),
  port: portRow(),
};
const create: Change & { kind: "create" } = { kind: "create", desired, bridge };
const replug: Change & { kind: "replug" } = {
  kind: "replug",
  leaves: remove.interface,
  remove,
  take: create,
};

function changeOf(bench: PlugBench, lport: string): Change {
  const { change } = bench.status(lport);
  if (change === null) throw new Error(`nothing is to be written for ${lport}`);
  return change;
}

test("a port whose interface is removed is unplugged, unless it keeps another one or must have this one no longer", () => {
  expect(unpluggedBy(remove)).toEqual(["a"]);
  expect(unpluggedBy({ ...remove, keeps: desired })).toEqual([]);
  expect(unpluggedBy({ ...remove, misplaced: "another VF" })).toEqual([]);
});

test("nobody is unplugged by what is made, nor by a port that gets another interface", () => {
  expect(unpluggedBy(create)).toEqual([]);
  expect(unpluggedBy(replug)).toEqual([]);
});

test("a port that is due to go is unplugged by the one that takes its interface over", () => {
  const bench = benchWith(recordedProvider("dummy", { prepare: plugAs(() => "eth0") }).provider, ["old"]);
  const options = map({ "requested-chassis": "hv2", "vif-plug-type": "dummy" });
  bench.set("portBinding", { ...wanted("old", 0), options, requested_chassis: OTHER_CHASSIS });
  bench.set("portBinding", wanted("new", 1));
  bench.run();
  expect(unpluggedBy(changeOf(bench, "new"))).toEqual(["old"]);
});

test("also when that one moves onto it", () => {
  const at = new Moving({ b: "x1", z: "x2" });
  at.to({ b: "x2" });
  at.move("z", OTHER_CHASSIS);
  expect(unpluggedBy(changeOf(at.bench, "b"))).toEqual(["z"]);
});

test("nobody is unplugged by ports that have each other's interfaces", () => {
  const at = new Moving({ a: "x0", b: "x1" });
  at.to({ a: "x1", b: "x0" });
  for (const lport of ["a", "b"]) expect(unpluggedBy(changeOf(at.bench, lport))).toEqual([]);
});

test("a port is unplugged by the one that takes its interface over alone, where that one's provider let it go", () => {
  const leaving = answered({ kind: "unplug" }, { operation: "remove" });
  const taken = (rest: Partial<Update>): Update => ({
    ...{ kind: "update", desired, interface: pluggedRow("b"), edit: {}, adoption: { from: "b", leaving } },
    ...rest,
  });
  expect(unpluggedBy(taken({}))).toEqual(["b"]);
  expect(unpluggedBy(taken({ together: ["a", "b"] }))).toEqual([]);
  expect(unpluggedBy(taken({ together: ["a", "c"] }))).toEqual(["b"]);
  expect(unpluggedBy(taken({ adoption: { from: "b", leaving: null } }))).toHaveLength(0);
  const { adoption: _, ...own } = taken({});
  expect(unpluggedBy(own)).toHaveLength(0);
});

test("the changes that are written together are those that the change names, else it alone", () => {
  expect(togetherOf({ ...create, together: ["a", "b"] })).toEqual(["a", "b"]);
  for (const change of [create, remove, replug]) expect(togetherOf(change)).toEqual(["a"]);
});

test("whose an interface is by now that goes is what the removal says, be it of a port that moves", () => {
  const misplaced = { ...remove, misplaced: "another VF" };
  expect(misplacedOf(misplaced)).toBe("another VF");
  expect(misplacedOf({ ...replug, remove: misplaced })).toBe("another VF");
  for (const change of [create, remove, replug, { ...replug, remove: null }])
    expect(misplacedOf(change)).toBeNull();
});

test("what is left over goes, and the interface that its port keeps is what is there afterwards", () => {
  expect(desiredAfter({ ...remove, keeps: desired })).toBe(desired);
  expect(desiredAfter(remove)).toBeNull();
});

test("a port that moves stands on the interface that it leaves, also when another port takes that over", () => {
  const handsOver: Change = { ...replug, remove: null };
  const again = pluggedRow("a", { _uuid: uuid(9) });
  expect(sameBasis(handsOver, { ...replug, remove: null, leaves: again })).toBe(false);
});
