// The status on one logical port: every state of docs/rules.md, and what leads to a write.
import { describe, expect, test } from "bun:test";
import type { Uuid } from "ovsdb-jsonrpc";
import type { Attempt } from "../../src/plug/attempt.ts";
import type { OtherChassis } from "../../src/plug/bound.ts";
import { decideStatus } from "../../src/plug/decide-status.ts";
import { type AskingFacts, gatherAdvice } from "../../src/plug/gather-advice.ts";
import { NOT_ANSWERED } from "../../src/plug/in-place-status.ts";
import type { Intent } from "../../src/plug/intent.ts";
import { makeLport } from "../../src/plug/lport.ts";
import type { LportStatus, StatusFacts } from "../../src/plug/lport-status.ts";
import { classify, type ObservedInterface } from "../../src/plug/observed-interface.ts";
import type { BridgeRef } from "../../src/plug/rows.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { type Behaviour, notReady, plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import {
  BRIDGE,
  bridgeRow,
  CHASSIS,
  chassisRow,
  map,
  OTHER_CHASSIS,
  openVSwitchRow,
  pluggedRow,
  portRow,
  wantedRow,
} from "../support/rows.ts";

const bridge = { uuid: BRIDGE, name: "br-int" };
const binding = wantedRow();
const plug: Intent = { kind: "plug", lport: makeLport("lsp1", binding, []), plugType: "dummy", binding };
const unplug: Intent = {
  kind: "unplug",
  lport: makeLport("lsp1", null, []),
  plugType: "dummy",
  binding: null,
  ground: "absent",
  isCertain: true,
  reason: "it is gone",
};
const ready = plugAs(undefined, { options: { "vif-plug-dummy-option": "value" } });
const dummy = recordedProvider("dummy", { prepare: ready }).provider;

function observed(columns: Parameters<typeof pluggedRow>[1] = {}): ObservedInterface {
  return classify(pluggedRow("lsp1", columns), portRow(), bridgeRow());
}

interface Situation {
  readonly intent?: Intent;
  readonly attempt?: Attempt;
  readonly owned?: ObservedInterface;
  readonly bridge?: BridgeRef | null;
  readonly onRename?: "replug" | "report";
  readonly notActive?: string;
  readonly taker?: string;
  readonly held?: string;
  readonly providers?: readonly Provider[];
  /** Somebody else has the wanted name, for this reason. */
  readonly taken?: string;
  /** The providers have not been asked. */
  readonly unasked?: boolean;
  /** What is known of other chassis. */
  readonly others?: ReadonlyMap<Uuid, OtherChassis>;
}

function circumstances(situation: Situation): StatusFacts {
  const { providers = [dummy], owned, taken, unasked = false, intent: basis = plug } = situation;
  const lport = makeLport("lsp1", basis.lport.binding, owned === undefined ? [] : [owned]);
  const intent = { ...basis, lport };
  const registry = registryOf(...providers);
  const surroundings: AskingFacts = {
    views: { openVSwitch: openVSwitchRow(), bridge: bridgeRow() },
    forPlugType: (plugType) => registry.forPlugType(plugType),
    refused: () => registry.refused(),
    lookup: () => 0,
  };
  const asked = !unasked;
  return {
    intent,
    advice: asked ? gatherAdvice(intent, 0, surroundings, undefined) : undefined,
    attempt: situation.attempt,
    chassis: {
      bridge: situation.bridge === undefined ? bridge : situation.bridge,
      bridgeName: bridge.name,
      chassis: { name: "hv1", record: chassisRow() },
      otherChassis: (row) => situation.others?.get(row),
      onRename: situation.onRename ?? "replug",
      notActive: situation.notActive ?? null,
      contests: {
        contest: () =>
          taken === undefined
            ? { kind: "free", together: [intent.lport.name], isRefused: false, isInTurn: true }
            : { kind: "lost", reason: taken },
        taker: () => situation.taker ?? null,
        takerOf: () => null,
        isInCircle: () => false,
      },
      held: () => situation.held ?? null,
    },
  };
}

const verdictOf = (situation: Situation): LportStatus => decideStatus(circumstances(situation));

