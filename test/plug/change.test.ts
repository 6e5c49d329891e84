// What differs between an interface and what it has to be: rules P2 to P4.
import { describe, expect, test } from "bun:test";
import { type Change, lportOfChange, sameBasis } from "../../src/plug/change.ts";
import { type DesiredInterface, diffInterface, idsOf, satisfies } from "../../src/plug/desired.ts";
import type { InterfaceRow } from "../../src/plug/rows.ts";
import { checkProperty, type Random } from "../support/random.ts";
import { BRIDGE, interfaceRow, map, pluggedRow, portRow, uuid } from "../support/rows.ts";

function desired(changes: Partial<DesiredInterface> = {}): DesiredInterface {
  return {
    lport: "lsp1",
    plugType: "dummy",
    wanted: { name: "lsp1", type: "internal", options: { "vif-plug-dummy-option": "value" } },
    maintainedOptions: new Set(["vif-plug-dummy-option"]),
    mtuRequest: null,
    ifaceIdVer: null,
    ...changes,
  };
}

describe("diffInterface", () => {
  test("finds nothing in an interface that is as it has to be", () => {
    expect(diffInterface(pluggedRow(), desired())).toBeNull();
  });

  test("leaves keys and options of other users alone", () => {
    const others = pluggedRow("lsp1", {
      options: map({ "vif-plug-dummy-option": "value", peer: "tap0" }),
      external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "dummy", "ovn-installed": "true" }),
      other_config: map({ enable: "yes" }),
    });
    expect(diffInterface(others, desired())).toBeNull();
  });

  test("sets an option that has another value, or none", () => {
    const set = new Map([["vif-plug-dummy-option", "value"]]);
    for (const options of [map(), map({ "vif-plug-dummy-option": "tampered" })]) {
      expect(diffInterface(pluggedRow("lsp1", { options }), desired())).toEqual({
        options: { set, remove: [] },
      });
    }
  });

  test("removes a maintained option that is not wanted any more, and no other", () => {
    const current = pluggedRow("lsp1", { options: map({ "vif-plug-dummy-option": "value", peer: "tap0" }) });
    const wanted = { name: "lsp1", type: "internal", options: {} };
    expect(diffInterface(current, desired({ wanted }))).toEqual({
      options: { set: new Map(), remove: ["vif-plug-dummy-option"] },
    });
  });

  test("writes an option that the provider gave without maintaining it", () => {
    const wanted = {
      name: "lsp1",
      type: "internal",
      options: { "vif-plug-dummy-option": "value", queues: "4" },
    };
    expect(diffInterface(pluggedRow(), desired({ wanted }))).toEqual({
      options: { set: new Map([["queues", "4"]]), remove: [] },
    });
  });

  test("sets each other_config key that the provider gave, and removes none", () => {
    const current = pluggedRow("lsp1", { other_config: map({ mac: "old", kept: "yes" }) });
    const wanted = { ...desired().wanted, otherConfig: { mac: "new" } };
    expect(diffInterface(current, desired({ wanted }))).toEqual({
      otherConfig: { set: new Map([["mac", "new"]]), remove: [] },
    });
  });

  test("sets, changes and clears the MTU", () => {
    const at = (mtu_request: number | null) => pluggedRow("lsp1", { mtu_request });
    expect(diffInterface(at(null), desired({ mtuRequest: 1400 }))).toEqual({ mtuRequest: 1400 });
    expect(diffInterface(at(1500), desired({ mtuRequest: 1400 }))).toEqual({ mtuRequest: 1400 });
    expect(diffInterface(at(1400), desired())).toEqual({ mtuRequest: null });
    expect(diffInterface(at(1400), desired({ mtuRequest: 1400 }))).toBeNull();
  });

  test("puts back the type and the two keys that mark the interface as ours (P3)", () => {
    const tampered = pluggedRow("lsp1", {
      type: "",
      external_ids: map({ "iface-id": "lsp9", "ovn-plugged": "other" }),
    });
    expect(diffInterface(tampered, desired())).toEqual({
      type: "internal",
      externalIds: {
        set: new Map([
          ["iface-id", "lsp1"],
          ["ovn-plugged", "dummy"],
        ]),
        remove: [],
      },
    });
  });

  test("sets the iface-id-ver that is asked for, without which ovn-controller does not bind, and leaves any other alone", () => {
    const at = (version: string | null) =>
      pluggedRow("lsp1", {
        external_ids: map({
          ...{ "iface-id": "lsp1", "ovn-plugged": "dummy" },
          ...(version === null ? {} : { "iface-id-ver": version }),
        }),
      });
    const set = { externalIds: { set: new Map([["iface-id-ver", "2"]]), remove: [] } };
    for (const isMarked of [true, false]) {
      expect(diffInterface(at("1"), desired({ ifaceIdVer: "2" }), isMarked)).toEqual(set);
      expect(diffInterface(at(null), desired({ ifaceIdVer: "2" }), isMarked)).toEqual(set);
      expect(diffInterface(at("2"), desired({ ifaceIdVer: "2" }), isMarked)).toBeNull();
      expect(diffInterface(at("1"), desired(), isMarked)).toBeNull();
    }
  });

  test("writes all external_ids that are ours to a new interface", () => {
    expect(idsOf(desired())).toEqual({ "iface-id": "lsp1", "ovn-plugged": "dummy" });
    expect(idsOf(desired({ ifaceIdVer: "2" }))).toEqual({
      ...{ "iface-id": "lsp1", "ovn-plugged": "dummy" },
      "iface-id-ver": "2",
    });
  });

  test("changes the plug type in place (P4)", () => {
    expect(diffInterface(pluggedRow(), desired({ plugType: "representor" }))).toEqual({
      externalIds: { set: new Map([["ovn-plugged", "representor"]]), remove: [] },
    });
  });
});

