// Changes as operations of one transaction: rule T1.
import { describe, expect, test } from "bun:test";
import type { Change } from "../../src/plug/change.ts";
import type { DesiredInterface, InterfaceEdit } from "../../src/plug/desired.ts";
import { transactionOf } from "../../src/plug/operations.ts";
import { BRIDGE, map, pluggedRow, portRow, uuid } from "../support/rows.ts";

const bridge = { uuid: BRIDGE, name: "br-int" };
const assertLock = { op: "assert", lock: "vifplugd_hv1" };
const checkBridge = {
  op: "wait",
  table: "Bridge",
  where: [["_uuid", "==", BRIDGE]],
  columns: ["name"],
  until: "==",
  rows: [{ name: "br-int" }],
  timeoutMs: 0,
};

function desired(lport = "lsp1", changes: Partial<DesiredInterface> = {}): DesiredInterface {
  return {
    lport,
    plugType: "dummy",
    wanted: { name: lport, type: "internal", options: { "vif-plug-dummy-option": "value" } },
    maintainedOptions: new Set(),
    mtuRequest: null,
    ifaceIdVer: null,
    ...changes,
  };
}

const current = pluggedRow("lsp1", {
  external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "dummy", "ovn-installed": "true" }),
  mtu_request: 1500,
});
const port = portRow();

const create = (lport?: string, changes?: Partial<DesiredInterface>): Change & { kind: "create" } => ({
  kind: "create",
  desired: desired(lport, changes),
  bridge,
});
const remove = (lport = "lsp1"): Change & { kind: "remove" } => ({
  kind: "remove",
  lport,
  plugType: "dummy",
  bridge,
  interface: current,
  port,
});
const update = (edit: InterfaceEdit): Change => ({
  kind: "update",
  desired: desired(),
  interface: current,
  edit,
});

/** Still ours, and as it was read. */
const checkInterface = {
  op: "wait",
  table: "Interface",
  where: [
    ["_uuid", "==", current._uuid],
    ["external_ids", "includes", map({ "iface-id": "lsp1", "ovn-plugged": "dummy" })],
  ],
  columns: ["name", "type", "options", "other_config", "mtu_request"],
  until: "==",
  rows: [
    {
      name: "lsp1",
      type: "internal",
      options: map({ "vif-plug-dummy-option": "value" }),
      other_config: map(),
      mtu_request: 1500,
    },
  ],
  timeoutMs: 0,
};

const operationsOf = (...changes: readonly Change[]): readonly unknown[] =>
  transactionOf(changes, "vifplugd_hv1").operations;

describe("the operations of", () => {
  test("a create: the lock, Interface and Port, then the bridge, which is checked to be there", () => {
    expect(operationsOf(create())).toEqual([
      assertLock,
      {
        op: "insert",
        table: "Interface",
        row: {
          name: "lsp1",
          type: "internal",
          options: map({ "vif-plug-dummy-option": "value" }),
          external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "dummy" }),
        },
        uuidName: "iface1",
      },
      {
        op: "insert",
        table: "Port",
        row: { name: "lsp1", interfaces: [{ namedUuid: "iface1" }] },
        uuidName: "port1",
      },
      checkBridge,
      {
        op: "mutate",
        table: "Bridge",
        where: [["_uuid", "==", BRIDGE]],
        mutations: [["ports", "insert", [{ namedUuid: "port1" }]]],
      },
    ]);
  });

  test("a create with an MTU and other_config", () => {
    const wanted = { ...desired().wanted, otherConfig: { mac: "aa" } };
    const [, insert] = operationsOf(create("lsp1", { mtuRequest: 1400, wanted }));
    expect(insert).toMatchObject({ row: { mtu_request: 1400, other_config: map({ mac: "aa" }) } });
  });

  test("an update of columns: what was read is checked, and only what differs is written", () => {
    expect(operationsOf(update({ type: "", mtuRequest: 1400 }))).toEqual([
      assertLock,
      checkInterface,
      {
        op: "update",
        table: "Interface",
        where: [["_uuid", "==", current._uuid]],
        row: { type: "", mtu_request: 1400 },
      },
    ]);
  });

  test("an update that clears the MTU", () => {
    expect(operationsOf(update({ mtuRequest: null })).at(-1)).toMatchObject({ row: { mtu_request: null } });
  });

  test("an update of maps: what is set is deleted first, because insert keeps a key that is there", () => {
    const edit: InterfaceEdit = {
      externalIds: { set: map({ "ovn-plugged": "new" }), remove: [] },
      options: { set: map({ a: "1" }), remove: ["b"] },
      otherConfig: { set: map(), remove: ["c"] },
    };
    expect(operationsOf(update(edit)).slice(2)).toEqual([
      {
        op: "mutate",
        table: "Interface",
        where: [["_uuid", "==", current._uuid]],
        mutations: [
          ["external_ids", "delete", ["ovn-plugged"]],
          ["external_ids", "insert", map({ "ovn-plugged": "new" })],
          ["options", "delete", ["b", "a"]],
          ["options", "insert", map({ a: "1" })],
          ["other_config", "delete", ["c"]],
        ],
      },
    ]);
  });

  test("a remove: interface and port are checked, the port leaves the bridge, garbage collection does the rest", () => {
    expect(operationsOf(remove())).toEqual([
      assertLock,
      checkInterface,
      {
        op: "wait",
        table: "Port",
        where: [["_uuid", "==", port._uuid]],
        columns: ["interfaces"],
        until: "==",
        rows: [{ interfaces: [current._uuid] }],
        timeoutMs: 0,
      },
      {
        op: "mutate",
        table: "Bridge",
        where: [["_uuid", "==", BRIDGE]],
        mutations: [["ports", "delete", [port._uuid]]],
      },
    ]);
  });

  test("a replug: both, and the old port leaves before the new one comes", () => {
    const renamed = create("lsp1", { wanted: { ...desired().wanted, name: "eth7" } });
    const operations = operationsOf({
      kind: "replug",
      leaves: current,
      remove: remove(),
      take: renamed,
    });
    expect(operations.slice(0, 3)).toEqual(operationsOf(remove()).slice(0, 3));
    expect(operations.slice(3, 6)).toEqual(operationsOf(renamed).slice(1, 4));
    expect(operations.slice(6)).toEqual([
      ...operationsOf(remove()).slice(3),
      ...operationsOf(renamed).slice(4),
    ]);
  });
});

