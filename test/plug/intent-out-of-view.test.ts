// What becomes of a plugged port whose port binding is not in view, and when two intents say the same.
import { describe, expect, test } from "bun:test";
import type { Absence, Reply } from "../../src/plug/absence.ts";
import { decideIntent, type Intent, NOT_ANSWERED_YET, NOT_IN_VIEW } from "../../src/plug/intent.ts";
import { type ChassisIdentity, makeLport } from "../../src/plug/lport.ts";
import { MonitorScope } from "../../src/plug/monitor-scope.ts";
import type { SouthboundState } from "../../src/plug/nodes/input-nodes.ts";
import { intentNode } from "../../src/plug/nodes/intent-node.ts";
import { unknownChassis } from "../../src/plug/nodes/local-chassis-node.ts";
import { classify } from "../../src/plug/observed-interface.ts";
import type { PortBindingRow } from "../../src/plug/rows.ts";
import { settings } from "../support/plug-bench.ts";
import {
  bridgeRow,
  CHASSIS,
  chassisRow,
  OTHER_CHASSIS,
  pluggedRow,
  portRow,
  uuid,
  wantedRow,
} from "../support/rows.ts";

const owned = classify(pluggedRow(), portRow(), bridgeRow());
const here: ChassisIdentity = { name: "hv1", record: chassisRow() };
const lport = makeLport("lsp1", null, [owned]);
const left = wantedRow();
const moved = wantedRow({ "requested-chassis": "hv2" }, { requested_chassis: OTHER_CHASSIS });

const none = (isFresh: boolean): Absence => {
  const reply: Reply = { kind: "none", at: 0, isFresh };
  return { kind: "gone", serial: 1, reply };
};
const elsewhere = (row: PortBindingRow, isFresh = true): Absence => {
  const reply: Reply = { kind: "row", row, at: 0, isFresh };
  return { kind: "elsewhere", serial: 1, reply, row };
};
const asked: Absence = { kind: "asked", serial: 1, uuid: uuid(1) };

function intentOf(
  absence: Absence | undefined,
  {
    missing = null,
    asks = false,
    isInDoubt = false,
  }: { readonly missing?: string | null; readonly asks?: boolean; readonly isInDoubt?: boolean } = {},
): Intent | null {
  const knowledge = { missing, asksFor: () => asks, isInDoubt };
  const settings = { onWithdraw: "unplug", additionalChassis: true } as const;
  return decideIntent(lport, here, knowledge, settings, absence, left);
}

describe("a plugged port whose port binding has left the view", () => {
  test("stays while the Southbound is asked, and its provider is asked meanwhile", () => {
    expect(intentOf(asked)).toEqual({
      kind: "stay",
      lport,
      plugType: "dummy",
      reason: NOT_ANSWERED_YET,
      isLeaving: true,
      lastSeen: left,
    });
  });

  test("goes when the Southbound says that there is no such row, for certain only in the run of the answer", () => {
    const gone = { kind: "unplug", ground: "absent", binding: null, lastSeen: left };
    expect(intentOf(none(true))).toMatchObject({ ...gone, isCertain: true });
    expect(intentOf(none(false))).toMatchObject({ ...gone, isCertain: false });
    expect(intentOf(none(false), { asks: true })).toMatchObject({ ...gone, isCertain: true });
  });

  test("is decided from the row that the Southbound has, for certain only in the run of the answer", () => {
    const away = { kind: "unplug", ground: "not-bindable", binding: moved, lastSeen: left };
    expect(intentOf(elsewhere(moved))).toMatchObject({ ...away, isCertain: true });
    expect(intentOf(elsewhere(moved, false))).toMatchObject({ ...away, isCertain: false });
  });

  test("stays when that row still wants it, until the row is in view again: it is not plugged from an answer", () => {
    expect(intentOf(elsewhere(left))).toEqual({
      kind: "stay",
      lport,
      plugType: "dummy",
      reason: NOT_IN_VIEW,
    });
  });

  test("goes when it was asked for by its name, whatever an earlier answer had", () => {
    for (const row of [left, moved])
      expect(intentOf(elsewhere(row), { asks: true })).toMatchObject({ kind: "unplug", ground: "absent" });
    expect(intentOf({ kind: "by-name" }, { asks: true })).toMatchObject({
      ground: "absent",
      isCertain: true,
    });
  });

  test("stays until something is known of it, and says what is missing", () => {
    for (const absence of [undefined, { kind: "by-name" }, { kind: "waiting" }] as const) {
      expect(intentOf(absence)).toEqual({
        kind: "stay",
        lport,
        plugType: "dummy",
        reason: NOT_IN_VIEW,
        lastSeen: left,
      });
    }
    const reason = `${NOT_IN_VIEW}: no Southbound`;
    expect(intentOf(undefined, { missing: "no Southbound" })).toMatchObject({ kind: "stay", reason });
  });
});

