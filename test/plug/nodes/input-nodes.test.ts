// How what enters the graph is applied, and what is said of it to the nodes behind.
import { describe, expect, test } from "bun:test";
import type { RowChange } from "ovsdb-jsonrpc";
import { keyedChanges } from "../../../src/graph/index.ts";
import type { Departure } from "../../../src/plug/absence.ts";
import { MonitorScope } from "../../../src/plug/monitor-scope.ts";
import {
  attemptInput,
  departureInput,
  otherChassisInput,
  portBindingInput,
  type SouthboundState,
  southboundInput,
  tableInputs,
  trackChange,
  valueInput,
} from "../../../src/plug/nodes/input-nodes.ts";
import type { PortBindingRow } from "../../../src/plug/rows.ts";
import { chassisRow, interfaceRow, OTHER_CHASSIS, uuid, wantedRow } from "../../support/rows.ts";
import { cause } from "../support/by-hand.ts";

const own = <D, C>(data: D, changes: C) => ({ data, changes, cause });
const of = (key: string) => ({ ...cause, key });

test("of several changes under one key it is known what was there before the first, and what is there now", () => {
  const changes = new Map();
  trackChange(changes, "a", { old: 1, new: 2, cause });
  trackChange(changes, "a", { old: 2, new: null, cause: of("x") });
  expect([...changes]).toEqual([["a", { old: 1, new: null, cause: of("x") }]]);
});

describe("a table", () => {
  const { iface } = tableInputs();
  const apply = (batch: Parameters<typeof iface.apply>[0], rows = iface.data()) => {
    const context = own(rows, iface.changes?.() ?? new Map());
    return { ...iface.apply(batch, context), rows, changes: context.changes };
  };
  const row = (index: number, name = `eth${index}`) => interfaceRow({ _uuid: uuid(index), name });

  test("is unchanged by nothing", () => {
    expect(apply([])).toMatchObject({ kind: "unchanged" });
  });

  test("has the rows that came and not those that went, each change with the name of its row", () => {
    const [one, other] = [row(1), row(2)];
    const rows = new Map([[one._uuid, one]]);
    const { kind, changes } = apply(
      [
        { uuid: one._uuid, old: one, new: null },
        { uuid: other._uuid, old: null, new: other },
      ],
      rows,
    );
    expect([kind, [...rows]]).toEqual(["updated", [[other._uuid, other]]]);
    expect([...changes]).toEqual([
      [one._uuid, { old: one, new: null, cause: of("eth1") }],
      [other._uuid, { old: null, new: other, cause: of("eth2") }],
    ]);
  });

  test("is told of by the new name of a row, where that has another one", () => {
    const { changes } = apply([{ uuid: uuid(1), old: row(1, "old"), new: row(1, "new") }]);
    expect(changes.get(uuid(1))?.cause).toEqual(of("new"));
  });

  test("tells of the rows of a large batch by its one cause", () => {
    const batch = (size: number) =>
      Array.from({ length: size }, (_, index) => ({ uuid: uuid(index), old: null, new: row(index) }));
    const causes = (size: number) => [...apply(batch(size)).changes.values()].map((one) => one.cause.key);
    expect(causes(63).filter((key) => key === undefined)).toEqual([]);
    expect(new Set(causes(64))).toEqual(new Set([undefined]));
  });

  test("has no row by which a change that neither has nor had any could be called", () => {
    expect(apply([{ uuid: uuid(1), old: null, new: null }]).changes.get(uuid(1))?.cause).toEqual(cause);
  });
});