/** What a situation would have written, as an attempt that was refused or is under way. */
function changeOf(situation: Situation) {
  const { change } = verdictOf(situation);
  if (change === null) throw new Error("nothing is to be written");
  return change;
}

describe("plugged", () => {
  test("is a port whose interface is as its provider asked for: nothing is written", () => {
    expect(verdictOf({ owned: observed() })).toEqual({
      lport: "lsp1",
      plugType: "dummy",
      state: "plugged",
      interface: "lsp1",
      reason: null,
      change: null,
      retry: false,
      tries: 0,
    });
  });

  describe("and not bound by ovn-controller", () => {
    const elsewhere = wantedRow({}, { chassis: OTHER_CHASSIS });
    const unbound = wantedRow({}, { chassis: null });
    const statusOf = (row: typeof binding, rest: Situation = {}) =>
      verdictOf({ owned: observed(), intent: { ...plug, binding: row }, ...rest });

    test("says so, and that nobody has it", () => {
      expect(statusOf(unbound)).toMatchObject({
        state: "plugged",
        reason: "ovn-controller has not bound it here: no chassis has it",
        change: null,
        unbound: { by: null },
      });
    });

    test.each<[string, ReadonlyMap<Uuid, OtherChassis>]>([
      [`chassis row ${OTHER_CHASSIS} has it`, new Map()],
      ["chassis hv2 (node2) has it", new Map([[OTHER_CHASSIS, { name: "hv2", hostname: "node2" }]])],
      ["chassis hv2 has it", new Map([[OTHER_CHASSIS, { name: "hv2", hostname: "hv2" }]])],
      [`chassis row ${OTHER_CHASSIS}, which is gone, has it`, new Map([[OTHER_CHASSIS, null]])],
    ])("says who has it, as far as that is known: %s", (words, others) => {
      expect(statusOf(elsewhere, { others }).reason).toBe(`ovn-controller has not bound it here: ${words}`);
      expect(statusOf(elsewhere, { others }).unbound).toEqual({ by: OTHER_CHASSIS });
    });

    test("is none that is bound here as an additional chassis", () => {
      const additional = { chassis: OTHER_CHASSIS, additional_chassis: new Set([CHASSIS]) };
      expect(statusOf(wantedRow({}, additional))).not.toHaveProperty("unbound");
      expect(statusOf(binding).reason).toBeNull();
    });

    test("is none before ovs-vswitchd has answered, as ovn-controller waits for that", () => {
      expect(statusOf(unbound, { owned: observed({ ofport: null }) })).toMatchObject({
        reason: NOT_ANSWERED,
      });
    });

    test("says what else is wrong beside it", () => {
      const down = observed({
        type: "",
        admin_state: "down",
        options: map({ "vif-plug-dummy-option": "value" }),
      });
      const there = recordedProvider("dummy", {
        prepare: plugAs(undefined, { type: "", options: { "vif-plug-dummy-option": "value" } }),
      }).provider;
      const { reason } = statusOf(unbound, { owned: down, providers: [there] });
      expect(reason).toContain("is down, so nothing passes");
      expect(reason).toContain("; ovn-controller has not bound it here");
    });
  });

  test("carries a reason while ovs-vswitchd has not answered", () => {
    expect(verdictOf({ owned: observed({ ofport: null }) })).toMatchObject({
      state: "plugged",
      reason: NOT_ANSWERED,
    });
  });

  test("carries a reason while its network device is down, which a device of OVS's own always is at first (P8)", () => {
    const providers = [recordedProvider("dummy", { prepare: plugAs(undefined, { type: "" }) }).provider];
    const inPlace = observed({ type: "", options: map(), admin_state: "down" });
    expect(verdictOf({ providers, owned: inPlace })).toMatchObject({
      state: "plugged",
      reason: "network device lsp1 is down, so nothing passes: ip link set lsp1 up",
    });
    expect(verdictOf({ owned: observed({ admin_state: "down" }) })).toMatchObject({ reason: null });
  });

  test("is a port that stays, with the reason why", () => {
    const intent: Intent = {
      kind: "stay",
      lport: makeLport("lsp1", null, []),
      plugType: "dummy",
      reason: "the Southbound is away",
    };
    expect(verdictOf({ intent, owned: observed() })).toMatchObject({
      state: "plugged",
      reason: "the Southbound is away",
      change: null,
    });
  });

  test("is also a port that would be changed, while we may not write", () => {
    const owned = observed({ mtu_request: 1400 });
    expect(verdictOf({ owned, notActive: "another one holds the lock", unasked: true })).toMatchObject({
      state: "plugged",
      reason: "another one holds the lock",
      change: null,
    });
  });
});