describe("the node", () => {
  function decide(
    southbound: Partial<SouthboundState>,
    { row = null, departed = null }: { row?: PortBindingRow | null; departed?: PortBindingRow | null } = {},
  ) {
    const one = makeLport("lsp1", row, [owned]);
    const acknowledged = MonitorScope.of(here, new Set(["lsp1"]));
    const departure = { serial: 1, row: departed ?? left, view: 1, reply: null };
    const decideOne = intentNode.deciding({
      settings: { data: { current: settings } },
      localChassis: { data: { current: { ...unknownChassis, chassis: here, northdHasWritten: true } } },
      southbound: { data: { current: { synced: true, acknowledged, ...southbound } } },
      lport: { data: { byName: new Map([["lsp1", one]]) } },
      absence: { data: new Map([["lsp1", { kind: "by-name" }]]) },
      departure: { data: departed === null ? new Map() : new Map([["lsp1", departure]]) },
    });
    return decideOne("lsp1", one);
  }

  test("takes a port as absent that an acknowledged condition asks for by its name", () => {
    expect(decide({})).toMatchObject({ kind: "unplug", ground: "absent" });
    expect(decide({})).not.toHaveProperty("lastSeen");
  });

  test("takes it as absent for certain only while nothing that is asked for by name may be on its way", () => {
    expect(decide({})).toMatchObject({ isCertain: true });
    expect(decide({ isInDoubt: true })).toMatchObject({ isCertain: false });
  });

  test("decides as before what says the same", () => {
    const [one, other] = [decide({}), decide({})];
    if (one === undefined || other === undefined) throw new Error("nothing is decided");
    expect([one === other, intentNode.same(one, { ...one })]).toEqual([false, true]);
  });

  test("takes none as absent while the Southbound is not in sync, or does not ask for it", () => {
    const reason = expect.stringContaining(NOT_IN_VIEW);
    expect(decide({ synced: false })).toMatchObject({ kind: "stay", reason });
    expect(decide({ acknowledged: null })).toMatchObject({ kind: "stay" });
    expect(decide({ acknowledged: MonitorScope.of(here, new Set(["lsp2"])) })).toMatchObject({
      kind: "stay",
    });
  });

  test("remembers the row that left, for a port that has none in view, and for no other", () => {
    expect(decide({}, { departed: moved })).toMatchObject({ kind: "unplug", lastSeen: moved });
    const away = decide({}, { row: moved, departed: left });
    expect(away).toMatchObject({ kind: "unplug", binding: moved });
    expect(away).not.toHaveProperty("lastSeen");
  });
});

describe("two intents", () => {
  const plug: Intent = { kind: "plug", lport, plugType: "dummy", binding: left };
  const stay: Intent = { kind: "stay", lport, plugType: "dummy", reason: "x", lastSeen: left };
  const go: Intent = {
    ...{ kind: "unplug", lport, plugType: "dummy", reason: "x", lastSeen: left },
    ...{ binding: null, ground: "absent", isCertain: true },
  };
  const foreign: Intent = { kind: "foreign", lport, plugType: "dummy", reason: "x", interface: "tap0" };
  const { same } = intentNode;

  test.each([plug, stay, go, foreign])("are the same that say the same: %#", (intent) => {
    expect(same(intent, { ...intent })).toBe(true);
    for (const other of [plug, stay, go, foreign]) expect(same(intent, other)).toBe(intent === other);
    expect(same(intent, { ...intent, plugType: "other" })).toBe(false);
    expect(same(intent, { ...intent, lport: makeLport("lsp1", null, [owned]) })).toBe(false);
  });

  test.each<[string, Intent, Intent]>([
    ["reason", stay, { ...stay, reason: "y" }],
    ["the row that left", stay, { ...stay, lastSeen: moved }],
    ["whether the provider is asked meanwhile", stay, { ...stay, isLeaving: true }],
    ["reason", go, { ...go, reason: "y" }],
    ["the row that left", go, { ...go, lastSeen: moved }],
    ["ground", go, { ...go, ground: "withdrawn" }],
    ["binding", go, { ...go, binding: moved }],
    ["certainty", go, { ...go, isCertain: false }],
    ["reason", foreign, { ...foreign, reason: "y" }],
  ])("differ by their %s", (_, a, b) => {
    expect([same(a, b), same(b, a)]).toEqual([false, false]);
  });
});

test("a port goes for certain only when nothing of a commit that one monitor has told of may be on its way in another one", () => {
  const leaving = makeLport("lsp1", moved, [owned]);
  const settings = { onWithdraw: "unplug", additionalChassis: true } as const;
  for (const isInDoubt of [true, false]) {
    const knowledge = { missing: null, asksFor: () => true, isInDoubt };
    expect(decideIntent(leaving, here, knowledge, settings)).toMatchObject({
      kind: "unplug",
      isCertain: !isInDoubt,
    });
  }
  expect(intentOf(undefined, { asks: true })).toMatchObject({ kind: "unplug", isCertain: true });
  expect(intentOf(undefined, { asks: true, isInDoubt: true })).toMatchObject({
    kind: "unplug",
    isCertain: false,
  });
  // A fresh answer came after all that was on its way.
  expect(intentOf(none(true), { isInDoubt: true })).toMatchObject({ kind: "unplug", isCertain: true });
});

test("a port that is wanted here is plugged from its own row, whatever is known of one that left", () => {
  const settings = { onWithdraw: "unplug", additionalChassis: true } as const;
  const wanted = makeLport("lsp1", wantedRow({}, { requested_chassis: CHASSIS }), [owned]);
  const knowledge = { missing: null, asksFor: () => false, isInDoubt: false };
  expect(decideIntent(wanted, here, knowledge, settings, none(true), moved)).toMatchObject({ kind: "plug" });
});