test("a replug whose interface another port takes over removes nothing", () => {
  const replug: Change = { kind: "replug", leaves: current, remove: null, take: create() };
  const tables = (change: Change) => transactionOf([change], "l").operations.map(({ op }) => op);
  expect(tables(replug)).toEqual(tables(create()));
});

test("an update of the type alone writes it, and leaves the MTU alone", () => {
  const [, , operation] = transactionOf([update({ type: "tap" })], "l").operations;
  expect(operation).toStrictEqual({
    ...{ op: "update", table: "Interface", where: [["_uuid", "==", current._uuid]] },
    row: { type: "tap" },
  });
});

test("of an interface that has lost its marks, only those are expected that it still had", () => {
  const unmarked = pluggedRow("lsp1", { external_ids: map({ "iface-id": "lsp1" }) });
  const change: Change = { kind: "update", desired: desired(), interface: unmarked, edit: {} };
  const { name, type, options, other_config, mtu_request } = unmarked;
  expect(transactionOf([change], "l").operations[1]).toStrictEqual({
    ...{ op: "wait", table: "Interface", until: "==", timeoutMs: 0 },
    columns: ["name", "type", "options", "other_config", "mtu_request"],
    rows: [{ name, type, options, other_config, mtu_request }],
    where: [
      ["_uuid", "==", unmarked._uuid],
      ["external_ids", "includes", map({ "iface-id": "lsp1" })],
    ],
  });
});

describe("a transaction of many changes", () => {
  const changes = [create("lsp1"), update({ mtuRequest: 1400 }), remove("lsp3"), create("lsp4")];
  const { operations, lports } = transactionOf(changes, "vifplugd_hv1");

  test("says which logical port each operation is for", () => {
    expect(lports).toEqual([
      ...[null],
      ...["lsp1", "lsp1"],
      ...["lsp1", "lsp1"],
      ...["lsp3", "lsp3"],
      ...["lsp4", "lsp4"],
      ...[null, null, null],
    ]);
    expect(lports.length).toBe(operations.length);
  });

  test("asserts the lock once and first, and edits the bridge once each way", () => {
    expect(operations.filter(({ op }) => op === "assert").length).toBe(1);
    expect(operations[0]).toMatchObject(assertLock);
    expect(operations.slice(-2)).toMatchObject([
      { op: "mutate", mutations: [["ports", "delete", [port._uuid]]] },
      { op: "mutate", mutations: [["ports", "insert", [{ namedUuid: "port1" }, { namedUuid: "port2" }]]] },
    ]);
  });

  test("edits every bridge that it stands on", () => {
    const other = { uuid: uuid(0xb2), name: "br-old" };
    const edits = transactionOf([create("lsp1"), { ...remove(), bridge: other }], "l").operations.filter(
      (operation) => operation.op === "mutate" && operation.table === "Bridge",
    );
    expect(edits.length).toBe(2);
  });

  test("waits for nothing, and compares neither the whole external_ids nor the bridge's ports", () => {
    const waits = operations.filter((operation) => operation.op === "wait");
    expect(waits.length).toBe(4);
    for (const wait of waits) {
      expect(wait.timeoutMs).toBe(0);
      expect(wait.columns).not.toContain("external_ids");
      expect(wait.columns).not.toContain("ports");
    }
  });

  test("replaces no map and no set of ports", () => {
    for (const operation of operations) {
      if (operation.op !== "update") continue;
      expect(Object.keys(operation.row)).toEqual(["mtu_request"]);
    }
    expect(operations.some(({ op }) => op === "delete")).toBe(false);
  });
});