describe("pending", () => {
  test("is a port to be created (P1)", () => {
    expect(verdictOf({})).toMatchObject({
      state: "pending",
      interface: "lsp1",
      change: { kind: "create", desired: { lport: "lsp1", plugType: "dummy" }, bridge },
    });
  });

  test("is a port to be updated (P2, P3)", () => {
    const owned = observed({ mtu_request: 1400 });
    expect(verdictOf({ owned })).toMatchObject({
      state: "pending",
      change: { kind: "update", interface: owned.interface, edit: { mtuRequest: null } },
    });
  });

  test("is a port to be removed, with the reason (U1)", () => {
    expect(verdictOf({ intent: unplug, owned: observed() })).toMatchObject({
      state: "pending",
      reason: "it is gone",
      change: { kind: "remove", lport: "lsp1", bridge },
    });
  });

  test("is a port whose provider names another interface: old and new in one change (P4)", () => {
    const providers = [recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider];
    expect(verdictOf({ owned: observed(), providers })).toMatchObject({
      state: "pending",
      change: {
        kind: "replug",
        remove: { interface: { name: "lsp1" } },
        take: { desired: { wanted: { name: "eth7" } } },
      },
    });
  });

  test("is a port whose change is in flight: it is not decided again (T2)", () => {
    const situation = { owned: observed({ mtu_request: 1400 }) };
    const { advice } = circumstances(situation);
    if (advice === undefined) throw new Error("nobody was asked");
    const attempt: Attempt = { phase: "in-flight", nonce: 3, change: changeOf({}), advice };
    expect(verdictOf({ ...situation, attempt })).toMatchObject({ state: "pending", change: null, tries: 3 });
    const foreign: Intent = {
      kind: "foreign",
      lport: plug.lport,
      plugType: "dummy",
      reason: "other",
      interface: "tap0",
    };
    expect(verdictOf({ intent: foreign, attempt })).toMatchObject({ state: "pending", interface: "lsp1" });
  });

  test.each<[string, Situation]>([
    ["we may not write", { notActive: "another one holds the lock", unasked: true }],
    ["nobody has been asked", { unasked: true }],
    ["there is no integration bridge", { bridge: null }],
    ["there is no integration bridge to remove it from", { bridge: null, intent: unplug, owned: observed() }],
  ])("is a port without a change while %s", (_, situation) => {
    const status = verdictOf(situation);
    expect(status).toMatchObject({ state: "pending", change: null, retry: false });
    expect(status.reason).not.toBeNull();
  });
});

describe("waiting", () => {
  const providers = [recordedProvider("dummy", { prepare: notReady("no such device") }).provider];

  test("is a port whose provider is not ready, in its words; it is tried again", () => {
    expect(verdictOf({ providers })).toMatchObject({
      state: "waiting",
      reason: "no such device",
      change: null,
      retry: true,
    });
  });

  test("is a port whose provider does not agree to the removal (U1)", () => {
    expect(verdictOf({ providers, intent: unplug, owned: observed() })).toMatchObject({
      state: "waiting",
      interface: "lsp1",
      change: null,
      retry: true,
    });
  });

  test("is a port that another provider does not let go (P4)", () => {
    const other = recordedProvider("other", { prepare: notReady("in use") }).provider;
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "other" }) });
    expect(verdictOf({ providers: [dummy, other], owned })).toMatchObject({
      state: "waiting",
      reason: "in use",
    });
  });
});