test("isInPlace needs the name too", () => {
  expect(satisfies(pluggedRow(), desired())).toBe(true);
  expect(satisfies(pluggedRow("lsp1", { name: "other" }), desired())).toBe(false);
  expect(satisfies(pluggedRow("lsp1", { type: "" }), desired())).toBe(false);
});

describe("a diff that is carried out", () => {
  const KEYS = ["a", "b", "c"] as const;
  const randomMap = (random: Random): Record<string, string> =>
    Object.fromEntries(KEYS.filter(() => random.chance(0.5)).map((key) => [key, random.pick(["1", "2"])]));

  interface Case {
    readonly current: InterfaceRow;
    readonly desired: DesiredInterface;
  }

  function carriedOut({ current, desired }: Case): InterfaceRow {
    const edit = diffInterface(current, desired);
    if (edit === null) return current;
    const edited = (column: "options" | "other_config" | "external_ids", name: keyof typeof edit) => {
      const result = new Map(current[column]);
      const change = edit[name];
      if (typeof change === "object" && change !== null) {
        for (const key of change.remove) result.delete(key);
        for (const [key, value] of change.set) result.set(key, value);
      }
      return result;
    };
    return {
      ...current,
      type: edit.type ?? current.type,
      mtu_request: edit.mtuRequest === undefined ? current.mtu_request : edit.mtuRequest,
      options: edited("options", "options"),
      other_config: edited("other_config", "otherConfig"),
      external_ids: edited("external_ids", "externalIds"),
    };
  }

  test("leaves nothing to do, and what nobody asked to change as it was", () => {
    checkProperty<Case>({
      cases: 1000,
      generate: (random) => ({
        current: interfaceRow({
          type: random.pick(["", "internal"]),
          options: map(randomMap(random)),
          other_config: map(randomMap(random)),
          external_ids: map({ ...randomMap(random), "ovn-plugged": random.pick(["dummy", "other"]) }),
          mtu_request: random.pick([null, 1400, 1500]),
        }),
        desired: desired({
          wanted: {
            name: "lsp1",
            type: random.pick(["", "internal"]),
            options: randomMap(random),
            ...(random.chance(0.5) ? { otherConfig: randomMap(random) } : {}),
          },
          maintainedOptions: new Set(Object.keys(randomMap(random))),
          mtuRequest: random.pick([null, 1400]),
        }),
      }),
      failure(one) {
        const after = carriedOut(one);
        if (!satisfies(after, one.desired)) return "not in place afterwards";
        for (const key of KEYS) {
          if (after.external_ids.get(key) !== one.current.external_ids.get(key)) return `external_ids:${key}`;
          const given = key in one.desired.wanted.options || one.desired.maintainedOptions.has(key);
          if (!given && after.options.get(key) !== one.current.options.get(key)) return `options:${key}`;
          const config = one.desired.wanted.otherConfig ?? {};
          if (!(key in config) && after.other_config.get(key) !== one.current.other_config.get(key)) {
            return `other_config:${key}`;
          }
        }
        return undefined;
      },
      shrink: (one) => one,
      format: (one) => Bun.inspect(one, { depth: 5 }),
    });
  });
});