describe("the port bindings", () => {
  const input = portBindingInput();
  const binding = (lport: string, index: number) =>
    wantedRow({}, { logical_port: lport, _uuid: uuid(index) });
  const a = binding("a", 1);
  function apply(batch: readonly RowChange<PortBindingRow>[], ...before: readonly PortBindingRow[]) {
    const rows = new Map(before.map((row) => [row.logical_port, row]));
    const context = own(rows, keyedChanges<string>());
    const { kind } = input.apply(batch, context);
    return { kind, rows: Object.fromEntries(rows), told: Object.fromEntries(context.changes) };
  }

  test("are called so in the graph", () => {
    expect(input.name).toBe("port_binding");
  });

  test("are known by their logical ports, and told of by these", () => {
    const after = binding("a", 1);
    expect(apply([{ uuid: uuid(1), old: null, new: a }])).toEqual({
      ...{ kind: "updated", rows: { a } },
      told: { a: of("a") },
    });
    expect(apply([{ uuid: uuid(1), old: a, new: after }], a)).toEqual({
      ...{ kind: "updated", rows: { a: after } },
      told: { a: of("a") },
    });
    expect(apply([{ uuid: uuid(1), old: a, new: null }], a)).toEqual({
      ...{ kind: "updated", rows: {} },
      told: { a: of("a") },
    });
    expect(apply([], a)).toEqual({ kind: "unchanged", rows: { a }, told: {} });
  });

  test("that get another name leave the one before", () => {
    const b = binding("b", 1);
    expect(apply([{ uuid: uuid(1), old: a, new: b }], a)).toEqual({
      ...{ kind: "updated", rows: { b } },
      told: { a: of("a"), b: of("b") },
    });
  });

  test("do not take the name away from another row that has it by then", () => {
    const [again, b] = [binding("a", 2), binding("b", 1)];
    const come = { uuid: uuid(2), old: null, new: again };
    expect(apply([come, { uuid: uuid(1), old: a, new: null }], a).rows).toEqual({ a: again });
    expect(apply([come, { uuid: uuid(1), old: a, new: b }], a).rows).toEqual({ a: again, b });
  });

  test("share their one cause in a large batch", () => {
    const keys = (size: number) => {
      const batch = Array.from({ length: size }, (_, index) => {
        const row = binding(`p${index}`, index);
        return { uuid: row._uuid, old: null, new: row };
      });
      return new Set(Object.values(apply(batch).told).map(({ key }) => key === undefined));
    };
    expect([keys(63), keys(64)]).toEqual([new Set([false]), new Set([true])]);
  });
});

test("a value is another one only where another object is given", () => {
  const value = valueInput<{ readonly x: number }>({ x: 1 });
  const data = value.data();
  const { current } = data;
  expect(value.apply(current, own(data, undefined)).kind).toBe("unchanged");
  const next = { x: 1 };
  expect(value.apply(next, own(data, undefined)).kind).toBe("updated");
  expect(data.current === next).toBe(true);
});

describe("what is known of the Southbound", () => {
  const here = { name: "hv1", record: chassisRow() };
  const asks = (...lports: readonly string[]) => MonitorScope.of(here, new Set(lports));
  const scope = asks("a");
  const known: SouthboundState = { synced: true, acknowledged: scope, view: 1, stranger: null };
  const stranger = { before: "c1", now: "c2" };
  function apply(before: SouthboundState, after: SouthboundState) {
    const data = { current: before };
    const changes = new Map();
    const result = southboundInput.apply(after, own(data, changes));
    return { result, current: data.current, told: [...changes.keys()] };
  }
  const kindOf = (before: SouthboundState, after: SouthboundState) => apply(before, after).result.kind;

  test("is nothing at first, and that it is not in sync", () => {
    expect(southboundInput.data().current).toEqual({ synced: false, acknowledged: null, stranger: null });
  });

  test("is unchanged where the same is said, and is what was said last", () => {
    const after = { ...known };
    const { result, current, told } = apply(known, after);
    expect([result.kind, current === after, told]).toEqual(["unchanged", true, []]);
  });

  test("is another view, or another Southbound, of which no port in particular is told", () => {
    expect(apply(known, { ...known, view: 2 })).toMatchObject({ result: { kind: "updated" }, told: [] });
    for (const other of [
      { before: "c1", now: "c3" },
      { before: null, now: "c2" },
      { before: null, now: null },
      null,
    ]) {
      const { result, current } = apply({ ...known, stranger }, { ...known, stranger: other });
      expect([result.kind, current.stranger === other]).toEqual(["updated", true]);
    }
    expect(kindOf(known, { ...known, stranger })).toBe("updated");
    expect(kindOf(known, { ...known, stranger: { before: null, now: null } })).toBe("updated");
  });

  test("names no other Southbound in several ways", () => {
    const { stranger: _, ...unsaid } = known;
    expect([kindOf(known, unsaid), kindOf(unsaid, known), kindOf(unsaid, unsaid)]).toEqual([
      "unchanged",
      "unchanged",
      "unchanged",
    ]);
  });

  test("keeps the one object that says which other Southbound that is", () => {
    const { result, current } = apply({ ...known, stranger }, { ...known, stranger: { ...stranger } });
    expect([result.kind, current.stranger === stranger]).toEqual(["unchanged", true]);
    expect(current).toEqual({ ...known, stranger });
  });

  test("that comes in sync, or is it no more, concerns everything", () => {
    const lost = { ...known, synced: false };
    expect(apply(known, lost).result).toMatchObject({ kind: "unhandled", reason: "it is not synced" });
    expect(apply(lost, known).result).toMatchObject({ kind: "unhandled", reason: "it is synced" });
  });

  test("that is for another chassis, or for none, concerns everything", () => {
    const elsewhere = MonitorScope.of({ ...here, name: "hv2" }, new Set(["a"]));
    for (const acknowledged of [elsewhere, null]) {
      const other = { ...known, acknowledged };
      expect([kindOf(known, other), kindOf(other, known)]).toEqual(["unhandled", "unhandled"]);
    }
  });

  test("tells of the ports that are asked for by name, or are so no more", () => {
    const after = (...lports: readonly string[]) => ({ ...known, acknowledged: asks(...lports) });
    expect(apply(after("a", "b"), after("b", "c"))).toMatchObject({
      ...{ result: { kind: "updated" }, told: ["c", "a"] },
    });
    expect(apply(known, after("a"))).toMatchObject({ result: { kind: "updated" }, told: [] });
  });

  test("is another one where a part of a commit may be on its way, or is so no more, and tells of no port for that", () => {
    const doubted = { ...known, isInDoubt: true };
    for (const [before, after] of [
      [known, doubted],
      [doubted, known],
    ] as const)
      expect(apply(before, after)).toMatchObject({ result: { kind: "updated" }, told: [] });
    expect(kindOf(doubted, { ...doubted })).toBe("unchanged");
    expect(kindOf(known, { ...known, isInDoubt: false })).toBe("unchanged");
    expect(kindOf({ ...known, acknowledged: null }, { ...doubted, acknowledged: null })).toBe("updated");
  });
});