test("foreign is a port whose iface-id somebody else's interface carries (P5)", () => {
  const intent: Intent = {
    kind: "foreign",
    lport: plug.lport,
    plugType: "dummy",
    reason: "tap0 is not ours",
    interface: "tap0",
  };
  expect(verdictOf({ intent })).toMatchObject({
    state: "foreign",
    interface: "tap0",
    reason: "tap0 is not ours",
    change: null,
    retry: false,
  });
});

describe("an interface that is another's by now (U7)", () => {
  const misplaced = "VF 7 of pci/0000:41:00.0";
  const knowing = (prepare: Behaviour["prepare"]) => {
    const said: Behaviour["prepare"] = (input) => ({ ...(prepare ?? ready)(input), misplaced });
    return [recordedProvider("dummy", { prepare: said }).provider];
  };
  const lost = notReady("no such device");
  const stay: Intent = { ...plug, kind: "stay", reason: "the Southbound is away" };
  const elsewhere = plugAs(() => "eth7");

  test.each<[string, Situation]>([
    ["has no other", { providers: knowing(lost) }],
    ["does not get the other one", { providers: knowing(elsewhere), taken: "taken" }],
    ["may not be renamed", { providers: knowing(elsewhere), onRename: "report" }],
    ["is not due to go, as far as is known", { providers: knowing(lost), intent: stay }],
    ["is due to go and held", { providers: knowing(ready), intent: unplug, held: "too many" }],
    ["is due to go and not let go", { providers: knowing(lost), intent: unplug }],
  ])("goes when its port %s", (_, situation) => {
    expect(verdictOf({ ...situation, owned: observed() })).toMatchObject({
      state: "pending",
      reason: `interface lsp1 belongs to ${misplaced} now`,
      change: { kind: "remove", misplaced, interface: { name: "lsp1" } },
    });
  });

  test.each<[string, Situation]>([
    ["we may not write", { notActive: "another one holds the lock" }],
    ["there is no bridge", { bridge: null }],
    ["another port takes it over", { intent: unplug, taker: "lsp2" }],
  ])("stays while %s", (_, situation) => {
    const { change } = verdictOf({ providers: knowing(ready), owned: observed(), ...situation });
    expect(change).toBeNull();
  });

  test("moves with its port when that gets the other one in the same pass", () => {
    expect(verdictOf({ providers: knowing(elsewhere), owned: observed() })).toMatchObject({
      change: { kind: "replug", remove: { misplaced }, take: { desired: { wanted: { name: "eth7" } } } },
    });
  });

  test("is not another's when the provider asks for it by its name", () => {
    expect(verdictOf({ providers: knowing(ready), owned: observed() })).toMatchObject({ state: "plugged" });
  });

  test("goes without leave of whoever plugged it", () => {
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "ghost" }) });
    expect(verdictOf({ providers: knowing(lost), owned })).toMatchObject({ change: { kind: "remove" } });
  });

  test("is plugged anew at once after the first time, and with back-off after the second", () => {
    const first: Attempt = { phase: "idle", nonce: 0, sentAway: { times: 1 } };
    expect(verdictOf({ attempt: first })).toMatchObject({ change: { kind: "create" } });
    const third: Attempt = { phase: "idle", nonce: 0, sentAway: { times: 3 } };
    expect(verdictOf({ attempt: third })).toMatchObject({
      state: "waiting",
      change: null,
      retry: true,
      setbacks: 1,
    });
    const due: Attempt = { phase: "idle", nonce: 1, sentAway: { times: 3, isDue: true } };
    expect(verdictOf({ attempt: due })).toMatchObject({ change: { kind: "create" } });
  });

  test("does not move the second time: it goes, and comes with back-off", () => {
    const attempt: Attempt = { phase: "idle", nonce: 0, sentAway: { times: 1 } };
    expect(verdictOf({ providers: knowing(elsewhere), owned: observed(), attempt })).toMatchObject({
      change: { kind: "remove", misplaced },
    });
  });
});