describe("sameBasis", () => {
  const bridge = { uuid: BRIDGE, name: "br-int" };
  const row = pluggedRow();
  const port = portRow();
  const create = (changes?: Partial<DesiredInterface>): Change => ({
    kind: "create",
    desired: desired(changes),
    bridge,
  });
  const update = (changes?: Partial<DesiredInterface>, iface = row): Change => ({
    kind: "update",
    desired: desired(changes),
    interface: iface,
    edit: { mtuRequest: 1400 },
  });
  const remove = (iface = row): Change & { kind: "remove" } => ({
    kind: "remove",
    lport: "lsp1",
    plugType: "dummy",
    bridge,
    interface: iface,
    port,
  });
  const replug = (iface = row, changes?: Partial<DesiredInterface>): Change & { kind: "replug" } => ({
    kind: "replug",
    leaves: iface,
    remove: remove(iface),
    take: { kind: "create", desired: desired(changes), bridge },
  });

  test("holds for the same change decided twice", () => {
    for (const make of [create, update, remove, replug]) expect(sameBasis(make(), make())).toBe(true);
  });

  test("goes on to hold when others have written to the interface what is theirs", () => {
    const external_ids = new Map([...row.external_ids, ["ovn-installed", "true"]]);
    const again = pluggedRow("lsp1", { ofport: 7, error: "no such device", external_ids });
    expect(sameBasis(update(), update({}, again))).toBe(true);
    expect(sameBasis(remove(), remove(again))).toBe(true);
    expect(sameBasis(replug(), replug(again))).toBe(true);
  });

  test.each([
    ["interface", { _uuid: uuid(9) }],
    ["type", { type: "tap" }],
    ["options", { options: map({ other: "1" }) }],
    ["other_config", { other_config: map({ other: "1" }) }],
    ["MTU", { mtu_request: 1400 }],
    ["name", { name: "eth0" }],
    ["owner", { external_ids: map({ "iface-id": "lsp1" }) }],
    ["logical port", { external_ids: map({ "iface-id": "lsp9", "ovn-plugged": "dummy" }) }],
    [
      "iface-id-ver",
      { external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "dummy", "iface-id-ver": "2" }) },
    ],
  ])("does not hold once the %s it stands on is another one", (_, columns) => {
    const again = pluggedRow("lsp1", columns);
    expect(sameBasis(update(), update({}, again))).toBe(false);
    expect(sameBasis(remove(), remove(again))).toBe(false);
    expect(sameBasis(replug(), replug(again))).toBe(false);
    expect(
      sameBasis(create(), {
        ...create(),
        kind: "create",
        desired: desired(),
        bridge: { uuid: uuid(9), name: "br-int" },
      }),
    ).toBe(false);
  });

  test.each([
    ["name", { wanted: { ...desired().wanted, name: "other" } }],
    ["type", { wanted: { ...desired().wanted, type: "" } }],
    ["options", { wanted: { ...desired().wanted, options: {} } }],
    ["option's value", { wanted: { ...desired().wanted, options: { "vif-plug-dummy-option": "other" } } }],
    ["other_config", { wanted: { ...desired().wanted, otherConfig: { a: "1" } } }],
    ["MTU", { mtuRequest: 1400 }],
    ["plug type", { plugType: "other" }],
    ["iface-id-ver", { ifaceIdVer: "2" }],
  ])("does not hold for another %s", (_, changes) => {
    expect(sameBasis(create(), create(changes))).toBe(false);
    expect(sameBasis(create(changes), create())).toBe(false);
    expect(sameBasis(update(), update(changes))).toBe(false);
    expect(sameBasis(replug(), replug(row, changes))).toBe(false);
  });

  test("of a removal does not hold once its interface is in another port, or its port on another bridge", () => {
    expect(sameBasis(remove(), { ...remove(), port: portRow() })).toBe(false);
    expect(sameBasis(remove(), { ...remove(), bridge: { uuid: uuid(9), name: "br-int" } })).toBe(false);
  });

  test("of a port that moves does not hold once it removes what it leaves, or does not any more", () => {
    const moves = replug();
    const handsOver: Change = { ...moves, remove: null };
    expect(sameBasis(replug(), handsOver)).toBe(false);
    expect(sameBasis(handsOver, moves)).toBe(false);
    expect(sameBasis(handsOver, { ...handsOver })).toBe(true);
  });

  test("does not hold between kinds", () => {
    const all = [create(), update(), remove(), replug()];
    for (const a of all) for (const b of all) expect(sameBasis(a, b)).toBe(a === b);
  });

  test("every change knows its logical port", () => {
    const all = [create(), update(), remove(), replug()];
    expect(all.map(lportOfChange)).toEqual(["lsp1", "lsp1", "lsp1", "lsp1"]);
  });
});