describe("what is known of some logical ports", () => {
  test("is replaced, or forgotten, and told of", () => {
    const data = attemptInput.data();
    const apply = (batch: Parameters<typeof attemptInput.apply>[0]) => {
      const changes = attemptInput.changes();
      const { kind } = attemptInput.apply(batch, own(data, changes));
      return { kind, told: [...changes] };
    };
    const attempt = { phase: "idle", nonce: 1 } as const;
    expect(apply([{ lport: "a", attempt }])).toEqual({ kind: "updated", told: [["a", cause]] });
    expect([...data]).toEqual([["a", attempt]]);
    expect(apply([])).toEqual({ kind: "unchanged", told: [] });
    expect(apply([{ lport: "a", attempt: null }])).toEqual({ kind: "updated", told: [["a", cause]] });
    expect(data.size).toBe(0);
  });

  test("is for a row that left what follows from its events", () => {
    const data: Map<string, Departure> = departureInput.data();
    const row = wantedRow();
    const left = { kind: "left", serial: 1, row, view: 7 } as const;
    const apply = (event: Parameters<typeof departureInput.apply>[0][number]["event"]) =>
      departureInput.apply([{ lport: "a", event }], own(data, departureInput.changes())).kind;
    expect(apply(left)).toBe("updated");
    expect(data.get("a")).toEqual({ serial: 1, row, view: 7, reply: null });
    apply({ kind: "outdated" });
    expect(data.get("a")).toEqual({ serial: 1, row, view: null, reply: null });
    apply({ kind: "forgotten" });
    expect(data.size).toBe(0);
  });
});

test("another chassis is known, known not to be there, or forgotten, and each is told of by its row", () => {
  const data = otherChassisInput.data();
  const apply = (batch: Parameters<typeof otherChassisInput.apply>[0]) => {
    const changes = otherChassisInput.changes();
    const { kind } = otherChassisInput.apply(batch, own(data, changes));
    return { kind, told: [...changes] };
  };
  const told = { kind: "updated", told: [[OTHER_CHASSIS, cause]] };
  const chassis = { name: "hv2", hostname: "node2" };
  expect(apply([{ uuid: OTHER_CHASSIS, chassis }])).toMatchObject(told);
  expect([...data]).toEqual([[OTHER_CHASSIS, chassis]]);
  expect(apply([{ uuid: OTHER_CHASSIS, chassis: null }])).toMatchObject(told);
  expect([...data]).toEqual([[OTHER_CHASSIS, null]]);
  expect(apply([{ uuid: OTHER_CHASSIS }])).toMatchObject(told);
  expect(data.size).toBe(0);
  expect(apply([])).toEqual({ kind: "unchanged", told: [] });
});