describe("conflict", () => {
  test("is a port whose name is taken (P6)", () => {
    expect(verdictOf({ taken: "taken" })).toMatchObject({
      state: "conflict",
      reason: "taken",
      change: null,
    });
  });

  test("is a rename to a name that is taken: the old port stays", () => {
    const providers = [recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider];
    expect(verdictOf({ owned: observed(), providers, taken: "taken" })).toMatchObject({
      state: "conflict",
      interface: "eth7",
      change: null,
    });
  });

  test("is not a port that has its name already", () => {
    expect(verdictOf({ owned: observed(), taken: "taken" }).state).toBe("plugged");
  });
});

test("incompatible is a port whose provider names another interface, where that is only reported (P4)", () => {
  const providers = [recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider];
  const status = verdictOf({ owned: observed(), providers, onRename: "report" });
  expect(status).toMatchObject({ state: "incompatible", interface: "lsp1", change: null });
  expect(status.reason).toContain("eth7");
});

describe("no-provider", () => {
  test("is a port whose plug type nobody answers to (P7)", () => {
    const status = verdictOf({ providers: [] });
    expect(status).toMatchObject({ state: "no-provider", change: null, retry: false });
    expect(status.reason).toContain('"dummy"');
  });

  test("is an interface whose own provider is not enabled: it is not removed, nor replugged", () => {
    expect(verdictOf({ providers: [], intent: unplug, owned: observed() }).state).toBe("no-provider");
    const renaming = recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider;
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "gone" }) });
    expect(verdictOf({ providers: [renaming], owned })).toMatchObject({ state: "no-provider", change: null });
  });

  test("is not an interface that changes hands in place", () => {
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "gone" }) });
    expect(verdictOf({ owned })).toMatchObject({ state: "pending", change: { kind: "update" } });
  });
});

describe("a port that is due to go", () => {
  test("is held where unplugging is held back: nothing is written (U6)", () => {
    expect(verdictOf({ intent: unplug, owned: observed(), held: "too many at once" })).toMatchObject({
      state: "held",
      interface: "lsp1",
      reason: "too many at once",
      change: null,
    });
  });

  test("leaves its interface to the port that takes it over (P6)", () => {
    expect(verdictOf({ intent: unplug, owned: observed(), taker: "lsp2" })).toMatchObject({
      state: "pending",
      change: null,
    });
  });

  test("and is wanted again is not held", () => {
    expect(verdictOf({ owned: observed(), held: "too many at once" }).state).toBe("plugged");
  });
});

describe("error", () => {
  test("is what ovs-vswitchd says of the interface, until it clears (P8)", () => {
    const error = "could not open network device lsp1 (No such device)";
    expect(verdictOf({ owned: observed({ error, ofport: -1 }) })).toMatchObject({
      state: "error",
      reason: `ovs-vswitchd: ${error}`,
      retry: false,
    });
    expect(verdictOf({ owned: observed({ ofport: -1 }) }).state).toBe("error");
    expect(verdictOf({ owned: observed({ error: "" }) }).state).toBe("plugged");
  });

  test("is a provider that throws or answers nonsense, by its name; it is tried again", () => {
    const prepare = () => {
      throw new Error("boom");
    };
    expect(verdictOf({ providers: [recordedProvider("dummy", { prepare }).provider] })).toMatchObject({
      state: "error",
      reason: "provider dummy: prepare threw: boom",
      retry: true,
    });
  });

  test("is the very change that the server has just refused; another one is written (T3)", () => {
    const refused = { phase: "failed", nonce: 1, error: "constraint violation: no" } as const;
    expect(verdictOf({ attempt: { ...refused, change: changeOf({}) } })).toMatchObject({
      state: "error",
      reason: "constraint violation: no",
      change: null,
      retry: true,
      tries: 1,
    });
    const withMtu: Intent = { ...plug, binding: wantedRow({ "vif-plug-mtu-request": "1400" }) };
    expect(verdictOf({ attempt: { ...refused, change: changeOf({}) }, intent: withMtu })).toMatchObject({
      state: "pending",
      change: { kind: "create" },
    });
  });

  test("is over when the port was tried again", () => {
    expect(verdictOf({ attempt: { phase: "idle", nonce: 2 } })).toMatchObject({
      state: "pending",
      change: { kind: "create" },
      tries: 2,
    });
  });
});
